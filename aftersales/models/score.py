from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.states.score import ContestState, Measure, ScoreState
from channels.models import Partner
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from opsdesk.sla.models import Timer
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class FormulaQuerySet(InForce):
    def visible_to(self, by: Actor) -> Self:
        """How scores are made is no secret, least of all to those who are scored."""
        return self


class ScoreFormula(Valid):
    """AS-11: how scores are made of the events of a month; the version in force on the month's first day holds."""

    name = models.CharField(_("name"), max_length=80)
    contest_days = models.PositiveSmallIntegerField(_("days to contest an event"))

    objects = FormulaQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("score formula")
        verbose_name_plural = _("score formulas")
        constraints = [ends_after_start("score_formula_span"), one_at_a_time("score_formula_once")]

    def __str__(self) -> str:
        return self.name


class ScoreWeight(models.Model):
    """AS-11: what one measure counts in a formula; a change is a new formula."""

    formula = models.ForeignKey(ScoreFormula, models.PROTECT, related_name="weights", verbose_name=_("formula"))
    measure = models.CharField(_("measure"), max_length=14, choices=Measure)
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=2)
    zero_at = models.DecimalField(_("worth nothing at"), max_digits=8, decimal_places=3)
    full_at = models.DecimalField(_("worth everything at"), max_digits=8, decimal_places=3)

    class Meta:
        verbose_name = _("weight of a measure")
        verbose_name_plural = _("weights of measures")
        constraints = [
            models.UniqueConstraint(fields=["formula", "measure"], name="score_weight_once"),
            models.CheckConstraint(name="score_weight_measure", condition=Q(measure__in=Measure.values)),
            models.CheckConstraint(name="score_weight_positive", condition=Q(weight__gt=0)),
            models.CheckConstraint(name="score_weight_slope", condition=~Q(zero_at=F("full_at"))),
        ]

    def __str__(self) -> str:
        return self.get_measure_display()


class ScoreQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the partners whose score it is: a partner sees its own and those below (CH-5)."""
        return self if by.company else self.filter(partner__in=Partner.objects.visible_to(by))

    def current(self) -> Self:
        """Narrow to the version that holds."""
        return self.filter(superseded_at=None)

    def contestable(self, at: datetime) -> Self:
        """Narrow to those whose time for contesting is not over."""
        return self.current().filter(contest_until__gt=at)


class Score(models.Model):
    """AS-11: a partner's service score of a month (named by its first day), in versions; better ones are asked first.

    A version is never edited: what an upheld contest changes is a new one. `because` holds per measure its value,
    points, weight and number of events.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="scores", verbose_name=_("partner"))
    month = models.DateField(_("month"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=ScoreState, default=ScoreState.PUBLISHED)
    formula = models.ForeignKey(ScoreFormula, models.PROTECT, null=True, related_name="+", verbose_name=_("formula"))
    value = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    because = models.JSONField(_("because"), default=list)
    computed_at = models.DateTimeField(_("computed"), null=True)
    contest_until = models.DateTimeField(_("may be contested until"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("service score")
        verbose_name_plural = _("service scores")
        permissions = [
            ("contest_score", _("Can contest an event of a score")),
            ("decide_score", _("Can decide what is contested in a score")),
            ("export_score", _("Can export scores")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["partner", "month", "version"], name="score_version_once"),
            models.UniqueConstraint(fields=["partner", "month"], name="score_once", condition=Q(superseded_at=None)),
            models.CheckConstraint(name="score_state", condition=Q(state__in=ScoreState.values)),
            models.CheckConstraint(name="score_range", condition=Q(value__gte=0, value__lte=100)),
        ]
        indexes = [models.Index(fields=["month", "value"], name="score_league")]

    def __str__(self) -> str:
        return f"{self.value}"


class ScoreEvent(models.Model):
    """AS-11: a receipt: an event that a version counted, and by how much it moved the score; never changed."""

    score = models.ForeignKey(Score, models.PROTECT, related_name="events", verbose_name=_("score"))
    measure = models.CharField(_("measure"), max_length=14, choices=Measure)
    kind = models.CharField(_("kind"), max_length=60)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField(_("when"))
    value = models.DecimalField(_("value"), max_digits=9, decimal_places=3)
    effect = models.DecimalField(_("effect on the score"), max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = _("event of a score")
        verbose_name_plural = _("events of scores")
        constraints = [
            models.UniqueConstraint(fields=["score", "measure", "kind", "subject_id"], name="score_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.kind} {self.subject_id}"


class ContestQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the partner whose score it is."""
        return self if by.company else self.filter(partner__in=Partner.objects.visible_to(by))

    def open(self) -> Self:
        """Narrow to those that nobody has decided yet."""
        return self.filter(state=ContestState.OPEN)


class ScoreContest(models.Model):
    """AS-11: an event that a partner contests, of a month; a person decides. It holds for every later version."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+", verbose_name=_("partner"))
    month = models.DateField(_("month"))
    measure = models.CharField(_("measure"), max_length=14, choices=Measure)
    kind = models.CharField(_("kind"), max_length=60)
    subject_id = models.BigIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=ContestState, default=ContestState.OPEN)
    reason = models.CharField(_("reason"), max_length=300)
    contested_by = models.CharField(_("contested by"), max_length=150)
    contested_at = models.DateTimeField(_("contested"))
    due_at = models.DateTimeField(_("due"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision = models.CharField(_("decision"), max_length=300, blank=True)

    objects = ContestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contested event")
        verbose_name_plural = _("contested events")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "month", "measure", "kind", "subject_id"], name="score_contest_once"
            ),
            models.CheckConstraint(name="score_contest_state", condition=Q(state__in=ContestState.values)),
        ]
        indexes = [models.Index(fields=["due_at"], name="score_contest_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.month:%Y-%m} {self.measure}"

    def timers(self) -> models.QuerySet[Timer]:
        """The clock of its decision."""
        return Timer.objects.of(self._meta.label_lower, [self.pk])
