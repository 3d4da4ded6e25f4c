from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import BigIntegerField, CharField, F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from aftersales.states.deduction import DeductionKind
from aftersales.states.extra import OrderChannel
from channels.models import Partner, Product, Region
from opsdesk.actor import Actor
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class RatesQuerySet(InForce):
    def visible_to(self, by: Actor) -> "RatesQuerySet":
        """What is paid is no secret to the company; a partner sees it on its jobs and statements."""
        return self if by.company or by.regions else self.none()


def _same(name: str, output: models.Field, nothing: object) -> tuple[Coalesce, str]:
    """Two rows that both mean "all" are equal, too."""
    return Coalesce(F(name), Value(nothing), output_field=output), RangeOperators.EQUAL


class FeeRate(Valid):
    """AS-4: what a visit pays an installer, dated; empty means all. `aftersales/rules/fees.py` says which row wins.

    The database refuses two rows of the same keys in force on the same day.
    """

    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="fee_rates", verbose_name=_("installer")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("model")
    )
    series = models.CharField(_("series"), max_length=40, blank=True)
    channel = models.CharField(_("order channel"), max_length=8, choices=OrderChannel, blank=True)
    amount_yuan = models.DecimalField(_("per visit (yuan)"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("agreed by"), max_length=200, blank=True)

    objects = RatesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("fee rate")
        verbose_name_plural = _("fee rates")
        constraints = [
            models.CheckConstraint(name="fee_rate_channel", condition=Q(channel__in=["", *OrderChannel.values])),
            models.CheckConstraint(name="fee_rate_above_zero", condition=Q(amount_yuan__gt=0)),
            models.CheckConstraint(name="fee_rate_model_or_series", condition=Q(product=None) | Q(series="")),
            ends_after_start("fee_rate_span"),
            ExclusionConstraint(
                name="fee_rate_once",
                expressions=[
                    _same("partner", BigIntegerField(), 0),
                    _same("region", CharField(), ""),
                    _same("product", BigIntegerField(), 0),
                    ("series", RangeOperators.EQUAL),
                    ("channel", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[)"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} ¥{self.amount_yuan}"


class FeeHold(Valid):
    """AS-4: for how many days after the work a fee is held back; dated."""

    days = models.PositiveSmallIntegerField(_("held back (days)"))

    objects = RatesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("hold on fees")
        verbose_name_plural = _("holds on fees")
        constraints = [ends_after_start("fee_hold_span"), one_at_a_time("fee_hold_once")]

    def __str__(self) -> str:
        return f"{self.days}"


class DeductionRate(Valid):
    """AS-5, CF-12: what a late, refused or substandard installation costs a time; dated."""

    kind = models.CharField(_("kind"), max_length=12, choices=DeductionKind)
    amount_yuan = models.DecimalField(_("per time (yuan)"), max_digits=12, decimal_places=2)

    objects = RatesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("deduction rate")
        verbose_name_plural = _("deduction rates")
        constraints = [
            models.CheckConstraint(name="deduction_rate_kind", condition=Q(kind__in=DeductionKind.values)),
            models.CheckConstraint(name="deduction_rate_above_zero", condition=Q(amount_yuan__gt=0)),
            ends_after_start("deduction_rate_span"),
            one_at_a_time("deduction_rate_once", "kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ¥{self.amount_yuan}"
