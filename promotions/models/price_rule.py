from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models import Partner, Platform, Product, Shop
from channels.states import Mode
from opsdesk.actor import Actor
from opsdesk.days import midnight
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time
from promotions.rules.facts import Conditions, RuleRow, ShopFacts
from promotions.rules.rulebook import Candidate, objections
from promotions.states.price_rule import OBJECTIONS, Consequence, RuleKind, Seller, Tag, When


class CompanyQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """Price policy is the company's."""
        return self if by.company else self.none()


class LegalReview(models.Model):
    """DS-12: the GM office's opinion on a price rule that would fine independent resellers. Written once."""

    rule_code = models.SlugField(_("price rule (code)"), max_length=40)
    allows_fine = models.BooleanField(_("allows a fine"), default=False)
    opinion = models.TextField(_("opinion"), max_length=4000)
    reviewed_by = models.CharField(_("reviewed by"), max_length=150)
    reviewed_at = models.DateTimeField(_("reviewed"))

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal review")
        verbose_name_plural = _("legal reviews")

    def __str__(self) -> str:
        return f"{self.rule_code} {self.reviewed_by}"


class PriceRuleQuerySet(CompanyQuerySet):
    def meant(self) -> Self:
        """With the rows whose codes a rule's value needs."""
        return self.select_related("of_platform", "platform")


class PriceRule(Valid):
    """DS-11, DS-12: a price must not fall below a figure, where and when its conditions hold; says whom it binds.

    Replaced, never edited. Empty conditions are not asked for. Contradictions and unlawful fines are refused.
    """

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("not below"), max_length=18, choices=RuleKind)
    figure = models.DecimalField(
        _("share or amount"), max_digits=12, decimal_places=4, help_text=_("A share such as 0.70, or yuan.")
    )
    of_platform = models.ForeignKey(
        Platform, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("share of the price on")
    )
    platform = models.ForeignKey(
        Platform, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("platform")
    )
    mode = models.CharField(_("operating mode"), max_length=14, choices=Mode, blank=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shop"))
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    series = models.CharField(_("series"), max_length=40, blank=True)
    tag = models.CharField(_("model marked as"), max_length=10, choices=Tag, blank=True)
    without_tags = ArrayField(
        models.CharField(max_length=10, choices=Tag), default=list, blank=True, verbose_name=_("but not marked as")
    )
    when = models.CharField(_("in or outside campaigns"), max_length=10, choices=When, blank=True)
    binds = ArrayField(models.CharField(max_length=12, choices=Seller), verbose_name=_("binds"))
    consequence = models.CharField(
        _("a violation may lead to"), max_length=10, choices=Consequence, default=Consequence.NOTE
    )
    legal_review = models.ForeignKey(
        LegalReview, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("legal review")
    )

    objects = PriceRuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("price rule")
        verbose_name_plural = _("price rules")
        constraints = [
            ends_after_start("price_rule_span"),
            one_at_a_time("price_rule_once", "code"),
            models.CheckConstraint(name="price_rule_kind", condition=Q(kind__in=RuleKind.values)),
            models.CheckConstraint(name="price_rule_when", condition=Q(when__in=["", *When.values])),
            models.CheckConstraint(name="price_rule_tag", condition=Q(tag__in=["", *Tag.values])),
            models.CheckConstraint(
                name="price_rule_binds", condition=Q(binds__contained_by=Seller.values) & ~Q(binds=[])
            ),
            models.CheckConstraint(name="price_rule_consequence", condition=Q(consequence__in=Consequence.values)),
            models.CheckConstraint(
                name="price_rule_no_fine_unreviewed",
                condition=~Q(consequence=Consequence.FINE, binds__contains=[Seller.INDEPENDENT])
                | Q(legal_review__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what could never apply, contradicts another row, or would be unlawful."""
        super().clean()
        if found := self.objections():
            raise ValidationError([str(OBJECTIONS[why]) for why in found])

    def objections(self) -> tuple[str, ...]:
        """Return why this row must not be entered."""
        if self.valid_from is None or self.figure is None:
            return ()
        others = type(self).objects.meant().exclude(code=self.code)
        review = self.legal_review
        candidate = Candidate(
            self.as_row(),
            self.consequence,
            reviewed=bool(review and review.rule_code == self.code and review.allows_fine),
            shop=shop_facts(self.shop) if self.shop else None,
            product_series=self.product.series if self.product else None,
        )
        return objections(candidate, [other.as_row() for other in others])

    def as_row(self) -> RuleRow:
        """Return the rule as the pure functions see it."""
        return RuleRow(
            pk=self.pk or 0,
            code=self.code,
            name=self.name,
            kind=self.kind,
            figure=self.figure,
            of_platform=self.of_platform.code if self.of_platform else "",
            only=Conditions(
                platform=self.platform.code if self.platform else "",
                mode=self.mode,
                shop=self.shop_id,
                partner=self.partner_id,
                product=self.product_id,
                series=self.series,
                tag=self.tag,
                without_tags=tuple(self.without_tags),
                when=self.when,
            ),
            binds=frozenset(self.binds or ()),
            **span_of(self),
        )


def span_of(row: Valid) -> dict[str, Any]:
    """Return the days of a dated row as moments where the company is."""
    return {"starts_at": midnight(row.valid_from), "ends_at": midnight(row.valid_to) if row.valid_to else None}


def shop_facts(shop: Shop, **more: Any) -> ShopFacts:
    """Return a shop as rules see it: the company's own, or, where nothing else is said, an independent reseller's."""
    return ShopFacts(
        shop.pk,
        shop.code,
        shop.platform.code,
        shop.mode,
        partner=shop.operator_id,
        seller=Seller.INDEPENDENT.value if shop.operator_id else Seller.OWN_SHOP.value,
        online=shop.platform.kind != "offline" and shop.mode != Mode.OUTLET,
        **more,
    )
