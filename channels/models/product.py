from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.partner import Partner
from channels.states import Skill, SoldWhere
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import Valid, ends_after_start, one_at_a_time


class ProductQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The catalogue is no secret; prices and limits stand in rows of their own."""
        return self


class Product(models.Model):
    """A model of ours, a part, a gift (OR-8) or a service."""

    code = models.CharField(_("model"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    series = models.CharField(_("series"), max_length=40, blank=True)
    sold_where = models.CharField(_("sold where"), max_length=10, choices=SoldWhere, default=SoldWhere.ANYWHERE)
    installed = models.BooleanField(_("must be installed"), default=True)
    skill = models.CharField(_("skill to install it"), max_length=10, choices=Skill, blank=True)
    warranty_months = models.PositiveSmallIntegerField(_("warranty (months)"), null=True, blank=True)
    launched_on = models.DateField(_("launched on"), null=True, blank=True)
    active = models.BooleanField(_("active"), default=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(name="product_sold_where", condition=Q(sold_where__in=SoldWhere.values)),
            models.CheckConstraint(name="product_skill", condition=Q(skill__in=["", *Skill.values])),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ListPrice(Valid):
    """The list price of a model in yuan, dated (PR-16)."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="list_prices", verbose_name=_("product"))
    price_yuan = models.DecimalField(_("list price (yuan)"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("list price")
        verbose_name_plural = _("list prices")
        constraints = [
            models.CheckConstraint(name="list_price_positive", condition=Q(price_yuan__gt=0)),
            ends_after_start("list_price_span"),
            one_at_a_time("list_price_once", "product"),
        ]

    def __str__(self) -> str:
        return f"{self.price_yuan}"


class NamedSeller(Valid):
    """CH-7: a distributor to whom a restricted model is open."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="named_sellers", verbose_name=_("product"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))

    class Meta:
        verbose_name = _("named seller")
        verbose_name_plural = _("named sellers")
        constraints = [
            ends_after_start("named_seller_span"),
            one_at_a_time("named_seller_once", "product", "partner"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}"
