from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from opsdesk.audit.models import Event
from orders.models import Import
from orders.states import ImportState

SILENT = timedelta(minutes=5)  # a batch takes seconds: a run that says nothing for so long was killed


def due(at: datetime) -> list[int]:
    """Return the imports that wait for a worker, or whose worker was killed."""
    silent = Q(state=ImportState.RUNNING) | Q(state=ImportState.WAITING, entered_at__lt=at - timedelta(seconds=30))
    rows = Import.objects.filter(silent).annotate(seen_at=Coalesce(F("moved_at"), F("entered_at")))
    late = Q(state=ImportState.WAITING) | Q(seen_at__lt=at - SILENT)
    return list(rows.filter(late).order_by("pk").values_list("pk", flat=True))


def started_by(event_ids: Sequence[int]) -> list[int]:
    """Return the imports that these events started and that still wait."""
    subjects = Event.objects.filter(pk__in=event_ids).values("subject_id")
    return list(Import.objects.filter(pk__in=subjects, state=ImportState.WAITING).values_list("pk", flat=True))
