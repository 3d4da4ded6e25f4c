from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.callback import EveryonesRules
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.validity import Valid, ends_after_start, one_at_a_time


class ComplaintClassQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """What complaints are counted by is no secret within the company."""
        return self if by.company or by.regions else self.none()


class ComplaintClass(models.Model):
    """AS-9: what complaints are counted by."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("active"), default=True)

    objects = ComplaintClassQuerySet.as_manager()

    class Meta:
        verbose_name = _("class of complaints")
        verbose_name_plural = _("classes of complaints")

    def __str__(self) -> str:
        return self.name


class ClassWord(Valid):
    """AS-9: a phrase that speaks for a class, and how much; dated, so that an old classing can be explained."""

    kind = models.ForeignKey(ComplaintClass, models.PROTECT, related_name="words", verbose_name=_("class"))
    word = models.CharField(_("phrase"), max_length=30)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)

    objects = EveryonesRules.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("word for a class")
        verbose_name_plural = _("words for classes")
        constraints = [
            models.CheckConstraint(name="class_word_weight", condition=Q(weight__gte=1) & ~Q(word="")),
            ends_after_start("class_word_span"),
            one_at_a_time("class_word_once", "kind", "word"),
        ]

    def __str__(self) -> str:
        return self.word
