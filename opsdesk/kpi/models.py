from datetime import date
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class TargetQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """Targets are no secret."""
        return self


class Period(models.TextChoices):
    DAY = "day", _("day")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class Target(Valid):
    """KP-2: what a figure should come to in a day, a month or a year; a dated row."""

    figure = models.CharField(_("figure"), max_length=60)
    period = models.CharField(_("period"), max_length=5, choices=Period)
    value = models.DecimalField(_("target"), max_digits=16, decimal_places=4)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.CheckConstraint(name="target_period", condition=models.Q(period__in=Period.values)),
            ends_after_start("target_span"),
            one_at_a_time("target_once", "figure", "period"),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.value}"


class ReportQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """A report belongs to its reader."""
        return self.filter(reader_id=by.user_id)

    def of(self, reader_id: int, day: date) -> Self:
        """Narrow to the report of this reader for this day."""
        return self.filter(reader_id=reader_id, day=day)


class Report(models.Model):
    """KP-3: the figures of one business day as one manager was told them; frozen when the day closed, never rewritten."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reports", verbose_name=_("reader"))
    day = models.DateField(_("business day"))
    frozen_at = models.DateTimeField(_("frozen"))
    content = models.JSONField(encoder=DjangoJSONEncoder)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily report")
        verbose_name_plural = _("daily reports")
        permissions = [("receive_report", _("Receives the KPI e-mail every morning"))]
        constraints = [models.UniqueConstraint(fields=["reader", "day"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.day}"
