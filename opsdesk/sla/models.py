from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.states import TimerState
from opsdesk.validity import Valid, ends_after_start, one_at_a_time


class EveryonesQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Calendars and policies are no secret."""
        return self


class WorkCalendar(models.Model):
    """When work is done: hours per weekday as {"mon": [["09:00", "12:00"], …], …}, and a time zone."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    weekly = models.JSONField(_("hours per weekday"), default=dict)
    known_until = models.DateField(
        _("holidays known until"), null=True, blank=True, help_text=_("Deadlines beyond it are provisional.")
    )
    makeup_hours = models.JSONField(_("hours of a make-up work day"), default=list, blank=True)

    objects = EveryonesQuerySet.as_manager()

    class Meta:
        verbose_name = _("work calendar")
        verbose_name_plural = _("work calendars")

    def __str__(self) -> str:
        return self.name


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", _("day off")
    MAKEUP = "makeup", _("make-up work day")


class CalendarDay(models.Model):
    """A date on which a calendar differs from its week: a public holiday, or a make-up work day 调休."""

    calendar = models.ForeignKey(WorkCalendar, models.CASCADE, related_name="days", verbose_name=_("calendar"))
    day = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=8, choices=DayKind)
    name = models.CharField(_("name"), max_length=60, blank=True)

    objects = EveryonesQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "day"], name="calendar_day_once"),
            models.CheckConstraint(name="calendar_day_kind", condition=Q(kind__in=DayKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Counting(models.TextChoices):
    CALENDAR_DAYS = "calendar_days", _("calendar days, as customers count")
    WORKING_TIME = "working_time", _("working time")


class PolicyQuerySet(EveryonesQuerySet):
    def in_force(self, day: object) -> Self:
        """Narrow to the versions that hold on this day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class Policy(Valid):
    """A deadline as a dated row: how much time, counted how. Running clocks keep the version they started under."""

    code = models.SlugField(_("code"))
    name = models.CharField(_("name"), max_length=60)
    rule = models.CharField(_("rule"), max_length=20, blank=True)
    counting = models.CharField(_("counting"), max_length=14, choices=Counting)
    amount = models.DurationField(_("time allowed"))
    calendar = models.ForeignKey(WorkCalendar, models.PROTECT, related_name="policies", verbose_name=_("calendar"))

    objects = PolicyQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("deadline policy")
        verbose_name_plural = _("deadline policies")
        constraints = [
            models.CheckConstraint(name="policy_counting", condition=Q(counting__in=Counting.values)),
            models.CheckConstraint(name="policy_amount", condition=Q(amount__gt=timedelta(0))),
            ends_after_start("policy_span"),
            one_at_a_time("policy_once", "code"),
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One rung of a policy's ladder: at a share of the time before the deadline, at it, or some time after it.

    `name` makes the event "<policy>.<name>" (installation.warned); exactly one rung is called "missed", at share 1.
    """

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="steps", verbose_name=_("policy"))
    name = models.SlugField(_("step"), max_length=20)
    share = models.DecimalField(_("share of the time"), max_digits=4, decimal_places=2, null=True, blank=True)
    after = models.DurationField(_("time after the deadline"), null=True, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.UniqueConstraint(fields=["policy", "name"], name="step_once"),
            models.CheckConstraint(
                name="step_when",
                condition=Q(share__isnull=False, after__isnull=True, share__gt=0, share__lte=1)
                | Q(share__isnull=True, after__isnull=False, after__gt=timedelta(0)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TimerQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """A timer shows on its subject's page; by itself only the company sees it."""
        return self if by.company else self.none()

    def of(self, subject_type: str, ids: Iterable[int], policy: str | None = None) -> Self:
        """Narrow to the clocks of these subjects."""
        rows = self.filter(subject_type=subject_type, subject_id__in=ids)
        return rows.filter(policy__code=policy) if policy else rows

    def open(self) -> Self:
        """Narrow to clocks that still count or are paused."""
        return self.filter(state__in=(TimerState.RUNNING, TimerState.PAUSED))

    def due(self, at: datetime) -> Self:
        """Narrow to clocks with a rung of the ladder to climb now."""
        return self.filter(state=TimerState.RUNNING, next_at__lte=at)


class Timer(models.Model):
    """A running deadline: a row, never a message in a broker. The sweep reads `next_at` and nothing else.

    `ladder` are the names of its rungs, `ladder_at` their moments, `climbed` how many are behind it.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="timers", verbose_name=_("policy"))
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    state = models.CharField(_("state"), max_length=8, choices=TimerState, default=TimerState.RUNNING)
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"))
    provisional = models.BooleanField(_("provisional"), default=False)
    because = models.JSONField(default=dict)
    ladder = ArrayField(models.CharField(max_length=20))
    ladder_at = ArrayField(models.DateTimeField())
    climbed = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(_("missed"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = TimerQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "policy", "round"], name="timer_once"),
            models.CheckConstraint(name="timer_state", condition=Q(state__in=TimerState.values)),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="timer_next", condition=Q(state="running", next_at__isnull=False)),
            models.Index(
                fields=["subject_type", "due_at"],
                name="timer_due",
                condition=Q(state__in=("running", "paused")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.subject_type} {self.subject_id}"


class Pause(models.Model):
    """A time that does not count, with its reason; open while `ended_at` is null."""

    timer = models.ForeignKey(Timer, models.PROTECT, related_name="pauses", verbose_name=_("clock"))
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True)
    reason = models.CharField(_("reason"), max_length=200)
    paused_by = models.CharField(_("by"), max_length=150)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.UniqueConstraint(fields=["timer"], name="pause_one_open", condition=Q(ended_at=None)),
            models.CheckConstraint(name="pause_span", condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"))),
        ]

    def __str__(self) -> str:
        return self.reason


class Heartbeat(models.Model):
    """When each periodic work last ran to its end: a quiet failure is the worst one (KP-4)."""

    name = models.CharField(_("name"), max_length=60, primary_key=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
