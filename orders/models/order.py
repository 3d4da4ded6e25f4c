from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Region, Shop
from opsdesk.actor import Actor
from opsdesk.privacy import SealedTextField, fingerprint, mask_numbers, normal_phone
from opsdesk.querysets import DeskQuerySet
from orders.models.customer import Basis, Customer, Mark
from orders.models.intake import Import
from orders.states import OrderState


class OrderQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """An order is visible to the company, within a region, and to who may see its shop."""
        if by.company:
            return self
        which = Q(Exists(Shop.objects.visible_to(by).filter(pk=OuterRef("shop_id"))))
        for code in by.regions:
            which |= Q(region__code__startswith=code)
        return self.filter(which)

    def counted(self) -> Self:
        """Leave out parents that a platform split: their children are counted."""
        return self.filter(superseded=False)

    def paid_ever(self) -> Self:
        """Narrow to orders that were paid, whatever came after."""
        return self.filter(paid_at__isnull=False)

    def created_between(self, start: datetime, end: datetime) -> Self:
        """Narrow by the moment of ordering, half-open."""
        return self.filter(ordered_at__gte=start, ordered_at__lt=end)

    def paid_between(self, start: datetime, end: datetime) -> Self:
        """Narrow by the moment of payment, half-open."""
        return self.filter(paid_at__gte=start, paid_at__lt=end)

    def sought(self, text: str) -> Self:
        """Find by order number (exact, or its beginning), whole phone number, tracking number or buyer's account."""
        text = text.strip()
        which = Q(number__startswith=text) | Q(tracking=text) | (~Q(buyer="") & Q(buyer__startswith=text))
        if phone := normal_phone(text):
            known = Mark.objects.filter(pk=fingerprint(f"phone:{phone}")).values_list("customer_id", flat=True)
            which |= Q(customer_id__in=list(known))  # as constants: a subquery would make PostgreSQL read the table
        return self.filter(which)


class Order(models.Model):
    """OR-1: an order of any channel, unique on (shop, platform number): what the platform says, and who it is for.

    Times are null until known; money is yuan and null where no source ever said. `paid_yuan` is what the buyer's
    export calls 买家实际支付金额, `total_yuan` 总金额; `sold_yuan` is what the shop sold it for after its own
    reductions: what the platform paid of it is in it. The receiver's name, phone and address are sealed together, the
    free texts each by itself.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="orders", verbose_name=_("shop"))
    number = models.CharField(_("order number"))
    state = models.CharField(_("state"), max_length=12, choices=OrderState)
    held = models.BooleanField(_("on hold"), default=False)
    superseded = models.BooleanField(_("split by the platform"), default=False)
    as_of = models.DateTimeField(_("state as of"), null=True)

    ordered_at = models.DateTimeField(_("ordered"), null=True)
    paid_at = models.DateTimeField(_("paid"), null=True)
    shipped_at = models.DateTimeField(_("shipped"), null=True)
    signed_at = models.DateTimeField(_("signed for"), null=True)
    completed_at = models.DateTimeField(_("completed"), null=True)
    promised_ship_at = models.DateTimeField(_("to be shipped by"), null=True)

    goods_yuan = models.DecimalField(_("goods (yuan)"), max_digits=12, decimal_places=2, null=True)
    freight_yuan = models.DecimalField(_("freight (yuan)"), max_digits=12, decimal_places=2, null=True)
    total_yuan = models.DecimalField(_("total (yuan)"), max_digits=12, decimal_places=2, null=True)
    paid_yuan = models.DecimalField(_("paid (yuan)"), max_digits=12, decimal_places=2, null=True)
    refunded_yuan = models.DecimalField(_("refunded (yuan)"), max_digits=12, decimal_places=2, null=True)
    sold_yuan = models.DecimalField(
        _("sold for, with the platform's part (yuan)"), max_digits=12, decimal_places=2, null=True
    )

    buyer = models.CharField(_("buyer's account"), blank=True)
    receiver_sealed = models.BinaryField(null=True)
    receiver_print = models.BinaryField(max_length=16, null=True)
    name_masked = models.CharField(_("receiver"), blank=True)
    phone_masked = models.CharField(_("phone"), blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("region"), db_index=False
    )
    region_because = ArrayField(models.CharField(), default=list, verbose_name=_("region because"))
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="orders", verbose_name=_("customer"))
    customer_basis = models.CharField(_("recognised by"), max_length=12, choices=Basis, blank=True)

    buyer_message = SealedTextField(_("buyer's message"), blank=True)
    seller_note = SealedTextField(_("seller's note"), blank=True)
    close_reason = models.CharField(_("closed because"), blank=True)
    after_sale = models.CharField(_("after-sales state on the platform"), blank=True)
    carrier = models.CharField(_("carrier"), blank=True)
    tracking = models.CharField(_("tracking number"), blank=True)
    installation_bought = models.BooleanField(_("installation ordered with it"), null=True)
    source = models.ForeignKey(
        Import,
        models.PROTECT,
        null=True,
        related_name="orders",
        verbose_name=_("first seen in"),
        db_index=False,
    )
    entered_at = models.DateTimeField(_("entered"))
    changed_at = models.DateTimeField(_("changed"))

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("sign_order", _("Can record that goods were signed for")),
            ("show_order", _("Can see a customer's personal data")),
            ("export_order", _("Can export orders")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="order_once"),
            models.CheckConstraint(name="order_state", condition=Q(state__in=OrderState.values)),
        ]
        indexes = [
            models.Index(fields=["number"], name="order_number", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["buyer"],
                name="order_buyer",
                opclasses=["varchar_pattern_ops"],
                condition=~Q(buyer=""),
            ),
            models.Index(fields=["tracking"], name="order_tracking", condition=~Q(tracking="")),
            models.Index(fields=["ordered_at", "shop"], name="order_ordered"),
            models.Index(fields=["phone_masked", "ordered_at"], name="order_masked", condition=~Q(phone_masked="")),
            models.Index(fields=["paid_at", "shop"], name="order_paid", condition=Q(paid_at__isnull=False)),
            models.Index(fields=["changed_at"], name="order_changed"),
            models.Index(fields=["signed_at"], name="order_signed", condition=Q(signed_at__isnull=False)),
            models.Index(fields=["region"], name="order_region", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def buyer_message_masked(self) -> str:
        """What the buyer wrote, phone numbers masked (AU-2)."""
        return mask_numbers(self.buyer_message)

    @property
    def seller_note_masked(self) -> str:
        """What the shop noted, phone numbers masked (AU-2)."""
        return mask_numbers(self.seller_note)
