from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.partner import Partner
from channels.models.platform import Platform
from channels.states import Mode
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class ShopQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """A shop is visible to the company, to who has it in scope, and to its operator and those above."""
        if by.company:
            return self
        operators = Partner.objects.within(by.partners).filter(pk=models.OuterRef("operator_id"))
        return self.filter(Q(code__in=by.shops) | models.Exists(operators))

    def legitimate(self, on: date) -> Self:
        """CH-3: narrow to the legitimate system: shops with an authorisation in force, not revoked, on that day."""
        authorisations = self.model._meta.get_field("authorisations").related_model._default_manager
        held = authorisations.in_force(on).not_revoked(on).filter(shop=models.OuterRef("pk"))
        return self.filter(models.Exists(held))


class Shop(models.Model):
    """CH-2: a shop on a platform, or an outlet; operated by the company (no operator) or by a partner."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="shops", verbose_name=_("platform"))
    mode = models.CharField(_("operating mode"), max_length=14, choices=Mode)
    operator = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="shops", verbose_name=_("operated by")
    )
    installs_since = models.DateField(
        _("we install since"),
        null=True,
        blank=True,
        help_text=_("Orders signed for before this day get no installation job; empty: all do."),
    )
    active = models.BooleanField(_("active"), default=True)

    objects = ShopQuerySet.as_manager()

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        constraints = [models.CheckConstraint(name="shop_mode", condition=Q(mode__in=Mode.values))]

    def __str__(self) -> str:
        return self.name
