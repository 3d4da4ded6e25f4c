from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from conflicts.states.rulebook import Clazz, Measure, Punished, Seat, Stage, VersionState
from opsdesk.actor import Actor
from opsdesk.approvals.models import ROLE_CHOICES
from opsdesk.people.roles import LABELS
from opsdesk.querysets import DeskQuerySet

LATE = models.Deferrable.DEFERRED  # numbers of a draft may be shifted on by one, row by row


class Rulebook(models.Model):
    """CF-12: a written set of rules: the one on online and offline sales, the one for dealers."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("rulebook")
        verbose_name_plural = _("rulebooks")

    def __str__(self) -> str:
        return self.name


class VersionQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """What is adopted binds everybody and is no secret; drafts are the company's."""
        return self if by.company else self.filter(state=VersionState.ADOPTED)

    def adopted(self) -> Self:
        """Narrow to what is or was in force."""
        return self.filter(state=VersionState.ADOPTED)

    def newest(self) -> Self:
        """Narrow to the versions that no other one ends yet; one per rulebook."""
        return self.adopted().filter(valid_to=None)

    def in_force(self, day: date) -> Self:
        """CF-11: narrow to the versions that hold on this day."""
        return self.adopted().filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class RulebookVersion(models.Model):
    """CF-11: a rulebook as it holds from a day until another version follows.

    Once adopted only its end is ever set; the database refuses all else, of its clauses, acts, rows and seats, too.
    `repeat_days`: how far back an earlier violation counts as the first time; null: for ever. `based_on`: of which
    version it is a changed copy; `edited_at` tells two editors of the same draft apart.
    """

    rulebook = models.ForeignKey(Rulebook, models.PROTECT, related_name="versions", verbose_name=_("rulebook"))
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.DRAFT)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until (exclusive)"), null=True, blank=True)
    repeat_days = models.PositiveSmallIntegerField(
        _("a violation counts as a repeat within (days)"), null=True, blank=True, help_text=_("Empty: for ever.")
    )
    preamble = models.TextField(_("preamble"), max_length=4000, blank=True)
    reason = models.CharField(_("why it was changed"), max_length=300, blank=True)
    drafted_by = models.CharField(_("drafted by"), max_length=150, blank=True)
    drafted_at = models.DateTimeField(_("drafted"), null=True)
    edited_at = models.DateTimeField(_("last changed"), null=True)
    based_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="drafts", verbose_name=_("drafted from")
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a rulebook")
        verbose_name_plural = _("versions of rulebooks")
        permissions = [
            ("draft_rulebook", _("Can draft versions of rulebooks")),
            ("propose_rulebook", _("Can propose versions of rulebooks")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "number"], name="version_once"),
            models.CheckConstraint(name="version_state", condition=Q(state__in=VersionState.values)),
            models.CheckConstraint(name="version_span", condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))),
            models.CheckConstraint(
                name="version_adopted_from", condition=~Q(state="adopted") | Q(valid_from__isnull=False)
            ),
            ExclusionConstraint(
                name="version_one_at_a_time",
                expressions=[
                    ("rulebook", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[)"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state="adopted"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rulebook} V{self.number}"


class Clause(models.Model):
    """CF-1 … CF-12: an article of a version, in the words that bind."""

    version = models.ForeignKey(RulebookVersion, models.CASCADE, related_name="clauses", verbose_name=_("version"))
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    number = models.CharField(_("article"), max_length=12)
    title = models.CharField(_("heading"), max_length=80)
    text = models.TextField(_("text"), max_length=4000)

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="clause_once", deferrable=LATE)]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Act(models.Model):
    """CF-5 … CF-7, CF-12: an act that a version forbids, its class, and the clause it offends.

    `price_rule`: the act is selling below a floor, for which DS-12 never lets an independent reseller be fined.
    """

    version = models.ForeignKey(RulebookVersion, models.CASCADE, related_name="acts", verbose_name=_("version"))
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="acts", verbose_name=_("clause"))
    code = models.SlugField(_("code"), max_length=10)
    clazz = models.CharField(_("class"), max_length=10, choices=Clazz)
    text = models.CharField(_("act"), max_length=300)
    price_rule = models.BooleanField(_("about prices (DS-12)"), default=False)

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="act_once", deferrable=LATE),
            models.CheckConstraint(name="act_class", condition=Q(clazz__in=Clazz.values)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class PenaltyRow(models.Model):
    """CF-5 … CF-7, CF-12: what an act costs whom, the n-th time and on (until a row of more times follows).

    Yuan; `most_yuan` null: no upper limit. `measures` come besides the money, `instead` may stand in its place.
    """

    act = models.ForeignKey(Act, models.CASCADE, related_name="penalties", verbose_name=_("act"))
    punished = models.CharField(_("party"), max_length=10, choices=Punished)
    times = models.PositiveSmallIntegerField(_("from the n-th time on"), default=1)
    least_yuan = models.DecimalField(_("at least (yuan)"), max_digits=12, decimal_places=2, default=0)
    usual_yuan = models.DecimalField(_("usually (yuan)"), max_digits=12, decimal_places=2, default=0)
    most_yuan = models.DecimalField(_("at most (yuan)"), max_digits=12, decimal_places=2, null=True, blank=True)
    measures = ArrayField(
        models.CharField(max_length=12, choices=Measure), default=list, blank=True, verbose_name=_("and besides")
    )
    instead = ArrayField(
        models.CharField(max_length=12, choices=Measure), default=list, blank=True, verbose_name=_("or instead")
    )

    class Meta:
        verbose_name = _("penalty row")
        verbose_name_plural = _("penalty rows")
        constraints = [
            models.UniqueConstraint(fields=["act", "punished", "times"], name="penalty_once", deferrable=LATE),
            models.CheckConstraint(name="penalty_party", condition=Q(punished__in=Punished.values)),
            models.CheckConstraint(name="penalty_times", condition=Q(times__gte=1)),
            models.CheckConstraint(
                name="penalty_range",
                condition=Q(least_yuan__gte=0, usual_yuan__gte=F("least_yuan"))
                & (Q(most_yuan=None) | Q(most_yuan__gte=F("usual_yuan"))),
            ),
            models.CheckConstraint(
                name="penalty_measures",
                condition=Q(measures__contained_by=Measure.values, instead__contained_by=Measure.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act.code} {self.get_punished_display()} {self.times}"


class SeatRule(models.Model):
    """CF-9, CF-10: who accepts and who signs, by class and stage; `instead` sits where the holder may not."""

    version = models.ForeignKey(RulebookVersion, models.CASCADE, related_name="seats", verbose_name=_("version"))
    clazz = models.CharField(_("class"), max_length=10, choices=Clazz)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    seat = models.CharField(_("for"), max_length=10, choices=Seat)
    role = models.CharField(_("role"), max_length=30, choices=ROLE_CHOICES)
    instead = models.CharField(_("role instead, where that one may not"), max_length=30, choices=ROLE_CHOICES)

    class Meta:
        verbose_name = _("who accepts and signs")
        verbose_name_plural = _("who accepts and signs")
        constraints = [
            models.UniqueConstraint(fields=["version", "clazz", "stage", "seat"], name="seat_once"),
            models.CheckConstraint(name="seat_class", condition=Q(clazz__in=Clazz.values)),
            models.CheckConstraint(name="seat_stage", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="seat_seat", condition=Q(seat__in=Seat.values)),
            models.CheckConstraint(name="seat_other", condition=~Q(role=F("instead"))),
        ]

    def __str__(self) -> str:
        return f"{self.get_seat_display()}: {LABELS.get(self.role, self.role)}"
