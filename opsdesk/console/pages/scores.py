from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.models import Score, ScoreContest, ScoreEvent
from aftersales.operations import scores
from aftersales.states.score import Measure
from opsdesk import clock
from opsdesk.console import timeline
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at, posted_from

VIEW = "aftersales.view_score"
_SHORT = {"aftersales.job": "J", "aftersales.callback": "H", "aftersales.complaint": "T", "conflicts.case": "K"}


@dataclass(frozen=True)
class Receipt:
    """An event of a score, and what has been said against it."""

    event: ScoreEvent
    name: str
    contest: ScoreContest | None


@dataclass(frozen=True)
class Part:
    """A measure of a score with its receipts, those that move the score most first."""

    label: str
    facts: dict[str, Any]
    receipts: list[Receipt]


def score(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-11: a score with its receipts: each event, its weight, its effect, and what is contested."""
    row = visible(request, Score.objects.select_related("partner", "formula"), pk, _("score"), right=VIEW)
    by, at = actor_at(request), clock.now()
    contests = list(ScoreContest.objects.filter(partner=row.partner_id, month=row.month).order_by("contested_at", "pk"))
    versions = Score.objects.filter(partner=row.partner_id, month=row.month).order_by("version")
    may_contest = by.may("aftersales.contest_score") and row.superseded_at is None
    return page(
        request,
        "console/score.html",
        _("Score of %(partner)s, %(month)s") % {"partner": row.partner, "month": f"{row.month:%Y-%m}"},
        score=row,
        parts=_parts(row, contests),
        contests=[(one, Measure(one.measure).label) for one in contests],
        versions=list(versions),
        timeline=timeline.of(*versions, *contests),
        may_contest=may_contest and row.contest_until is not None and row.contest_until > at,
        may_decide=by.may("aftersales.decide_score"),
    )


def _parts(row: Score, contests: list[ScoreContest]) -> list[Part]:
    said = {(one.measure, one.kind, one.subject_id): one for one in contests}
    receipts: dict[str, list[Receipt]] = {}
    for event in sorted(row.events.all(), key=lambda event: (event.effect, event.at, event.pk)):
        name = f"{_SHORT.get(event.kind, '#')}{event.subject_id}"
        one = Receipt(event, name, said.get((event.measure, event.kind, event.subject_id)))
        receipts.setdefault(event.measure, []).append(one)
    return [
        Part(str(Measure(facts["measure"]).label), _numbers(facts), receipts.get(facts["measure"], []))
        for facts in row.because
    ]


def _numbers(facts: dict[str, Any]) -> dict[str, Any]:
    return facts | {name: facts[name] and Decimal(facts[name]) for name in ("value", "points", "weight")}


@posted_from("score")
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-11: the partner contests an event of its score."""
    by, at = actor_at(request), clock.now()
    event, reason = int(request.POST.get("event") or 0), request.POST.get("reason", "")
    where = reverse("score", args=[pk])
    return trying(request, where, lambda: scores.contest(pk, event_id=event, reason=reason, by=by, at=at))


@posted_from("score")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-11: a person decides what is contested; an upheld one leads to the new version."""
    by, at = actor_at(request), clock.now()
    old = visible(request, Score.objects.all(), pk, _("score"), right=VIEW)
    contested, reason = int(request.POST.get("contest") or 0), request.POST.get("reason", "")
    operation = scores.uphold if request.POST.get("upheld") == "yes" else scores.reject
    answer = trying(request, reverse("score", args=[pk]), lambda: operation(contested, reason=reason, by=by, at=at))
    now = Score.objects.current().filter(partner=old.partner_id, month=old.month).first()
    if now and now.pk != pk:
        answer["Location"] = reverse("score", args=[now.pk])
    return answer
