from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.states import RegionLevel
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class RegionQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Regions are no secret."""
        return self


class Region(models.Model):
    """An administrative division (GB/T 2260), keyed by its code without trailing zeros: 44, 4401, 440106, 440106001.

    So a code begins with the codes of all that contain it. `full_name` reads from the province down.
    """

    code = models.CharField(_("code"), max_length=9, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    full_name = models.CharField(_("full name"), max_length=160)
    level = models.PositiveSmallIntegerField(_("level"), choices=RegionLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.full_name

    @property
    def adcode(self) -> str:
        """The six-digit code as maps and platforms print it."""
        return self.code[:6].ljust(6, "0")
