"""FI-4: rebates of a month or year: computed from paid and not refunded sales, approved, booked once."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from channels.operations import ledger
from channels.states import EntryKind
from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.audit import models as audit
from opsdesk.days import local
from opsdesk.errors import Refused
from opsdesk.money import ZERO, to_fen
from promotions.models import Rebate
from promotions.queries import supports as queries
from promotions.rules import supports as rule
from promotions.states.support import REBATE, RebatePeriod, RebateState

LABEL = "promotions.rebate"


class NotOver(Refused):
    code, sentence = "period_not_over", _("The period from {starts_on} is not over before {ends_on}.")


class NothingEarned(Refused):
    code, sentence = "rebate_nothing_earned", _("{rebate}: ¥{sales} that were not refunded earn nothing any more.")


def span_of(period: str, day: date) -> tuple[date, date]:
    """Return the month or year that a day lies in, half-open."""
    if period == RebatePeriod.YEAR:
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    start = day.replace(day=1)
    return start, date(start.year + start.month // 12, start.month % 12 + 1, 1)


def computed(period: str, day: date, *, at: datetime) -> Iterator[Rebate]:
    """FI-4: compute what each distributor earns for the period of a day, without writing it: the preview."""
    starts_on, ends_on = span_of(period, day)
    tiers, sales = queries.tiers_of(period, on=starts_on), queries.rebate_sales(starts_on, ends_on)
    partners = queries.named(sales)
    for pk, kept in sorted(sales.items()):
        earned = rule.rebate(kept, tiers)
        if amount := to_fen(earned.amount):
            yield Rebate(
                partner=partners[pk],
                period=period,
                starts_on=starts_on,
                ends_on=ends_on,
                sales_yuan=kept,
                amount_yuan=amount,
                computed_at=at,
                because=list(earned.because),
            )


@transaction.atomic
def propose_all(period: str, day: date, *, by: Actor, at: datetime) -> list[Rebate]:
    """FI-4: propose the rebates of a period that is over, once per distributor; each waits for its approval."""
    by.need("promotions.run_rebate")
    starts_on, ends_on = span_of(period, day)
    if local(at).date() < ends_on:
        raise NotOver(starts_on=starts_on, ends_on=ends_on)
    made = []
    for rebate in computed(period, day, at=at):
        same = {"partner": rebate.partner, "period": period, "starts_on": starts_on}
        values = {
            name: getattr(rebate, name) for name in ("ends_on", "sales_yuan", "amount_yuan", "computed_at", "because")
        }
        row, new = Rebate.objects.get_or_create(**same, defaults=values)
        if new:
            facts = {
                "period": f"{starts_on:%Y-%m}",
                "amount_yuan": str(row.amount_yuan),
                "sales_yuan": str(row.sales_yuan),
            }
            audit.record(row, "rebate.propose", by=by, at=at, **facts)
            approvals.ask(approvals.Question(Kind.REBATE, row, row.amount_yuan, str(row)), by=by, at=at)
            made.append(row)
    return made


def decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """FI-2: what a decision on a rebate does, in its transaction: it is booked on the account, once."""
    rebate: Rebate = Rebate.objects.for_change(approval.subject_id)
    if approval.state != ApprovalState.GRANTED:
        if rebate.state == RebateState.PROPOSED:
            REBATE.move(rebate, "refuse", by=by, at=at, facts={"reason": str(approval.get_state_display())})
        return
    REBATE.move(rebate, "book", by=by, at=at, facts={"because": approval.because})
    booking = ledger.Booking(
        partner=rebate.partner_id,
        kind=EntryKind.REBATE,
        amount_yuan=rebate.amount_yuan,
        on=local(at).date(),
        source=(LABEL, rebate.pk),
        text=str(_("Rebate of the {period} from {day}")).format(
            period=rebate.get_period_display(), day=rebate.starts_on
        ),
        because=tuple(rebate.because),
    )
    ledger.book_many([booking], by=by, at=at)


@transaction.atomic
def propose_again(rebate_id: int, *, by: Actor, at: datetime) -> Rebate:
    """FI-4: compute a refused rebate anew from the sales as they stand, and ask again."""
    by.need("promotions.run_rebate")
    rebate: Rebate = Rebate.objects.visible_to(by).for_change(rebate_id)
    REBATE.check(rebate, "propose")
    kept = queries.rebate_sales(rebate.starts_on, rebate.ends_on, [rebate.partner_id])
    sales = kept.get(rebate.partner_id, ZERO)
    earned = rule.rebate(sales, queries.tiers_of(rebate.period, on=rebate.starts_on))
    if not (amount := to_fen(earned.amount)):
        raise NothingEarned(rebate=rebate, sales=sales)
    changes: dict[str, Any] = {"sales_yuan": sales, "amount_yuan": amount, "because": list(earned.because)}
    REBATE.move(rebate, "propose", by=by, at=at, computed_at=at, **changes)
    approvals.ask(approvals.Question(Kind.REBATE, rebate, rebate.amount_yuan, str(rebate)), by=by, at=at)
    return rebate
