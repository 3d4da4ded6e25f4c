from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models import Product, Shop
from channels.states import Mode
from opsdesk.actor import Actor
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time
from promotions.states.plan import OfferKind


class PlanRuleQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """The rules of planning are the company's."""
        return self if by.company else self.none()


class PlanRule(Valid):
    """PR-1 … PR-17: a figure of the plan's rules, dated: a count, a share, a number of days, an amount.

    `eligible.<kind>` rows say on which platform (and in which mode of shop) an offer is allowed; `part.<role>` rows
    which part a platform has (PR-15). Both have the number 1.
    """

    code = models.CharField(_("rule"), max_length=40)
    rule = models.CharField(_("of the handbook"), max_length=8)
    platform = models.CharField(_("platform"), max_length=20, blank=True)
    mode = models.CharField(_("operating mode"), max_length=14, choices=Mode, blank=True)
    number = models.DecimalField(_("figure"), max_digits=12, decimal_places=2)
    text = models.CharField(_("what it says"), max_length=120)

    objects = PlanRuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("rule of planning")
        verbose_name_plural = _("rules of planning")
        constraints = [
            models.CheckConstraint(name="planrule_mode", condition=Q(mode__in=["", *Mode.values])),
            ends_after_start("planrule_span"),
            one_at_a_time("planrule_once", "code", "platform", "mode"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.text}"


class StandingOffer(Valid):
    """PR-14: what every ordinary brand day offers by the standing plan; `list_share` of list is the price.

    It holds in all shops that are entitled to its kind, or in the first `most_shops` of them.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=OfferKind)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    list_share = models.DecimalField(_("share of list price"), max_digits=4, decimal_places=2, null=True, blank=True)
    amount_yuan = models.DecimalField(_("amount each (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    per_yuan = models.DecimalField(_("for each full (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    quota = models.PositiveIntegerField(_("quota"), null=True, blank=True)
    budget_yuan = models.DecimalField(_("budget (yuan)"), max_digits=12, decimal_places=2, default=0)
    stock_need = models.PositiveIntegerField(_("stock needed"), default=0)
    most_shops = models.PositiveSmallIntegerField(_("in at most (shops)"), null=True, blank=True)

    objects = PlanRuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("standing offer")
        verbose_name_plural = _("standing offers")
        constraints = [
            models.CheckConstraint(name="standingoffer_kind", condition=Q(kind__in=OfferKind.values)),
            ends_after_start("standingoffer_span"),
        ]

    def __str__(self) -> str:
        model = f" {self.product.code}" if self.product else ""
        return f"{self.get_kind_display()}{model}"


class StandingTarget(Valid):
    """PR-15: what a shop shall sell on an ordinary brand day."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", verbose_name=_("shop"))
    target_yuan = models.DecimalField(_("target (yuan)"), max_digits=12, decimal_places=2)

    objects = PlanRuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("standing target")
        verbose_name_plural = _("standing targets")
        constraints = [
            models.CheckConstraint(name="standingtarget_not_negative", condition=Q(target_yuan__gte=0)),
            ends_after_start("standingtarget_span"),
            one_at_a_time("standingtarget_once", "shop"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} ¥{self.target_yuan}"
