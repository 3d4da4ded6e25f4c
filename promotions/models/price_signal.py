from datetime import date
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Listing, Product, Shop
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from orders.models import Line
from promotions.states.price_signal import SignalKind, SignalState


class PriceSignalQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the shop it is about, and never to the shop's partner: it may become a case (CF-13)."""
        if by.company:
            return self
        return self.filter(Exists(Shop.objects.filter(pk=OuterRef("shop_id"), code__in=by.shops)))

    def waiting(self) -> Self:
        """The queue: nobody has dealt with them yet, and they are not put right."""
        return self.filter(state=SignalState.OPEN)

    def below_floor(self) -> Self:
        """Waiting, and a price below the floor."""
        return self.waiting().filter(kind=SignalKind.BELOW_FLOOR)

    def not_allowed(self) -> Self:
        """CH-7: waiting, and sold where the model may not be sold."""
        return self.waiting().filter(kind=SignalKind.NOT_ALLOWED)

    def list_price(self) -> Self:
        """PR-16: waiting, and a price struck through that was never really charged."""
        return self.waiting().filter(kind=SignalKind.LIST_PRICE)

    def sold(self) -> Self:
        """Waiting, and really sold, not only offered."""
        return self.waiting().filter(line__isnull=False)


class PriceSignal(models.Model):
    """DS-11, CH-7, PR-16: an item on sale, or a sale, at a price below its floor or where it may not be sold; an item
    that strikes a price through which was never charged (that is its price then).

    Its natural key is the item with its net price and floor, or the order line: looking again doubles nothing. The
    line goes with the stand-in that it was, when a later file names the items of the order.
    """

    kind = models.CharField(_("kind"), max_length=24, choices=SignalKind)
    state = models.CharField(_("state"), max_length=10, choices=SignalState, default=SignalState.OPEN)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="price_signals", verbose_name=_("shop"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="price_signals", verbose_name=_("product"))
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="price_signals", verbose_name=_("listing"))
    line = models.ForeignKey(
        Line, models.CASCADE, null=True, related_name="price_signals", verbose_name=_("order line")
    )
    price_yuan = models.DecimalField(_("price (yuan)"), max_digits=12, decimal_places=2)
    net_yuan = models.DecimalField(_("net price (yuan)"), max_digits=12, decimal_places=2)
    floor_yuan = models.DecimalField(_("floor (yuan)"), max_digits=12, decimal_places=2, null=True)
    gap_yuan = models.DecimalField(_("below by (yuan)"), max_digits=12, decimal_places=2, null=True)
    moment = models.DateTimeField(_("moment of the price"))
    found_at = models.DateTimeField(_("found at"))
    because = models.JSONField(encoder=DjangoJSONEncoder, default=list)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("dealt with"), null=True)

    objects = PriceSignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("price signal")
        verbose_name_plural = _("price signals")
        permissions = [("dismiss_pricesignal", _("Can dismiss price signals"))]
        constraints = [
            models.CheckConstraint(name="price_signal_kind", condition=Q(kind__in=SignalKind.values)),
            models.CheckConstraint(name="price_signal_state", condition=Q(state__in=SignalState.values)),
            models.UniqueConstraint(
                fields=["listing", "kind", "net_yuan", "floor_yuan"],
                name="price_signal_listing_once",
                condition=Q(line=None),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["line", "kind"], name="price_signal_line_once", condition=Q(line__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["found_at"], name="price_signal_found"),
            models.Index(fields=["shop"], name="price_signal_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.product.code} ¥{self.net_yuan}"


class SweepQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """What was looked at is the company's."""
        return self if by.company else self.none()

    def of(self, day: date) -> Self:
        """Narrow to a day."""
        return self.filter(day=day)


class PriceSweep(models.Model):
    """DS-11: what was looked at for a day, and what could not be looked at: no finding is not the same as no look."""

    what = models.CharField(_("what"), max_length=10, choices=[("listings", _("listings")), ("sales", _("sales"))])
    day = models.DateField(_("day"))
    looked = models.PositiveIntegerField(_("looked at"))
    unlooked = models.PositiveIntegerField(_("could not be looked at"))
    found = models.PositiveIntegerField(_("found wrong"))
    at = models.DateTimeField(_("last look"))

    objects = SweepQuerySet.as_manager()

    class Meta:
        verbose_name = _("price sweep")
        verbose_name_plural = _("price sweeps")
        constraints = [models.UniqueConstraint(fields=["what", "day"], name="price_sweep_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.day}"
