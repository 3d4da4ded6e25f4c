from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.notify.states import MailState
from opsdesk.querysets import DeskQuerySet


class MailQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The outbox is the administrators'."""
        return self if by.company else self.none()

    def due(self, at: datetime) -> Self:
        """Narrow to what should be tried now."""
        return self.filter(state=MailState.WAITING, next_try_at__lte=at)


class Mail(models.Model):
    """An e-mail in the outbox. `key` is what it is about: the same thing is never mailed twice."""

    key = models.CharField(_("about"), max_length=120, unique=True)
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.BinaryField()
    state = models.CharField(_("state"), max_length=8, choices=MailState, default=MailState.WAITING)
    queued_at = models.DateTimeField(_("queued"))
    next_try_at = models.DateTimeField(_("next try"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [models.CheckConstraint(name="mail_state", condition=Q(state__in=MailState.values))]
        indexes = [models.Index(fields=["next_try_at"], name="mail_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return self.subject
