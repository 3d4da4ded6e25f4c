from django.db.models import Q
from django.utils import timezone

from aftersales.models import CustomerRight, Job, Refund, ReturnPolicy
from aftersales.queries import refunds as queries
from aftersales.rules import returns as rule


def decided(refund: Refund) -> rule.Decision:
    """AS-8: return what applies to a refund: our policy and the customer's rights of the day on which he asked."""
    on = timezone.localdate(refund.asked_at)
    policy = ReturnPolicy.objects.in_force(on).filter(reason=refund.reason).first()
    here = Q(platform=None) | Q(platform=refund.order.shop.platform_id)
    rights = CustomerRight.objects.in_force(on).filter(here).order_by("source", "pk")
    return rule.decide(case_of(refund), _policy(policy), [_right(row) for row in rights])


def case_of(refund: Refund) -> rule.Case:
    """Return what is known of a return, for the rule. One query."""
    signed_at = refund.order.signed_at or refund.order.completed_at
    since = (refund.asked_at - signed_at).total_seconds() / 3600 if signed_at else None
    return rule.Case(
        reason=refund.reason,
        asked_on=queries.day_of(refund.asked_at),
        signed_on=queries.day_of(signed_at) if signed_at else None,
        hours_since_receipt=since,
        installed=Job.objects.filter(order=refund.order_id, state="done").exists(),
    )


def _policy(row: ReturnPolicy | None) -> rule.Policy | None:
    if row is None:
        return None
    return rule.Policy(
        row.evidence_needed,
        row.freight_payer,
        tuple(row.remedies),
        row.contact_hours,
        row.post_hours,
        row.resellable_needed,
    )


def _right(row: CustomerRight) -> rule.Right:
    return rule.Right(
        name=row.name,
        source=row.source,
        reasons=frozenset(row.reasons),
        days=row.days,
        day_after=row.day_after,
        remedies=tuple(row.remedies),
        freight_payer=row.freight_payer,
        intact_needed=row.intact_needed,
        reference=row.reference,
        standing=row.get_standing_display(),
    )
