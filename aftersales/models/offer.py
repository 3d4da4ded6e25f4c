from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.job import Job
from aftersales.states.job import Answer, OfferKind
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class OfferQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the jobs; a partner sees what was offered to itself and to partners below, never sideways (CH-5)."""
        if by.company:
            return self
        if by.partners:
            return self.filter(partner__in=Partner.objects.within(by.partners))
        return self.filter(job__in=Job.objects.visible_to(by))

    def waiting(self) -> Self:
        """Narrow to those that wait for an answer."""
        return self.filter(answer=Answer.WAITING)

    def hand_overs(self) -> Self:
        """Narrow to offers of a job that another partner still has (AS-3)."""
        return self.filter(kind=OfferKind.HAND_OVER)


class Offer(models.Model):
    """AS-2, AS-3: a job offered to a partner, with all candidates of that moment and the reason for or against each.

    `candidates` is a list of {"partner", "name", "chosen", "because"}; `because` names the rows that made the choice.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="offers", verbose_name=_("job"))
    kind = models.CharField(_("kind"), max_length=10, choices=OfferKind, default=OfferKind.OFFER)
    round = models.PositiveSmallIntegerField(_("round"))
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="offers", verbose_name=_("offered to"))
    offered_at = models.DateTimeField(_("offered"))
    due_at = models.DateTimeField(_("answer due"), null=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(_("answered"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    because = models.CharField(_("because"), max_length=300)
    told_at = models.DateTimeField(_("agent told"), null=True)
    candidates = models.JSONField(_("candidates"), default=list)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["job", "round"], name="offer_once"),
            models.UniqueConstraint(fields=["job"], name="offer_one_waiting", condition=Q(answer="waiting")),
            models.CheckConstraint(name="offer_answer", condition=Q(answer__in=Answer.values)),
            models.CheckConstraint(name="offer_kind", condition=Q(kind__in=OfferKind.values)),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="offer_due"),
            models.Index(fields=["partner"], name="offer_untold", condition=Q(answer="waiting", told_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}.{self.round}"
