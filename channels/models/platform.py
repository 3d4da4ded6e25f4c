from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.states import PlatformKind
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class PlatformQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Platforms are no secret."""
        return self


class Platform(models.Model):
    """CH-1: a marketplace, the own mall or an offline channel. A row; no code unless it has its own format."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=PlatformKind, default=PlatformKind.MARKETPLACE)

    objects = PlatformQuerySet.as_manager()

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        constraints = [models.CheckConstraint(name="platform_kind", condition=models.Q(kind__in=PlatformKind.values))]

    def __str__(self) -> str:
        return self.name
