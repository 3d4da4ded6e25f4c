"""AS-11: cases that a partner has lost, as a measure of its service score (`settings.SCORE_EVENTS`)."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef

from aftersales.queries.score_events import Events
from aftersales.rules.scores import Event
from conflicts.models import Case, Ruling
from conflicts.states.case import PartyRole


def cases_lost(start: datetime, end: datetime) -> Events:
    """Return the cases whose first ruling against the partner came into force in the span. One query.

    A case of which it is cleared before the end of the span is not lost; what comes later changes no past month, as
    only moments before the end are looked at.
    """
    of_case = Ruling.objects.filter(case=OuterRef("case"), in_force_at__isnull=False)
    before = of_case.filter(act__isnull=False, round__lt=OuterRef("round"))
    cleared = of_case.filter(act=None, round__gt=OuterRef("round"), in_force_at__lt=end)
    rows = Ruling.objects.filter(
        ~Exists(before),
        ~Exists(cleared),
        act__isnull=False,
        in_force_at__gte=start,
        in_force_at__lt=end,
        case__parties__role=PartyRole.ACCUSED,
        case__parties__partner__isnull=False,
        case__parties__employee=None,
    )
    found: Events = defaultdict(list)
    for pk, partner, at in rows.order_by("in_force_at", "pk").values_list(
        "case_id", "case__parties__partner_id", "in_force_at"
    ):
        found[partner].append(Event(Case._meta.label_lower, pk, at, Decimal(1)))
    return found
