"""PR-14: the year's plan: begun, filled from the standing plan or last year, checked, submitted, approved, closed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.approvals import operations as approvals
from opsdesk.approvals.models import Approval
from opsdesk.approvals.states import ApprovalState, Kind
from opsdesk.audit import models as audit
from opsdesk.errors import Refused
from promotions.models import BrandEvent, YearPlan
from promotions.operations import live
from promotions.operations.drafting import RIGHT
from promotions.queries import plan_facts
from promotions.rules import plan_checks
from promotions.states.plan import BRAND_EVENT, PLAN, EventState


class YearTaken(Refused):
    code, sentence = "year_taken", _("There is a plan for {year} already; open that one.")


class HasStops(Refused):
    code, sentence = (
        "plan_has_stops",
        _("{plan} breaks {count} rules ({rules}); put them right first, then submit it."),
    )


class StillRunning(Refused):
    code, sentence = "plan_still_running", _("{plan}: {count} brand days are not reviewed yet.")


@dataclass(frozen=True)
class Draft:
    """What a year's plan begins with."""

    year: int
    sales_yuan: Decimal
    goal_yuan: Decimal
    promotion_yuan: Decimal
    budget_yuan: Decimal
    first_month: int = 4


@transaction.atomic
def begin(draft: Draft, *, by: Actor, at: datetime) -> YearPlan:
    """PR-14: begin the plan of a year."""
    by.need(RIGHT)
    if YearPlan.objects.filter(year=draft.year).exists():
        raise YearTaken(year=draft.year)
    plan = YearPlan.objects.create(drawn_up_by=by.name, **vars(draft))
    audit.record(plan, "yearplan.draft", by=by, at=at, year=draft.year)
    return plan


@transaction.atomic
def submit(plan_id: int, *, reason: str, by: Actor, at: datetime) -> YearPlan:
    """PR-14: check the whole year, and ask for approval; a plan that breaks a rule is not submitted."""
    by.need(RIGHT)
    plan: YearPlan = YearPlan.objects.visible_to(by).for_change(plan_id)
    PLAN.check(plan, "submit")
    findings = plan_checks.check(plan_facts.facts_of(plan, at=at))
    if broken := plan_checks.stops(findings):
        rules = "、".join(dict.fromkeys(finding.rule for finding in broken))
        raise HasStops(plan=plan, count=len(broken), rules=rules)
    facts = {"checks": len(findings), "warnings": len(plan_checks.warnings(findings))}
    PLAN.move(plan, "submit", by=by, at=at, facts=facts, submitted_at=at, drawn_up_by=by.name, reason="")
    approvals.ask(approvals.Question(Kind.PLAN, plan, plan.budget_yuan, reason), by=by, at=at)
    return plan


@transaction.atomic
def decided(approval: Approval, *, by: Actor, at: datetime) -> None:
    """PR-14: what an approval of a plan does: its ordinary brand days are approved with it; or it goes back."""
    plan: YearPlan = YearPlan.objects.for_change(approval.subject_id)
    if approval.state != ApprovalState.GRANTED:
        PLAN.move(plan, "send_back", by=by, at=at, reason=_why(approval))
        return
    PLAN.move(plan, "approve", by=by, at=at, approved_at=at)
    ordinary = BrandEvent.objects.filter(plan=plan, own_application=False, state=EventState.PLANNED)
    events = BrandEvent.objects.for_change_many(list(ordinary.values_list("pk", flat=True)))
    because = [{"because": str(plan)} for _event in events]
    changes = [{"approved_at": at} for _event in events]
    BRAND_EVENT.move_many(events, "approve", by=by, at=at, changes=changes, facts=because)
    live.open_many(events, by=by, at=at)


def _why(approval: Approval) -> str:
    refusal = approval.signatures.filter(granted=False).order_by("-pk").first()
    return refusal.reason if refusal else str(approval.get_state_display())


@transaction.atomic
def close(plan_id: int, *, by: Actor, at: datetime) -> YearPlan:
    """PR-14: close a year whose brand days have all been reviewed."""
    by.need(RIGHT)
    plan: YearPlan = YearPlan.objects.visible_to(by).for_change(plan_id)
    PLAN.check(plan, "close")
    over = (EventState.REVIEWED, EventState.DROPPED)
    if left := BrandEvent.objects.filter(plan=plan).exclude(state__in=over).count():
        raise StillRunning(plan=plan, count=left)
    PLAN.move(plan, "close", by=by, at=at)
    return plan
