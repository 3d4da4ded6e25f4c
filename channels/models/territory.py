from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.partner import Partner
from channels.models.region import Region
from channels.states import Duty
from opsdesk.actor import Actor
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class TerritoryQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """Staff see their regions', partners their own and those of partners below."""
        if by.company:
            return self
        partners = Partner.objects.within(by.partners).filter(pk=models.OuterRef("partner_id"))
        which = Q(models.Exists(partners))
        for code in by.regions:
            which |= Q(region__code__startswith=code)
        return self.filter(which)


class Territory(Valid):
    """CH-6: a partner covers a region for a duty. The most specific wins; equals are shown as an overlap."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="territories", verbose_name=_("partner"))
    duty = models.CharField(_("duty"), max_length=12, choices=Duty)
    region = models.ForeignKey(Region, models.PROTECT, related_name="territories", verbose_name=_("region"))

    objects = TerritoryQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        indexes = [models.Index(fields=["region", "duty"], name="territory_region")]
        constraints = [
            models.CheckConstraint(name="territory_duty", condition=Q(duty__in=Duty.values)),
            ends_after_start("territory_span"),
            one_at_a_time("territory_once", "partner", "duty", "region"),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.duty} {self.region_id}"
