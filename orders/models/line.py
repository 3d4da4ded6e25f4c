from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models import Listing
from orders.models.order import Order


class Line(models.Model):
    """One item of an order; `key` is unique within it. What model it is follows from its listing (CH-8)."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"), db_index=False)
    key = models.CharField(_("item key"))
    listing = models.ForeignKey(Listing, models.PROTECT, null=True, related_name="lines", verbose_name=_("listing"))
    title = models.CharField(_("title"), blank=True)
    properties = models.CharField(_("properties"), blank=True)
    quantity = models.PositiveIntegerField(_("quantity"), null=True)
    price_yuan = models.DecimalField(_("price (yuan)"), max_digits=12, decimal_places=2, null=True)
    paid_yuan = models.DecimalField(_("paid (yuan)"), max_digits=12, decimal_places=2, null=True)
    refunded_yuan = models.DecimalField(_("refunded (yuan)"), max_digits=12, decimal_places=2, null=True)
    refund_state = models.CharField(_("refund state"), blank=True)
    serial_number = models.CharField(_("serial number"), blank=True)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [models.UniqueConstraint(fields=["order", "key"], name="line_once")]
        indexes = [models.Index(fields=["serial_number"], name="line_serial", condition=~models.Q(serial_number=""))]

    def __str__(self) -> str:
        return self.title or self.key
