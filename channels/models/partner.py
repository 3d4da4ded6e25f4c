from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.states import PartnerKind, PartnerLevel
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class PartnerQuerySet(DeskQuerySet):
    def within(self, codes: frozenset[str]) -> Self:
        """Narrow to these partners and those below them (CH-5), never sideways."""
        which = Q(pk__in=())
        for code in codes:
            which |= Q(path__contains=f"/{code}/")
        return self.filter(which)

    def visible_to(self, by: Actor) -> Self:
        """Staff see the partners of their company or region, a partner itself and those below it."""
        if by.company:
            return self
        which = Q(pk__in=())
        for code in by.partners:
            which |= Q(path__contains=f"/{code}/")
        for code in by.regions:
            there = self.model._base_manager.filter(territories__region__code__startswith=code)
            which |= Q(pk__in=there.values("pk"))
        return self.filter(which)


class Partner(models.Model):
    """CH-5: a distributor, agent or third-party installer, in a tree.

    `path` is "/" + the codes from the root down to this one, each followed by "/": those below share its beginning.
    """

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=PartnerKind)
    level = models.CharField(_("level"), max_length=10, choices=PartnerLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("above it")
    )
    path = models.CharField(max_length=200, editable=False)
    contact = models.CharField(_("contact"), max_length=40, blank=True)
    phone = models.CharField(_("business phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        indexes = [models.Index(fields=["path"], name="partner_path", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(name="partner_kind", condition=Q(kind__in=PartnerKind.values)),
            models.CheckConstraint(name="partner_level", condition=Q(level__in=PartnerLevel.values)),
        ]

    def __str__(self) -> str:
        return self.name
