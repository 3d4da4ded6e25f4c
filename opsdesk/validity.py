from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from opsdesk.querysets import DeskQuerySet


class InForce(DeskQuerySet):
    def in_force(self, day: date) -> Self:
        """Narrow to the rows that hold on this day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class Valid(models.Model):
    """A rule as a row: in force from valid_from until the day before valid_to; replaced, never edited."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until (exclusive)"), null=True, blank=True)

    objects = InForce.as_manager()

    class Meta:
        abstract = True


def ends_after_start(name: str) -> models.CheckConstraint:
    """Make the database refuse a validity that ends before it begins."""
    return models.CheckConstraint(name=name, condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")))


def one_at_a_time(name: str, *keys: str) -> ExclusionConstraint:
    """Make the database refuse two rows of the same keys in force on the same day."""
    span = Func(F("valid_from"), F("valid_to"), Value("[)"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[*((key, RangeOperators.EQUAL) for key in keys), (span, RangeOperators.OVERLAPS)],
    )
