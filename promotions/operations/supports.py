"""DS-1 … DS-7: support for distributors: asked for with proof, verified, approved, in force, repaid."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.models import Shop
from channels.operations import ledger
from channels.states import EntryKind
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.audit import models as audit
from opsdesk.errors import Invalid, NotAllowed, Refused
from opsdesk.money import ZERO, to_fen
from promotions.models import SupportApplication, SupportProof
from promotions.operations import grants
from promotions.queries import floors
from promotions.queries import supports as queries
from promotions.rules import supports as rule
from promotions.states.support import APPLICATION, PRICED, ApplicationState, SupportKind

LABEL = "promotions.supportapplication"
MOST_BYTES = 20 * 2**20
GRANT_KINDS = {SupportKind.OPENING: "opening", SupportKind.HERO: "hero"}


class MayNotAsk(Refused):
    code, sentence = "may_not_ask", _("{shop}: {kind} cannot be asked for now: {why}.")


class NoOperator(Refused):
    code, sentence = "no_operator", _("{shop} is run by the company itself; support is for distributors.")


class ProductMissing(Invalid):
    code, sentence = "support_product_missing", _("{kind}: name the model whose price is to go down.")


class NoFloor(Refused):
    code = "support_no_floor"
    sentence = _("{application}: no floor binds this shop and model on that day, so no price to open; refuse it.")


class ProofMissing(Refused):
    code, sentence = "support_proof_missing", _("{application}: there is no proof of the cost; ask the shop for it.")


class TooLarge(Invalid):
    code, sentence = "support_proof_too_large", _("{name} is larger than 20 MB; hand in a smaller file.")


class CostTooHigh(Invalid):
    code, sentence = "support_cost_too_high", _("{application}: no more than what the shop stated (¥{asked}).")


class OwnRequest(NotAllowed):
    code, sentence = "support_own_request", _("{application}: who asked or verified does not do this; ask a colleague.")


class NoReason(Refused):
    code, sentence = "support_no_reason", _("{application}: say why.")


@dataclass(frozen=True)
class Asked:
    """What a shop asks for: which support, for which model, from when for how many days, and what it costs the shop."""

    kind: str
    starts_on: date
    days: int
    reason: str
    cost_yuan: Decimal = ZERO
    product: int | None = None


@transaction.atomic
def ask(shop_id: int, asked: Asked, *, proofs: Sequence[IO[bytes]] = (), by: Actor, at: datetime) -> SupportApplication:
    """DS-1 … DS-7: ask for a support; refused at once, with every reason, where the terms in force do not allow it."""
    by.need("promotions.ask_support")
    shop: Shop = Shop.objects.visible_to(by).for_change(shop_id)
    if shop.operator is None:
        raise NoOperator(shop=shop)
    kind = SupportKind(asked.kind)
    offered = queries.offered_to(shop, kind, on=asked.starts_on, asked_on=timezone.localdate(at))
    if offered is None:
        raise MayNotAsk(shop=shop, kind=kind.label, why=queries.why("no_policy"))
    if kind in PRICED and asked.product is None:
        raise ProductMissing(kind=kind.label)
    facts = queries.facts_of(shop, kind, on=asked.starts_on)
    answer = rule.eligibility(offered.terms, facts, asked.starts_on, asked.days)
    if not answer.may:
        raise MayNotAsk(shop=shop, kind=kind.label, why="；".join(map(queries.why, answer.because)))
    application = SupportApplication.objects.create(
        shop=shop, partner=shop.operator, kind=kind, product_id=asked.product,
        starts_on=asked.starts_on, ends_on=asked.starts_on + timedelta(days=asked.days),
        asked_yuan=asked.cost_yuan, asked_by=by.name, asked_at=at,
        reason=asked.reason.strip()[:300], because=[*answer.because, *offered.because],
    )  # fmt: skip
    for proof in proofs:
        add_proof(application, proof, by=by, at=at)
    told = {"kind": str(kind.label), "asked_yuan": str(asked.cost_yuan), "reason": application.reason}
    audit.record(application, "application.ask", by=by, at=at, **told)
    return application


def add_proof(application: SupportApplication, proof: IO[bytes], *, by: Actor, at: datetime) -> SupportProof:
    """DS-2: keep a proof with its fingerprint; the same file again is the same proof. A part of asking."""
    content = proof.read(MOST_BYTES + 1)
    name = getattr(proof, "name", "")[:200]
    if len(content) > MOST_BYTES:
        raise TooLarge(name=name)
    digest = hashlib.sha256(content).hexdigest()
    row, new = SupportProof.objects.get_or_create(
        application=application, sha256=digest, defaults={"name": name, "added_by": by.name, "added_at": at}
    )
    if new:
        row.file.save(f"{application.pk}-{digest[:16]}", ContentFile(content))
    return row


@transaction.atomic
def verify(application_id: int, *, cost_yuan: Decimal, by: Actor, at: datetime) -> SupportApplication:
    """DS-2: headquarters verifies the cost from the proofs; what is granted then waits for who has the authority."""
    by.need("promotions.verify_support")
    application: SupportApplication = SupportApplication.objects.visible_to(by).for_change(application_id)
    if by.name == application.asked_by:
        raise OwnRequest(application=application)
    if cost_yuan > application.asked_yuan:
        raise CostTooHigh(application=application, asked=application.asked_yuan)
    if cost_yuan > 0 and not application.proofs.exists():
        raise ProofMissing(application=application)
    asked_on = timezone.localdate(application.asked_at)
    offered = queries.offered_to(application.shop, application.kind, on=application.starts_on, asked_on=asked_on)
    assert offered is not None  # asked for under it
    granted, price = to_fen(rule.support_of(offered.terms, cost_yuan)), _price(application, offered.terms)
    APPLICATION.move(
        application, "verify", by=by, at=at, because=[f"policy:{offered.terms.id}", *offered.because],
        cost_yuan=cost_yuan, granted_yuan=granted, price_yuan=price, verified_by=by.name,
    )  # fmt: skip
    question = approvals.Question(Kind.SUPPORT, application, granted, application.reason or str(application))
    approvals.ask(question, by=by, at=at)
    application.refresh_from_db()
    return application


def _price(application: SupportApplication, terms: rule.Terms) -> Decimal | None:
    """The price the shop may go down to: a share of its ordinary floor on the first day."""
    if application.product_id is None or terms.price_share is None:
        return None
    start, _end = queries.moments(application.starts_on, application.ends_on)
    normal = floors.price_floor(application.shop_id, application.product_id, start).yuan
    if normal is None:
        raise NoFloor(application=application)
    price = rule.price_of(terms, normal)
    return to_fen(price) if price is not None else None


def decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """FI-2: what a decision on a support does, in its transaction: a price is in force for exactly its days."""
    application: SupportApplication = SupportApplication.objects.for_change(approval.subject_id)
    if approval.state == ApprovalState.GRANTED:
        APPLICATION.move(application, "approve", by=by, at=at, facts={"because": approval.because})
        _grant(application, by=by, at=at)
    elif application.state == ApplicationState.VERIFIED:
        reason = str(approval.get_state_display())
        APPLICATION.move(application, "refuse", by=by, at=at, facts={"reason": reason})


def _grant(application: SupportApplication, *, by: Actor, at: datetime) -> None:
    if application.price_yuan is None or application.product_id is None:
        return
    start, end = queries.moments(application.starts_on, application.ends_on)
    grant = grants.Grant(
        kind=GRANT_KINDS[SupportKind(application.kind)],
        shop_id=application.shop_id,
        product_id=application.product_id,
        price_yuan=application.price_yuan,
        starts_at=start,
        ends_at=end,
        source=(LABEL, application.pk),
        because=tuple(application.because),
    )
    grants.give_many([grant], by=by, at=at)


@transaction.atomic
def refuse(application_id: int, *, reason: str, by: Actor, at: datetime) -> SupportApplication:
    """Refuse a support before it is approved, with the reason."""
    by.need("promotions.verify_support")
    return _end(application_id, "refuse", reason, by=by, at=at)


@transaction.atomic
def withdraw(application_id: int, *, reason: str, by: Actor, at: datetime) -> SupportApplication:
    """Take back what the shop asked for."""
    by.need("promotions.ask_support")
    return _end(application_id, "withdraw", reason, by=by, at=at)


def _end(application_id: int, action: str, reason: str, *, by: Actor, at: datetime) -> SupportApplication:
    application: SupportApplication = SupportApplication.objects.visible_to(by).for_change(application_id)
    if not reason.strip():
        raise NoReason(application=application)
    APPLICATION.move(application, action, by=by, at=at, facts={"reason": reason.strip()})
    approvals.withdraw_all(application, reason=reason.strip(), by=by, at=at)
    return application


@transaction.atomic
def reimburse(application_id: int, *, by: Actor, at: datetime) -> SupportApplication:
    """DS-2, FI-1: book what was granted on the distributor's account, once; not by who verified it (AU-4)."""
    by.need("promotions.reimburse_support")
    application: SupportApplication = SupportApplication.objects.visible_to(by).for_change(application_id)
    if by.name in (application.asked_by, application.verified_by):
        raise OwnRequest(application=application)
    APPLICATION.move(application, "reimburse", by=by, at=at, facts={"granted_yuan": str(application.granted_yuan)})
    if application.granted_yuan:
        booking = ledger.Booking(
            partner=application.partner_id,
            kind=EntryKind.REIMBURSEMENT,
            amount_yuan=application.granted_yuan,
            on=timezone.localdate(at),
            source=(LABEL, application.pk),
            text=f"{application.get_kind_display()} {application.shop} {application.starts_on:%Y-%m-%d}",
            because=tuple(application.because),
        )
        ledger.book_many([booking], by=by, at=at)
    return application
