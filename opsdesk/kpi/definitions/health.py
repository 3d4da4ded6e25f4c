from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opsdesk.kpi.definitions.base import Definition
from orders.models import Import, RejectedRow
from orders.states import ImportState

DEFINITIONS = (
    Definition(
        "imports_done",
        _("Files imported"),
        "files",
        Import,
        lambda s: Q(state=ImportState.DONE, entered_at__gte=s.start, entered_at__lt=s.end),
        _("Export files taken in during the period."),
        group="health",
    ),
    Definition(
        "imports_failed",
        _("Imports failed"),
        "files",
        Import,
        lambda s: Q(state=ImportState.FAILED, entered_at__gte=s.start, entered_at__lt=s.end),
        _("Export files that could not be read at all."),
        better="low",
        group="health",
    ),
    Definition(
        "rows_rejected",
        _("Rows rejected"),
        "rows",
        RejectedRow,
        lambda s: Q(source__entered_at__gte=s.start, source__entered_at__lt=s.end, mended_by=None, dismissal=None),
        _("Rows of the period's files that could not be read and that nobody has mended or dismissed yet."),
        better="low",
        group="health",
    ),
)
