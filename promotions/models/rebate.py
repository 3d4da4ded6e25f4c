from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time
from promotions.states.support import RebatePeriod, RebateState


class TierQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """Rebates are written down for everybody."""
        return self


class RebateTier(Valid):
    """FI-4: from which sales of a period on a distributor gets which share of all of them; dated."""

    period = models.CharField(_("period"), max_length=5, choices=RebatePeriod)
    from_yuan = models.DecimalField(_("from sales of (yuan)"), max_digits=14, decimal_places=2)
    share = models.DecimalField(_("share"), max_digits=5, decimal_places=4)

    objects = TierQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("rebate tier")
        verbose_name_plural = _("rebate tiers")
        constraints = [
            models.CheckConstraint(name="rebate_tier_period", condition=Q(period__in=RebatePeriod.values)),
            models.CheckConstraint(name="rebate_tier_share", condition=Q(share__gt=0, share__lt=1, from_yuan__gte=0)),
            ends_after_start("rebate_tier_span"),
            one_at_a_time("rebate_tier_once", "period", "from_yuan"),
        ]

    def __str__(self) -> str:
        return f"{self.get_period_display()} ≥ {self.from_yuan}: {self.share}"


class RebateQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The company's, and a partner's own and of those below it."""
        if by.company:
            return self
        return self.filter(Exists(Partner.objects.within(by.partners).filter(pk=OuterRef("partner_id"))))


class Rebate(models.Model):
    """FI-4: what a distributor's paid and not refunded sales of a period earn; once per partner and period."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="rebates", verbose_name=_("partner"))
    period = models.CharField(_("period"), max_length=5, choices=RebatePeriod)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"))
    sales_yuan = models.DecimalField(_("paid, not refunded (yuan)"), max_digits=14, decimal_places=2)
    amount_yuan = models.DecimalField(_("rebate (yuan)"), max_digits=12, decimal_places=2)
    state = models.CharField(_("state"), max_length=8, choices=RebateState, default=RebateState.PROPOSED)
    computed_at = models.DateTimeField(_("computed"))
    because = models.JSONField(default=list)

    objects = RebateQuerySet.as_manager()

    class Meta:
        verbose_name = _("rebate of a period")
        verbose_name_plural = _("rebates of periods")
        permissions = [("run_rebate", _("Can compute and propose rebates"))]
        constraints = [
            models.CheckConstraint(name="rebate_period", condition=Q(period__in=RebatePeriod.values)),
            models.CheckConstraint(name="rebate_state", condition=Q(state__in=RebateState.values)),
            models.CheckConstraint(name="rebate_span", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(name="rebate_positive", condition=Q(amount_yuan__gt=0)),
            models.UniqueConstraint(fields=["partner", "period", "starts_on"], name="rebate_once"),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.starts_on:%Y-%m}"
