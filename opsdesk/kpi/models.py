from typing import Self

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

    objects = TargetQuerySet.as_manager()  # type: ignore[misc,assignment]

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
        """A report shows what its scope may see: it is visible to exactly that scope."""
        return self.filter(scope=scope_of(by))


def scope_of(by: Actor) -> str:
    """Name what an actor may see; two actors of one scope are told the same figures."""
    if by.company:
        return "company"
    kinds = (("shop", by.shops), ("region", by.regions), ("partner", by.partners))
    return "|".join(f"{kind}:{','.join(sorted(codes))}" for kind, codes in kinds if codes) or "nothing"


class Report(models.Model):
    """KP-3: the figures of one business day for one scope, frozen after the day closed and never rewritten."""

    scope = models.CharField(_("scope"))
    day = models.DateField(_("business day"))
    frozen_at = models.DateTimeField(_("frozen"))
    content = models.JSONField(encoder=DjangoJSONEncoder)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily report")
        verbose_name_plural = _("daily reports")
        permissions = [("receive_report", _("Receives the KPI e-mail every morning"))]
        constraints = [models.UniqueConstraint(fields=["scope", "day"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.scope}"
