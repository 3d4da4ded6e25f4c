from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class ScoreQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the partners whose score it is."""
        return self if by.company else self.filter(partner__in=Partner.objects.visible_to(by))


class Score(models.Model):
    """AS-11: a partner's service score of a month (named by its first day); better third parties are asked first."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="scores", verbose_name=_("partner"))
    month = models.DateField(_("month"))
    value = models.DecimalField(_("score"), max_digits=5, decimal_places=2)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("service score")
        verbose_name_plural = _("service scores")
        constraints = [models.UniqueConstraint(fields=["partner", "month"], name="score_once")]

    def __str__(self) -> str:
        return f"{self.value}"
