from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Platform, Product, Shop
from promotions.models.price_facts import CompanyRows
from promotions.states.price_cut import CutKind, CutState


class PriceCutQuerySet(CompanyRows):
    def agreed(self) -> Self:
        """FI-3: narrow to what somebody with the authority has agreed to."""
        return self.filter(state=CutState.AGREED)

    def in_force(self, at: datetime) -> Self:
        """Narrow to what is agreed and holds at this moment: its start included, its end not."""
        return self.agreed().filter(starts_at__lte=at, ends_at__gt=at)

    def overlapping(self, start: datetime, end: datetime) -> Self:
        """Narrow to what holds, or has been handed out, at some time of a span."""
        begins = Q(starts_at__lte=end) | Q(handed_out_at__lte=end)
        return self.filter(begins, ends_at__gt=start)


class PriceCut(models.Model):
    """PR-10, PR-11: what lowers the price shown (coupon, gift, phone, cross-shop) where and while it holds.

    From an offer of an approved brand day, which is its source, or entered by hand and agreed to (FI-3); of a gift the
    amount is what it costs us. Written once; its end moves when the brand day is extended or stopped.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=CutKind)
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=CutState, default=CutState.ASKED, editable=False)
    platform = models.ForeignKey(
        Platform, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("platform")
    )
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    amount_yuan = models.DecimalField(
        _("off (yuan)"), max_digits=12, decimal_places=2, help_text=_("Of a gift: what it costs us.")
    )
    per_yuan = models.DecimalField(
        _("for each full (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True,
        help_text=_("Empty: once, whatever the price."),
    )  # fmt: skip
    by_platform = models.BooleanField(
        _("paid by the platform"), default=False, help_text=_("Then it does not lower the net price.")
    )
    handed_out_at = models.DateTimeField(_("handed out from"), null=True, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until (exclusive)"))
    source_type = models.CharField(max_length=60, default="", editable=False)
    source_id = models.BigIntegerField(default=0, editable=False)

    objects = PriceCutQuerySet.as_manager()

    class Meta:
        verbose_name = _("price reduction")
        verbose_name_plural = _("price reductions")
        constraints = [
            models.CheckConstraint(name="price_cut_kind", condition=Q(kind__in=CutKind.values)),
            models.CheckConstraint(name="price_cut_state", condition=Q(state__in=CutState.values)),
            models.CheckConstraint(name="price_cut_span", condition=Q(ends_at__gte=F("starts_at"))),
            models.CheckConstraint(
                name="price_cut_positive", condition=Q(amount_yuan__gt=0) & (Q(per_yuan=None) | Q(per_yuan__gt=0))
            ),
            models.UniqueConstraint(
                fields=["source_type", "source_id", "shop"],
                name="price_cut_once",
                condition=~Q(source_type=""),
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="price_cut_ends")]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """Where it comes from; empty: entered by hand."""
        return f"{self.source_type}:{self.source_id}" if self.source_type else ""
