from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.job import Job
from aftersales.states.callback import OPEN, CallbackState, CallOutcome, Satisfaction
from opsdesk.actor import Actor
from opsdesk.people.models import User
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer, WorkCalendar
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class CallbackQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Who sees the job sees its call-back; partners read satisfaction in their score, not here."""
        if by.company:
            return self
        if by.partners and not by.regions and not by.shops:
            return self.none()
        return self.filter(Exists(Job.objects.visible_to(by).filter(pk=OuterRef("job_id"))))

    def open(self) -> Self:
        """Narrow to call-backs still to be made."""
        return self.filter(state__in=OPEN)

    def to_call(self, at: datetime, *, early: timedelta = timedelta(0)) -> Self:
        """Narrow to those whose turn it is: not tried just now, or the customer's time has come."""
        waiting = Q(state=CallbackState.WAITING) & (Q(next_at=None) | Q(next_at__lte=at))
        return self.filter(waiting | Q(state=CallbackState.APPOINTED, appointed_at__lte=at + early))

    def free_for(self, name: str, at: datetime) -> Self:
        """Narrow to those that nobody else has taken from the queue just now."""
        return self.filter(Q(taken_by="") | Q(taken_by=name) | Q(taken_until__lte=at))

    def in_turn(self) -> Self:
        """Appointed ones first, then by deadline."""
        return self.order_by(F("appointed_at").asc(nulls_last=True), "due_at", "pk")

    def appointed(self) -> Self:
        """Narrow to those with a time of the customer's."""
        return self.filter(state=CallbackState.APPOINTED)

    def unreached(self) -> Self:
        """Narrow to those closed without an answer."""
        return self.filter(state=CallbackState.UNREACHED)

    def overdue(self, at: datetime) -> Self:
        """Narrow to open ones past their deadline."""
        return self.open().filter(due_at__lt=at)


class Callback(models.Model):
    """AS-10: the call after one installation: when it was due, what the customer said; one per job, ever.

    What the customer says in free words is sealed; beside it stands an excerpt with numbers masked.
    """

    job = models.OneToOneField(Job, models.PROTECT, related_name="callback", verbose_name=_("job"))
    state = models.CharField(_("state"), max_length=10, choices=CallbackState, default=CallbackState.WAITING)
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"))
    appointed_at = models.DateTimeField(_("appointed for"), null=True)
    next_at = models.DateTimeField(_("again from"), null=True)
    attempts = models.PositiveSmallIntegerField(_("calls"), default=0)
    taken_by = models.CharField(_("taken by"), max_length=150, blank=True)
    taken_until = models.DateTimeField(_("taken until"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    satisfaction = models.CharField(_("satisfaction"), max_length=12, choices=Satisfaction, blank=True)
    why = models.CharField(_("why"), max_length=200, blank=True)
    suggestion = models.CharField(_("suggestion"), max_length=200, blank=True)
    words_sealed = models.BinaryField(null=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        permissions = [
            ("make_callback", _("Can call customers back")),
            ("export_callback", _("Can export call-backs")),
        ]
        constraints = [
            models.CheckConstraint(name="callback_state", condition=Q(state__in=CallbackState.values)),
            models.CheckConstraint(
                name="callback_answered",
                condition=Q(state="answered", satisfaction__in=Satisfaction.values)
                | (~Q(state="answered") & Q(satisfaction="")),
            ),
            models.CheckConstraint(
                name="callback_closed",
                condition=Q(state__in=OPEN, closed_at=None) | (~Q(state__in=OPEN) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="callback_appointed", condition=~Q(state="appointed") | Q(appointed_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="callback_open_due", condition=Q(state__in=OPEN)),
            models.Index(fields=["appointed_at"], name="callback_appointed_at", condition=Q(state="appointed")),
            models.Index(fields=["due_at", "closed_at"], name="callback_due_closed"),
            models.Index(fields=["closed_at"], name="callback_closed_at", condition=Q(closed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"H{self.pk}"

    def timers(self) -> models.QuerySet[Timer]:
        """The clock of this call-back."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])


class Call(models.Model):
    """AS-10, AU-2: one call: who called whom, when, and what came of it; the phone is shown for it and no other way."""

    callback = models.ForeignKey(Callback, models.PROTECT, related_name="calls", verbose_name=_("call-back"))
    number = models.PositiveSmallIntegerField(_("call no."))
    caller = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("called by"))
    called_at = models.DateTimeField(_("called"))
    because = models.CharField(_("because"), max_length=60)
    outcome = models.CharField(_("outcome"), max_length=10, choices=CallOutcome, default=CallOutcome.CALLING)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.UniqueConstraint(fields=["callback", "number"], name="call_once"),
            models.UniqueConstraint(fields=["callback"], name="call_one_open", condition=Q(outcome="calling")),
            models.CheckConstraint(name="call_outcome", condition=Q(outcome__in=CallOutcome.values)),
            models.CheckConstraint(
                name="call_ended",
                condition=Q(outcome="calling", ended_at=None) | (~Q(outcome="calling") & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.callback} · {self.number}"


class EveryonesRules(InForce):
    def visible_to(self, by: Actor) -> Self:
        """How customers are called back is no secret within the company."""
        return self if by.company or by.regions else self.none()


class CallbackTerms(Valid):
    """AS-10: how customers are called back: at which hours, how often, how long after a miss; dated."""

    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="+", verbose_name=_("hours for calls"))
    most_attempts = models.PositiveSmallIntegerField(_("calls until it is closed as not reached"))
    retry_after = models.DurationField(_("again after a miss"))
    early = models.DurationField(_("before the customer's time"))
    late = models.DurationField(_("after the customer's time"))
    taken_for = models.DurationField(_("kept for who took it"))

    objects = EveryonesRules.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("terms of call-backs")
        verbose_name_plural = _("terms of call-backs")
        constraints = [
            models.CheckConstraint(name="callback_terms_attempts", condition=Q(most_attempts__gte=1)),
            ends_after_start("callback_terms_span"),
            one_at_a_time("callback_terms_once"),
        ]

    def __str__(self) -> str:
        return str(self.valid_from)
