from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models import Job, Offer, Visit
from aftersales.states.job import Answer, Outcome
from opsdesk.kpi.definitions.base import Definition

_DONE_LATE = Q(done_at=None) | Q(done_at__gt=F("due_at"))
_CALLED_OFF = Q(cancelled_at__isnull=False, cancelled_at__lte=F("due_at"))
_IN_TIME = Q(handed_over_at__isnull=False, handed_over_at__lt=F("due_at"))


def _due(span: Any) -> Q:
    return Q(due_at__gte=span.start, due_at__lt=span.end)


DEFINITIONS = (
    Definition(
        "handed_over_in_time_rate",
        _("Handed over in time"),
        "rate",
        Job,
        lambda s: _due(s) & (_IN_TIME | _DONE_LATE) & ~_CALLED_OFF,
        _("Of the jobs due in the period that their first partner missed: the share handed over in time (AS-3)."),
        part=_IN_TIME,
        better="high",
        group="installation",
    ),
    Definition(
        "offers_accepted_in_time_rate",
        _("Offers accepted in time"),
        "rate",
        Offer,
        lambda s: _due(s) & ~Q(answer=Answer.WITHDRAWN),
        _("Share of the offers and hand-overs to be answered in the period that were accepted in time (AS-2, AS-3)."),
        part=Q(answer=Answer.ACCEPTED, answered_at__lte=F("due_at")),
        better="high",
        group="installation",
    ),
    Definition(
        "first_visit_rate",
        _("Installed at the first visit"),
        "rate",
        Visit,
        lambda s: Q(number=1, ended_at__gte=s.start, ended_at__lt=s.end) & ~Q(outcome=Outcome.CANCELLED),
        _("Share of the first visits ended in the period at which the installation was done (AS-11)."),
        part=Q(outcome=Outcome.DONE),
        better="high",
        group="installation",
    ),
)
