"""AS-6, AS-8: the dated rows behind returns: platforms' timers, our policies, and customers' stronger rights."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.states.refund import FreightPayer, Kind, Reason, Remedy, RightSource, Standing, Step
from channels.models import Platform
from opsdesk.actor import Actor
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class OpenRulesQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """What holds for customers is no secret."""
        return self


class PlatformTimer(Valid):
    """AS-6: how long a platform gives for a step where its file does not say; with its source and how sure it is."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", verbose_name=_("platform"))
    step = models.CharField(_("refund step"), max_length=16, choices=Step)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, blank=True, help_text=_("empty: every kind"))
    hours = models.PositiveIntegerField(_("hours"))
    if_missed = models.CharField(_("if missed"), max_length=120)
    source = models.CharField(_("source"), max_length=200)
    standing = models.CharField(_("how sure"), max_length=10, choices=Standing)

    objects = OpenRulesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("platform's timer")
        verbose_name_plural = _("platforms' timers")
        constraints = [
            models.CheckConstraint(name="platform_timer_step", condition=Q(step__in=Step.values)),
            models.CheckConstraint(name="platform_timer_kind", condition=Q(kind__in=["", *Kind.values])),
            models.CheckConstraint(name="platform_timer_standing", condition=Q(standing__in=Standing.values)),
            models.CheckConstraint(name="platform_timer_hours", condition=Q(hours__gt=0)),
            ends_after_start("platform_timer_span"),
            one_at_a_time("platform_timer_once", "platform", "step", "kind"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} · {self.get_step_display()} · {self.hours} h"


class ReturnPolicy(Valid):
    """AS-8: what we do for a reason: evidence, who pays freight, by when he says so and posts, what he may get."""

    reason = models.CharField(_("why"), max_length=14, choices=Reason)
    evidence_needed = models.BooleanField(_("evidence needed"))
    freight_payer = models.CharField(_("freight paid by"), max_length=10, choices=FreightPayer)
    contact_hours = models.PositiveIntegerField(_("to be told within (hours of receipt)"), null=True, blank=True)
    post_hours = models.PositiveIntegerField(_("to be posted within (hours of agreement)"), null=True, blank=True)
    resellable_needed = models.BooleanField(_("complete and resellable"))
    remedies = ArrayField(models.CharField(max_length=12, choices=Remedy), verbose_name=_("remedies"))
    words = models.CharField(_("words for the customer"), max_length=300)

    objects = OpenRulesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("return policy")
        verbose_name_plural = _("return policies")
        constraints = [
            models.CheckConstraint(name="return_policy_reason", condition=Q(reason__in=Reason.values)),
            models.CheckConstraint(name="return_policy_freight", condition=Q(freight_payer__in=FreightPayer.values)),
            ends_after_start("return_policy_span"),
            one_at_a_time("return_policy_once", "reason"),
        ]

    def __str__(self) -> str:
        return str(self.get_reason_display())


class CustomerRight(Valid):
    """AS-8: what law or marketplace give a customer: for which reasons, how long, which remedies, at whose cost."""

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    source = models.CharField(_("source of the right"), max_length=10, choices=RightSource)
    platform = models.ForeignKey(
        Platform, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("platform")
    )
    reasons = ArrayField(
        models.CharField(max_length=14, choices=Reason),
        default=list,
        blank=True,
        verbose_name=_("reasons"),
        help_text=_("empty: every reason"),
    )
    days = models.PositiveIntegerField(_("days"))
    day_after = models.BooleanField(_("counted from the day after the signature"), default=True)
    remedies = ArrayField(models.CharField(max_length=12, choices=Remedy), verbose_name=_("remedies"))
    freight_payer = models.CharField(_("freight paid by"), max_length=10, choices=FreightPayer)
    intact_needed = models.BooleanField(_("goods intact"), default=False)
    reference = models.CharField(_("source"), max_length=200)
    standing = models.CharField(_("how sure"), max_length=10, choices=Standing)

    objects = OpenRulesQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("customer's right")
        verbose_name_plural = _("customers' rights")
        constraints = [
            models.CheckConstraint(name="customer_right_source", condition=Q(source__in=RightSource.values)),
            models.CheckConstraint(name="customer_right_freight", condition=Q(freight_payer__in=FreightPayer.values)),
            models.CheckConstraint(name="customer_right_standing", condition=Q(standing__in=Standing.values)),
            models.CheckConstraint(name="customer_right_days", condition=Q(days__gt=0)),
            ends_after_start("customer_right_span"),
            one_at_a_time("customer_right_once", "code"),
        ]

    def __str__(self) -> str:
        return self.name
