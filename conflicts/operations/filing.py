"""CF-8, CF-9: a case begins: filed by who lost the order, or made of a signal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.models import Partner, Shop
from conflicts.models import Act, Case, Party, Signal
from conflicts.operations import steps
from conflicts.operations.statements import Said, say
from conflicts.queries import standing
from conflicts.states.case import FILE, PartyRole, Side, StatementKind
from conflicts.states.signal import SIGNAL
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, NotFound, Refused
from opsdesk.money import ZERO, to_fen
from opsdesk.people.models import User
from opsdesk.privacy import mask_name
from orders.models import Order

MOST_ORDERS = 50


class NotInForce(Invalid):
    code, sentence = "act_not_in_force", _("{act}: this rulebook was not in force on {on}; choose the one of that day.")


class InTheFuture(Invalid):
    code, sentence = "act_in_the_future", _("{on}: the day of the act lies ahead; check the date.")


class Accused(Invalid):
    code, sentence = "accused_unclear", _("Name whom the case is against: a shop, a partner or an employee.")


class OneSelf(Refused):
    code, sentence = "accuses_oneself", _("{accused}: nobody files a case against himself or his own shop.")


class StoryMissing(Invalid):
    code, sentence = "story_missing", _("Write down what happened.")


class FilerUnclear(Refused):
    code = "filer_unclear"
    sentence = _("{filer}: you may file only for your own shops, partners or department.")


class OtherOperator(Invalid):
    code, sentence = "other_operator", _("{shop} is not run by {partner}; name the shop or the partner alone.")


class EmployeeNamed(Refused):
    code = "witness_is_employee"
    sentence = _("{filer}: an employee is named as a witness by those who handle the case, not by a party.")


@dataclass(frozen=True)
class Who:
    """A party as somebody names it: a shop, a partner, an employee, or a witness from outside by his words."""

    shop_id: int | None = None
    partner_id: int | None = None
    employee_id: int | None = None
    outsider: str = ""
    protected: bool = False


@dataclass(frozen=True)
class Filing:
    """CF-8: what a case is filed with. `side` is for a department that files itself; money in yuan."""

    act_id: int
    acted_on: date
    title: str
    story: str
    accused: Who
    filer: Who = Who()
    side: str = ""
    orders: Sequence[int] = ()
    money_yuan: Decimal = ZERO
    signal_id: int | None = None
    others: Sequence[tuple[str, Who]] = field(default=())


@transaction.atomic
def file(filing: Filing, *, by: Actor, at: datetime) -> Case:
    """CF-8, CF-11, CF-13: file a case under the rulebook of the day of the act; its first clock starts."""
    by.need(FILE)
    act = _act(filing, today=timezone.localdate(at))
    if not filing.story.strip() or not filing.title.strip():
        raise StoryMissing()
    accused, filer = party_of(PartyRole.ACCUSED, filing.accused), _filer(filing, by)
    _not_oneself(accused, filer, by)
    if any(who.employee_id for _role, who in filing.others):
        raise EmployeeNamed(filer=filer)  # a witness sits in no seat: nobody chooses his judges
    orders = _orders(filing, by)
    case = Case(
        title=filing.title.strip()[:120], version=act.version, act=act, acted_on=filing.acted_on,
        money_yuan=to_fen(filing.money_yuan), region_id=next((row.region_id for row in orders if row.region_id), None),
        filed_by_id=by.user_id, filed_at=at, signal=_signal(filing, by),
    )  # fmt: skip
    case.save(force_insert=True)
    case.orders.set(orders)
    others = [party_of(role, who) for role, who in filing.others]
    for party in (filer, accused, *others):
        party.case = case
        party.save(force_insert=True)
    steps.start(case, by=by, at=at)
    case.save(update_fields=["due_at"])
    audit.record(case, "case.file", by=by, at=at, filer=str(filer), accused=str(accused), act=str(act))
    say(case, Said(StatementKind.STORY, filing.story, role=PartyRole.FILER), by=by, at=at)
    if case.signal:
        SIGNAL.move(case.signal, "take_up", by=by, at=at, facts={"case": str(case)}, ended_at=at)
    return case


def _act(filing: Filing, *, today: date) -> Act:
    act = Act.objects.select_related("version__rulebook").filter(pk=filing.act_id).first()
    if filing.acted_on > today:
        raise InTheFuture(on=filing.acted_on)
    if act is None:
        raise NotInForce(act=filing.act_id, on=filing.acted_on)
    if not type(act.version).objects.in_force(filing.acted_on).filter(pk=act.version_id).exists():
        raise NotInForce(act=act, on=filing.acted_on)
    return act


def _orders(filing: Filing, by: Actor) -> list[Order]:
    """The orders that the case is about; only linked, so not locked."""
    wanted = set(list(filing.orders)[:MOST_ORDERS])
    found = list(Order.objects.visible_to(by).filter(pk__in=wanted).order_by("pk"))
    if missing := wanted - {order.pk for order in found}:
        raise NotFound(what=f"{Order._meta.verbose_name} {', '.join(map(str, sorted(missing)))}")
    return found


def _signal(filing: Filing, by: Actor) -> Signal | None:
    if filing.signal_id is None:
        return None
    by.need("conflicts.judge_signal")
    signal: Signal = Signal.objects.visible_to(by).for_change(filing.signal_id)
    SIGNAL.check(signal, "take_up")
    return signal


def party_of(role: str, who: Who) -> Party:
    """A party not saved yet: a partner's shop means the partner; the side follows from what it sells on."""
    shop = Shop.objects.select_related("platform", "operator").filter(pk=who.shop_id).first() if who.shop_id else None
    partner = Partner.objects.filter(pk=who.partner_id).first() if who.partner_id else (shop.operator if shop else None)
    employee = User.objects.filter(pk=who.employee_id, is_active=True).first() if who.employee_id else None
    if role == PartyRole.ACCUSED and not (shop or partner or employee):
        raise Accused()
    if shop and partner and shop.operator_id != partner.pk:
        raise OtherOperator(shop=shop, partner=partner)
    name, _sep, rest = who.outsider.strip().partition(" ")
    return Party(
        role=role,
        side=standing.side_of(shop, partner),
        shop=shop,
        partner=None if employee else partner,
        employee=employee,
        protected=who.protected or role == PartyRole.WITNESS,
        outsider=who.outsider.strip()[:300],
        outsider_masked=f"{mask_name(name)[:20]}{' ***' if rest else ''}" if name else "",
    )


def _filer(filing: Filing, by: Actor) -> Party:
    """Who files: the company's people for any department or shop, everybody else for what is his own."""
    filer = party_of(PartyRole.FILER, filing.filer)
    if by.company:
        filer.side = filer.side if filer.shop or filer.partner else filing.side or Side.ONLINE
        return filer
    named = filing.filer
    own_shop = named.shop_id is None or Shop.objects.visible_to(by).filter(pk=named.shop_id).exists()
    own_partner = named.partner_id is None or Partner.objects.visible_to(by).filter(pk=named.partner_id).exists()
    if not ((filer.shop or filer.partner) and own_shop and own_partner):
        raise FilerUnclear(filer=filer)
    return filer


def _not_oneself(accused: Party, filer: Party, by: Actor) -> None:
    """CF-8: who lost the order files, never who is accused, nor anybody who answers for him."""
    same = (
        (accused.partner_id and accused.partner_id == filer.partner_id)
        or (accused.shop_id and accused.shop_id == filer.shop_id)
        or (accused.employee_id and accused.employee_id == by.user_id)
        or (accused.partner and not by.company and standing.answers_for(by, accused.partner))
        or (accused.shop and accused.shop.code in by.shops)
    )
    if same:
        raise OneSelf(accused=accused)
