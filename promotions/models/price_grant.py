from datetime import datetime
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Product, Shop
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from promotions.states.price import GrantKind


class PriceGrantQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Who may see the shop; those for all shops only the company."""
        return self if by.company else self.filter(Exists(Shop.objects.visible_to(by).filter(pk=OuterRef("shop_id"))))

    def in_force(self, at: datetime) -> Self:
        """Narrow to those that hold at this moment: their start included, their end not."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)


class PriceGrant(models.Model):
    """DS-11: a shop (none: every shop) may sell a model down to a price for a while; from an approved campaign offer
    or support, which is its source. Written once; one that ends early gets an earlier end, with the reason in an event.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=GrantKind)
    shop = models.ForeignKey(
        Shop, models.PROTECT, null=True, blank=True, related_name="price_grants", verbose_name=_("shop")
    )
    product = models.ForeignKey(Product, models.PROTECT, related_name="price_grants", verbose_name=_("product"))
    price_yuan = models.DecimalField(_("lowest price (yuan)"), max_digits=12, decimal_places=2)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until (exclusive)"))
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    because = models.JSONField(encoder=DjangoJSONEncoder, default=list)

    objects = PriceGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("price grant")
        verbose_name_plural = _("price grants")
        constraints = [
            models.CheckConstraint(name="price_grant_kind", condition=Q(kind__in=GrantKind.values)),
            models.CheckConstraint(name="price_grant_span", condition=Q(ends_at__gte=F("starts_at"))),
            models.CheckConstraint(name="price_grant_not_negative", condition=Q(price_yuan__gte=0)),
            models.UniqueConstraint(
                fields=["source_type", "source_id", "shop", "product"], name="price_grant_once", nulls_distinct=False
            ),
        ]
        indexes = [models.Index(fields=["product", "shop", "starts_at"], name="price_grant_product")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ¥{self.price_yuan}"
