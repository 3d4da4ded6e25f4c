"""The only place that asks for the time; only doors import it and pass `at` down."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present moment, aware."""
    return timezone.now()


def today() -> date:
    """Return today's date where the company is."""
    return timezone.localdate()
