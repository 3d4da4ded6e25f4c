"""Moments and dates where the company is (settings.TIME_ZONE)."""

from datetime import date, datetime, time

from django.utils import timezone


def midnight(day: date) -> datetime:
    """Return when a day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def local(moment: datetime) -> datetime:
    """Return a moment in the company's time zone."""
    return timezone.localtime(moment)
