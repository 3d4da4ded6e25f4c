"""CF-13: the first figures of the detectors of conflicts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from conflicts.models import DetectorFigure

_SINCE = date(2010, 1, 1)


def load(data: Mapping[str, list[Any]]) -> None:
    """Enter each figure that has no row yet; what people have replaced stays."""
    known = set(DetectorFigure.objects.values_list("kind", "name"))
    DetectorFigure.objects.bulk_create(
        DetectorFigure(kind=kind, name=name, value=Decimal(value), valid_from=_SINCE)
        for kind, figures in data["detector_figures"]
        for name, value in figures.items()
        if (kind, name) not in known
    )
