from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Partner, Product, Shop
from opsdesk.actor import Actor
from opsdesk.money import ZERO
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time
from promotions.states.support import ApplicationState, SupportKind, Trait


class TermsQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """Support is written down for everybody."""
        return self


class SupportPolicy(Valid):
    """DS-1 … DS-7: the terms of a support, dated: who, how much, how long, how often."""

    kind = models.CharField(_("kind"), max_length=12, choices=SupportKind)
    share = models.DecimalField(_("share of the cost"), max_digits=4, decimal_places=3, null=True, blank=True)
    most_yuan = models.DecimalField(_("at most (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    price_share = models.DecimalField(
        _("price as share of the normal one"), max_digits=4, decimal_places=3, null=True, blank=True
    )
    days = models.PositiveSmallIntegerField(_("days at most"))
    at_once = models.PositiveSmallIntegerField(_("at once per shop"), default=1)
    in_all = models.PositiveSmallIntegerField(_("in all per shop"), null=True, blank=True)
    opened_within_days = models.PositiveSmallIntegerField(
        _("only so many days after the authorisation"), null=True, blank=True
    )
    needs_trait = models.CharField(_("only shops that are"), max_length=16, choices=Trait, blank=True)
    platforms = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name=_("platforms (none: all)")
    )

    objects = TermsQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("support policy")
        verbose_name_plural = _("support policies")
        constraints = [
            models.CheckConstraint(name="support_policy_kind", condition=Q(kind__in=SupportKind.values)),
            models.CheckConstraint(name="support_policy_share", condition=Q(share=None) | Q(share__gt=0, share__lte=1)),
            models.CheckConstraint(
                name="support_policy_price", condition=Q(price_share=None) | Q(price_share__gt=0, price_share__lte=1)
            ),
            ends_after_start("support_policy_span"),
            one_at_a_time("support_policy_once", "kind"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class MoreSupport(Valid):
    """DS-9: from which share of multi-mode models in a shop's sales on a kind of support is higher, and by how much."""

    kind = models.CharField(_("kind"), max_length=12, choices=SupportKind)
    days = models.PositiveSmallIntegerField(_("sales of the last (days)"))
    least_share = models.DecimalField(_("multi-mode models from (share of sales)"), max_digits=4, decimal_places=3)
    more_share = models.DecimalField(_("share of the cost, more by"), max_digits=4, decimal_places=3)
    more_yuan = models.DecimalField(_("at most (yuan), more by"), max_digits=12, decimal_places=2, default=ZERO)

    objects = TermsQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("more support for multi-mode shops")
        verbose_name_plural = _("more support for multi-mode shops")
        constraints = [
            models.CheckConstraint(name="more_support_kind", condition=Q(kind__in=SupportKind.values)),
            models.CheckConstraint(
                name="more_support_shares",
                condition=Q(least_share__gt=0, least_share__lte=1, more_share__gte=0, more_share__lte=1, days__gt=0),
            ),
            models.CheckConstraint(name="more_support_yuan", condition=Q(more_yuan__gte=0)),
            ends_after_start("more_support_span"),
            one_at_a_time("more_support_once", "kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ≥ {self.least_share}"


class ShopTrait(Valid):
    """DS-2, DS-9: what a shop is known for, from a day until a day."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="traits", verbose_name=_("shop"))
    trait = models.CharField(_("trait"), max_length=16, choices=Trait)

    objects = TermsQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("trait of a shop")
        verbose_name_plural = _("traits of shops")
        constraints = [
            models.CheckConstraint(name="shop_trait", condition=Q(trait__in=Trait.values)),
            ends_after_start("shop_trait_span"),
            one_at_a_time("shop_trait_once", "shop", "trait"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} · {self.get_trait_display()}"


class ApplicationQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the shop that asks."""
        return self if by.company else self.filter(Exists(Shop.objects.visible_to(by).filter(pk=OuterRef("shop_id"))))

    def open(self) -> Self:
        """Narrow to what headquarters has to look at."""
        return self.filter(state__in=(ApplicationState.ASKED, ApplicationState.VERIFIED))

    def to_verify(self) -> Self:
        """Narrow to what has to be verified."""
        return self.filter(state=ApplicationState.ASKED)

    def to_reimburse(self) -> Self:
        """Narrow to what finance has to pay back."""
        return self.filter(state=ApplicationState.APPROVED, granted_yuan__gt=0)

    def counting(self) -> Self:
        """Narrow to what uses up a shop's share: asked for or granted."""
        return self.exclude(state__in=(ApplicationState.REFUSED, ApplicationState.WITHDRAWN))


class SupportApplication(models.Model):
    """DS-1 … DS-7: a distributor asks for support; verified by us, approved within authority, in force for its days.

    `granted_yuan` is money to be paid back; a price effect is a PriceGrant of exactly these days. `because` names the
    policy and what it was decided by.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="applications", verbose_name=_("shop"))
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="applications", verbose_name=_("partner"))
    kind = models.CharField(_("kind"), max_length=12, choices=SupportKind)
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+", verbose_name=_("product"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"))
    asked_yuan = models.DecimalField(_("cost stated (yuan)"), max_digits=12, decimal_places=2)
    cost_yuan = models.DecimalField(_("cost verified (yuan)"), max_digits=12, decimal_places=2, null=True)
    granted_yuan = models.DecimalField(_("support (yuan)"), max_digits=12, decimal_places=2, null=True)
    price_yuan = models.DecimalField(_("lowest price (yuan)"), max_digits=12, decimal_places=2, null=True)
    state = models.CharField(_("state"), max_length=10, choices=ApplicationState, default=ApplicationState.ASKED)
    asked_by = models.CharField(_("asked by"), max_length=150)
    asked_at = models.DateTimeField(_("asked"))
    verified_by = models.CharField(_("verified by"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    because = models.JSONField(default=list)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("support application")
        verbose_name_plural = _("support applications")
        permissions = [
            ("ask_support", _("Can ask for support")),
            ("verify_support", _("Can verify support applications")),
            ("reimburse_support", _("Can reimburse support")),
        ]
        constraints = [
            models.CheckConstraint(name="application_kind", condition=Q(kind__in=SupportKind.values)),
            models.CheckConstraint(name="application_state", condition=Q(state__in=ApplicationState.values)),
            models.CheckConstraint(name="application_span", condition=Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(
                fields=["shop", "kind", "product", "starts_on"],
                name="application_once",
                condition=~Q(state__in=("refused", "withdrawn")),
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["shop", "kind"], name="application_shop_kind")]

    def __str__(self) -> str:
        return f"S{self.pk} {self.get_kind_display()}"

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return self.ends_on - timedelta(days=1)


class SupportProof(models.Model):
    """DS-2: a file that proves the cost (invoice, the ad account's report), with its fingerprint; never replaced."""

    application = models.ForeignKey(
        SupportApplication, models.PROTECT, related_name="proofs", verbose_name=_("support application")
    )
    file = models.FileField(_("file"), upload_to="supports/%Y/%m/", max_length=200)
    name = models.CharField(_("name"), max_length=200)
    sha256 = models.CharField(_("fingerprint (SHA-256)"), max_length=64)
    added_by = models.CharField(_("added by"), max_length=150)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        constraints = [models.UniqueConstraint(fields=["application", "sha256"], name="support_proof_once")]

    def __str__(self) -> str:
        return self.name
