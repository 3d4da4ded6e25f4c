from conflicts.models import DetectorFigure
from conflicts.rules.figures import Book, Row


def book() -> Book:
    """CF-13: return the figures of all detectors at all times. One query."""
    rows = DetectorFigure.objects.order_by("pk").values_list("kind", "name", "value", "valid_from", "valid_to")
    return Book(Row(*row) for row in rows)
