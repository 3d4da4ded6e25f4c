"""The machines of a published score and of what a partner contests, and the sentences of their events."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class Measure(models.TextChoices):
    """AS-11: what is measured; the apps above may measure, too (settings.SCORE_EVENTS)."""

    ON_TIME = "on_time", _("installed on time")
    ACCEPTANCE = "acceptance", _("hours until an offer is answered")
    FIRST_VISIT = "first_visit", _("done at the first visit")
    SATISFACTION = "satisfaction", _("satisfaction in call-backs")
    COMPLAINTS = "complaints", _("founded complaints per 100 installations")
    HANDED_OVER = "handed_over", _("jobs handed over to another, per 100 accepted")
    CASES_LOST = "cases_lost", _("conflicts lost, per 100 installations")


PER_100 = frozenset({Measure.COMPLAINTS, Measure.HANDED_OVER, Measure.CASES_LOST})
"""These count events per 100 of something; the others take the mean of their events."""


class ScoreState(models.TextChoices):
    PUBLISHED = "published", _("published")
    CONTESTED = "contested", _("contested")
    FINAL = "final", _("final")
    REPLACED = "replaced", _("replaced by a newer version")


SCORE = Machine(
    "score",
    contest=(("published", "contested"), "contested"),
    settle=(("contested",), "published"),
    replace=(("contested",), "replaced"),
    finalise=(("published",), "final"),
)


class ContestState(models.TextChoices):
    OPEN = "open", _("to be decided")
    UPHELD = "upheld", _("upheld: the event does not count")
    REJECTED = "rejected", _("rejected: the event counts")


CONTEST = Machine("contest", uphold=(("open",), "upheld"), reject=(("open",), "rejected"))

EVENTS = {
    "score.publish": _("Score published: {value} (version {version})"),
    "score.contest": _("An event is contested: {measure} ({reason})"),
    "score.settle": _("Nothing is contested any more"),
    "score.replace": _("Replaced by version {version}"),
    "score.finalise": _("The score is final"),
    "score.export": _("Scores exported: {rows}"),
    "contest.uphold": _("Upheld: {reason}"),
    "contest.reject": _("Rejected: {reason}"),
    "score_contest.warned": _("A contested event is to be decided soon ({due_at})"),
    "score_contest.missed": _("A contested event was not decided in time, was due {due_at}"),
    "score_contest.escalated": _("A contested event is long undecided, was due {due_at}"),
}
