"""The scores of the closed months, and one event that a partner contests."""

from aftersales.models import Score
from aftersales.operations import scores
from opsdesk.actor import SYSTEM
from opsdesk.console.demo import actors
from opsdesk.console.demo.plan import Plan


def tell(plan: Plan) -> None:
    """AS-11: publish what is closed; the agent with a login contests the event that costs it most."""
    scores.score_all_due(by=SYSTEM, at=plan.at)
    office = actors.of_role("partner_office")
    for score in Score.objects.visible_to(office).contestable(plan.at).order_by("value", "pk"):
        if worst := score.events.filter(effect__lt=0).order_by("effect", "pk").first():
            scores.contest(
                score.pk, event_id=worst.pk, reason="当天暴雨，客户同意改期，有通话记录", by=office, at=plan.at
            )
            return
