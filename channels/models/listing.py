from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.product import Product
from channels.models.shop import Shop
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class ListingQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the shop that it stands in."""
        if by.company:
            return self
        return self.filter(models.Exists(Shop.objects.visible_to(by).filter(pk=models.OuterRef("shop_id"))))

    def unmapped(self) -> Self:
        """CH-8: the mapping queue: items seen in orders that no model of ours is known for."""
        return self.filter(product=None, ignored=False)


class Listing(models.Model):
    """CH-8: an item of a shop, and which model of ours it is.

    `key` is the platform's SKU id, item id, merchant code or title: the first of these that the source gives.
    `crossed_yuan` is the list price that the item's page strikes through, where it shows one (PR-16).
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="listings", verbose_name=_("shop"))
    key = models.CharField(_("item key"))
    item_id = models.CharField(_("platform item id"), blank=True)
    sku_id = models.CharField(_("platform SKU id"), blank=True)
    merchant_code = models.CharField(_("merchant code"), blank=True)
    title = models.CharField(_("title"), blank=True)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="listings", verbose_name=_("product")
    )
    ignored = models.BooleanField(_("not one of ours"), default=False)
    price_yuan = models.DecimalField(_("price (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    crossed_yuan = models.DecimalField(
        _("struck-through price (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    first_seen_at = models.DateTimeField(_("first seen"), null=True, blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="listing_once"),
            models.CheckConstraint(
                name="listing_crossed", condition=models.Q(crossed_yuan=None) | models.Q(crossed_yuan__gt=0)
            ),
        ]
        indexes = [
            models.Index(fields=["shop"], name="listing_unmapped", condition=models.Q(product=None, ignored=False))
        ]

    def __str__(self) -> str:
        return self.title or self.key
