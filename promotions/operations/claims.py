"""PR-8, PR-9, PR-18: claims on a campaign's budget: once per order, first come first served, two persons to pay."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval, Signature
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.audit import models as audit
from opsdesk.errors import NotAllowed, Refused
from orders.models import Order
from promotions.models import Claim, Pot
from promotions.operations import pots
from promotions.queries import claims as queries
from promotions.rules import claims as rule
from promotions.states.claim import CLAIM, ClaimState

LABEL = "promotions.claim"


class ClaimedAlready(Refused):
    code, sentence = "claimed_already", _("Order {order} has claimed this already ({kind}).")


class MayNotClaim(Refused):
    code, sentence = "may_not_claim", _("Order {order} may not claim this: {why}.")


class NoReference(Refused):
    code, sentence = "no_reference", _("{claim}: enter the reference of the payment.")


class SamePerson(NotAllowed):
    code, sentence = "same_person", _("{claim}: whoever entered or approved a claim does not pay it; ask a colleague.")


class NoReason(Refused):
    code, sentence = "claim_no_reason", _("{claim}: say why.")


@dataclass(frozen=True)
class Wanted:
    """What is claimed: of which pot, what kind, how much, and what proves it (a link, a number)."""

    pot: int
    kind: str
    amount_yuan: Decimal
    proof: str = ""


@transaction.atomic
def enter(order_id: int, wanted: Wanted, *, by: Actor, at: datetime) -> Claim:
    """PR-18: claim for an order; its money is reserved at once, or nothing is written at all.

    Within the own authority of who enters it, it is approved at once (FI-3); else it waits for a signature.
    """
    by.need("promotions.enter_claim")
    order = Order.objects.visible_to(by).for_change(order_id)
    verdict = queries.verdict_on(order, wanted.kind, wanted.amount_yuan, at=at)
    if against := queries.misfit(wanted.pot, order, wanted.kind) if verdict.may else verdict.because[0]:
        raise MayNotClaim(order=order, why=queries.why_not(against))
    because = (*verdict.because, *_within_share(order, wanted, at))
    claim = _written(order, wanted, replace(verdict, because=because), by=by, at=at)
    pots.reserve(wanted.pot, wanted.amount_yuan, source=(LABEL, claim.pk), at=at)
    audit.record(claim, "claim.enter", by=by, at=at, kind=claim.get_kind_display(), amount_yuan=str(claim.amount_yuan))
    question = approvals.Question(Kind.CLAIM, claim, wanted.amount_yuan, f"{claim.get_kind_display()} · {order.number}")
    approvals.ask(question, by=by, at=at)
    claim.refresh_from_db()
    return claim


def _within_share(order: Order, wanted: Wanted, at: datetime) -> tuple[str, ...]:
    """PR-9: refuse what would bring a platform above its share of the event; the pots are locked while one counts."""
    platform = order.shop.platform_id
    row = queries.share_on(wanted.kind, platform, on=timezone.localdate(at))
    if row is None:
        return ()
    held = list(queries.pots_beside(Pot.objects.get(pk=wanted.pot)).order_by("pk").select_for_update())
    if against := rule.beyond_share(row, queries.given_of(held, wanted.kind, platform), wanted.amount_yuan):
        raise MayNotClaim(order=order, why=queries.why_not(against))
    return (f"claim_share:{row.id}",)


def _written(order: Order, wanted: Wanted, verdict: rule.Verdict, *, by: Actor, at: datetime) -> Claim:
    try:
        with transaction.atomic():
            return Claim.objects.create(
                pot=Pot.objects.get(pk=wanted.pot),
                order=order,
                kind=wanted.kind,
                amount_yuan=wanted.amount_yuan,
                claimed_by=by.name,
                claimed_at=at,
                proof=wanted.proof[:200],
                at_checkout=verdict.at_checkout,
                because=list(verdict.because),
            )
    except IntegrityError as why:
        if "claim_once" not in str(why):
            raise
        raise ClaimedAlready(order=order, kind=wanted.kind) from why


def decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """FI-2: what a decision on a claim does; called in its transaction (opsdesk.reactions.DECIDED)."""
    claim = Claim.objects.for_change(approval.subject_id)
    if approval.state == ApprovalState.GRANTED:
        CLAIM.move(claim, "approve", by=by, at=at, facts={"because": approval.because})
    elif claim.state == ClaimState.CLAIMED:
        reason = str(approval.get_state_display())
        CLAIM.move(claim, "refuse", by=by, at=at, facts={"reason": reason}, ended_at=at)
        pots.release(claim.pot_id, source=(LABEL, claim.pk), at=at)


@transaction.atomic
def pay(claim_id: int, *, reference: str, by: Actor, at: datetime) -> Claim:
    """PR-18, AU-4: pay an approved claim, once; never by who entered or signed it."""
    by.need("promotions.pay_claim")
    claim: Claim = Claim.objects.visible_to(by).for_change(claim_id)
    if not reference.strip():
        raise NoReference(claim=claim)
    CLAIM.check(claim, "pay")
    signers = Signature.objects.filter(approval__subject_type=LABEL, approval__subject_id=claim.pk)
    if by.name == claim.claimed_by or signers.filter(signed_by=by.name).exists():
        raise SamePerson(claim=claim)
    pots.commit(claim.pot_id, source=(LABEL, claim.pk), at=at)
    CLAIM.move(claim, "pay", by=by, at=at, paid_at=at, reference=reference.strip()[:80])
    return claim


@transaction.atomic
def reverse(claim_id: int, *, reason: str, by: Actor, at: datetime) -> Claim:
    """PR-18: take a claim back (its order was refunded …); the pot gets back what it held or had paid."""
    by.need("promotions.pay_claim")
    claim: Claim = Claim.objects.visible_to(by).for_change(claim_id)
    if not reason.strip():
        raise NoReason(claim=claim)
    was = claim.state
    CLAIM.move(claim, "reverse", by=by, at=at, facts={"reason": reason.strip()}, ended_at=at)
    give = pots.take_back if was == ClaimState.PAID else pots.release
    give(claim.pot_id, source=(LABEL, claim.pk), at=at)
    if was == ClaimState.CLAIMED:
        approvals.withdraw_all(claim, reason=reason, by=by, at=at)
    return claim
