"""DS-11, DS-12: price rules are entered, replaced and reviewed; what is contradictory or unlawful is refused."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Invalid, Refused
from promotions.models import LegalReview, PriceRule


class RuleRefused(Invalid):
    code, sentence = "price_rule_refused", _("{name}: {why}")


class OpinionMissing(Invalid):
    code, sentence = "opinion_missing", _("{rule_code}: write down the opinion.")


class AlreadyPast(Refused):
    code, sentence = (
        "price_rule_past",
        _("{name}: what was allowed before today stays as it was; choose today or a later day."),
    )


@transaction.atomic
def enter(rule: PriceRule, *, by: Actor, at: datetime) -> PriceRule:
    """DS-11: enter a new price rule; refused where it could never apply, contradicts another or would be unlawful."""
    by.need("promotions.add_pricerule")
    _checked(rule)
    rule.save(force_insert=True)
    audit.record(rule, "pricerule.enter", by=by, at=at, name=rule.name)
    return rule


@transaction.atomic
def replace(rule_id: int, *, figure: Decimal, valid_from: date, by: Actor, at: datetime) -> PriceRule:
    """DS-11: from a day on, another figure holds; the old row ends there and stays for what was before."""
    by.need("promotions.add_pricerule")
    rule: PriceRule = PriceRule.objects.visible_to(by).for_change(rule_id)
    if valid_from < local(at).date():
        raise AlreadyPast(name=rule.name)
    old = rule.figure
    rule.valid_to = valid_from
    _checked(rule)
    rule.save(update_fields=["valid_to"])
    again = PriceRule.objects.get(pk=rule.pk)
    again.pk, again.figure, again.valid_from, again.valid_to = None, figure, valid_from, None
    again._state.adding = True
    _checked(again)
    again.save(force_insert=True)
    audit.record(again, "pricerule.replace", by=by, at=at, valid_from=valid_from, old=old, new=figure)
    return again


@transaction.atomic
def review(rule_code: str, *, opinion: str, allows_fine: bool, by: Actor, at: datetime) -> LegalReview:
    """DS-12: record the GM office's opinion on a rule that would fine independent resellers. Written once."""
    by.need("promotions.add_legalreview")
    if not opinion.strip():
        raise OpinionMissing(rule_code=rule_code)
    made = LegalReview.objects.create(
        rule_code=rule_code, allows_fine=allows_fine, opinion=opinion.strip(), reviewed_by=by.name, reviewed_at=at
    )
    audit.record(made, "legalreview.record", by=by, at=at, rule_code=rule_code, allows_fine=allows_fine)
    return made


def _checked(rule: PriceRule) -> None:
    try:
        rule.full_clean()
    except ValidationError as why:
        raise RuleRefused(name=rule.name, why=" ".join(why.messages)) from why
