"""The dated rows that a floor is worked out from, beside the rules themselves (DS-11)."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Platform, Product, Shop
from channels.states import Mode
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import Valid, ends_after_start, one_at_a_time
from promotions.models.price_rule import CompanyQuerySet
from promotions.states.price import GrantKind
from promotions.states.price_rule import Seller, Tag


class CompanyRows(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Price policy is the company's."""
        return self if by.company else self.none()


class ProductTag(Valid):
    """PR-4, PR-13: a model is a hero or an end-of-line model for a while."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="tags", verbose_name=_("product"))
    tag = models.CharField(_("marked as"), max_length=10, choices=Tag)

    objects = CompanyQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("mark of a model")
        verbose_name_plural = _("marks of models")
        constraints = [
            ends_after_start("product_tag_span"),
            one_at_a_time("product_tag_once", "product", "tag"),
            models.CheckConstraint(name="product_tag_tag", condition=Q(tag__in=Tag.values)),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.get_tag_display()}"


class SellerStanding(Valid):
    """DS-12: as what a partner's shop sells for a while; without a row it is an independent reseller."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="standings", verbose_name=_("shop"))
    seller = models.CharField(_("sells as"), max_length=12, choices=Seller)
    reason = models.CharField(_("reason"), max_length=300)

    objects = CompanyQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("legal standing of a shop")
        verbose_name_plural = _("legal standings of shops")
        constraints = [
            ends_after_start("seller_standing_span"),
            one_at_a_time("seller_standing_once", "shop"),
            models.CheckConstraint(name="seller_standing_seller", condition=Q(seller__in=Seller.values)),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.get_seller_display()}"


class CampaignWindow(models.Model):
    """PR-1, PR-4: a campaign of a shop (none: of all shops), in which the rules for campaigns hold."""

    name = models.CharField(_("name"), max_length=80)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until (exclusive)"))
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()

    objects = CompanyRows.as_manager()

    class Meta:
        verbose_name = _("campaign window")
        verbose_name_plural = _("campaign windows")
        constraints = [
            models.CheckConstraint(name="campaign_window_span", condition=Q(ends_at__gte=F("starts_at"))),
            models.UniqueConstraint(
                fields=["source_type", "source_id", "shop"], name="campaign_window_once", nulls_distinct=False
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="campaign_window_ends")]

    def __str__(self) -> str:
        return self.name


class PlatformPrice(models.Model):
    """DS-8: the lowest price of a model on a platform for a while, as its listings showed it."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", verbose_name=_("platform"))
    product = models.ForeignKey(Product, models.PROTECT, related_name="platform_prices", verbose_name=_("product"))
    price_yuan = models.DecimalField(_("lowest price (yuan)"), max_digits=12, decimal_places=2)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until (exclusive)"), null=True)

    objects = CompanyRows.as_manager()

    class Meta:
        verbose_name = _("price on a platform")
        verbose_name_plural = _("prices on platforms")
        constraints = [
            models.CheckConstraint(
                name="platform_price_span", condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at"))
            ),
            models.UniqueConstraint(
                fields=["platform", "product"], name="platform_price_now", condition=Q(ends_at=None)
            ),
        ]
        indexes = [models.Index(fields=["product", "starts_at"], name="platform_price_product")]

    def __str__(self) -> str:
        return f"¥{self.price_yuan}"


class GrantLimit(Valid):
    """DS-1, DS-6: how far below the shop's ordinary floor, how long, for how many models a kind of grant may go."""

    kind = models.CharField(_("kind"), max_length=10, choices=GrantKind)
    lowest_share = models.DecimalField(
        _("not below (share of the ordinary floor)"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    most_days = models.PositiveSmallIntegerField(_("at most (days)"), null=True, blank=True)
    most_models = models.PositiveSmallIntegerField(_("models at a time"), null=True, blank=True)
    mode = models.CharField(_("operating mode"), max_length=14, choices=Mode, blank=True)

    objects = CompanyQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("limit of price grants")
        verbose_name_plural = _("limits of price grants")
        constraints = [
            ends_after_start("grant_limit_span"),
            one_at_a_time("grant_limit_once", "kind"),
            models.CheckConstraint(name="grant_limit_kind", condition=Q(kind__in=GrantKind.values)),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class ListPriceProof(Valid):
    """PR-16: how many days a list price must have stood before discounts may be counted from it."""

    least_days = models.PositiveSmallIntegerField(_("in force for at least (days)"))

    objects = CompanyQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("proof of list prices")
        verbose_name_plural = _("proof of list prices")
        constraints = [ends_after_start("list_price_proof_span"), one_at_a_time("list_price_proof_once")]

    def __str__(self) -> str:
        return f"{self.least_days}"
