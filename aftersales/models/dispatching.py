from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.states.job import Payer
from opsdesk.actor import Actor
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class RuleQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """Dated rules of dispatch are no secret."""
        return self


class DispatchRule(Valid):
    """AS-3: the figures of dispatch: from how long to how long before its deadline a job may be handed over."""

    hand_over_lead_hours = models.PositiveSmallIntegerField(_("hand over from … hours before the deadline"))
    hand_over_latest_hours = models.PositiveSmallIntegerField(_("hand over until … hours before the deadline"))
    default_jobs_per_day = models.PositiveSmallIntegerField(_("jobs a working day where nobody said"))
    speed_days = models.PositiveSmallIntegerField(_("past speed: of the last … days"), default=60)
    speed_jobs = models.PositiveSmallIntegerField(_("past speed: of at least … jobs"), default=5)

    objects = RuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("dispatch rule")
        verbose_name_plural = _("dispatch rules")
        constraints = [
            models.CheckConstraint(
                name="dispatch_rule_hours", condition=Q(hand_over_latest_hours__lt=F("hand_over_lead_hours"))
            ),
            models.CheckConstraint(name="dispatch_rule_per_day", condition=Q(default_jobs_per_day__gt=0)),
            ends_after_start("dispatch_rule_span"),
            one_at_a_time("dispatch_rule_once"),
        ]

    def __str__(self) -> str:
        return str(self.valid_from)


class VisitCause(Valid):
    """AS-1, AS-4: why a visit came to nothing, who bears its cost then, and whether the clock stands still after it."""

    code = models.SlugField(_("code"), max_length=30)
    label = models.CharField(_("cause"), max_length=60)
    payer = models.CharField(_("who pays"), max_length=10, choices=Payer)
    pauses_clock = models.BooleanField(_("pauses the clock"), default=False)

    objects = RuleQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("cause of a failed visit")
        verbose_name_plural = _("causes of failed visits")
        constraints = [
            models.CheckConstraint(name="visit_cause_payer", condition=Q(payer__in=Payer.values)),
            ends_after_start("visit_cause_span"),
            one_at_a_time("visit_cause_once", "code"),
        ]

    def __str__(self) -> str:
        return self.label
