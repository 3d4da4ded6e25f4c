from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.job import Job
from aftersales.states.job import LIVE
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class UrgeQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the jobs they are about; a partner sees those that it was to answer itself (CH-5)."""
        if by.company:
            return self
        rows = self.filter(job__in=Job.objects.visible_to(by))
        return rows.filter(partner__in=Partner.objects.within(by.partners)) if by.partners else rows

    def unanswered(self) -> Self:
        """Narrow to those that wait for the partner's reply."""
        return self.filter(replied_at=None, job__state__in=LIVE)


class Urge(models.Model):
    """AS-1: the customer asks what becomes of the installation 催单; the partner owes a reply within a policy."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="urges", verbose_name=_("job"))
    number = models.PositiveSmallIntegerField(_("urge no."))
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+", verbose_name=_("installer"))
    text = models.CharField(_("what the customer wants"), max_length=200)
    urged_at = models.DateTimeField(_("urged"))
    urged_by = models.CharField(_("urged by"), max_length=150)
    due_at = models.DateTimeField(_("reply due"))
    reply = models.CharField(_("reply"), max_length=200, blank=True)
    replied_at = models.DateTimeField(_("replied"), null=True)
    replied_by = models.CharField(_("replied by"), max_length=150, blank=True)

    objects = UrgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("urge")
        verbose_name_plural = _("urges")
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="urge_once"),
            models.UniqueConstraint(fields=["job"], name="urge_one_waiting", condition=Q(replied_at=None)),
            models.CheckConstraint(name="urge_reply", condition=Q(replied_at=None) | ~Q(reply="")),
        ]
        indexes = [models.Index(fields=["due_at"], name="urge_waiting", condition=Q(replied_at=None))]

    def __str__(self) -> str:
        return f"{self.job} · {self.number}"
