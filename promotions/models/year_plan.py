from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from promotions.states.plan import PlanState


class YearPlanQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """The year's plan is the company's."""
        return self if by.company else self.none()


class YearPlan(models.Model):
    """PR-2, PR-3, PR-14: the brand days of a year as a whole: what they shall bring, and what they may cost."""

    year = models.PositiveSmallIntegerField(
        _("year"), unique=True, validators=[MinValueValidator(2010), MaxValueValidator(2100)]
    )
    first_month = models.PositiveSmallIntegerField(
        _("first month"), default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    state = models.CharField(_("state"), max_length=10, choices=PlanState, default=PlanState.DRAFT)
    sales_yuan = models.DecimalField(_("sales of the whole year (yuan)"), max_digits=14, decimal_places=2)
    goal_yuan = models.DecimalField(_("goal of the brand days (yuan)"), max_digits=14, decimal_places=2)
    promotion_yuan = models.DecimalField(_("promotion budget of the year (yuan)"), max_digits=12, decimal_places=2)
    budget_yuan = models.DecimalField(_("budget of the brand days (yuan)"), max_digits=12, decimal_places=2)
    drawn_up_by = models.CharField(_("drawn up by"), max_length=150, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = YearPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("year's plan")
        verbose_name_plural = _("year's plans")
        permissions = [("plan_yearplan", _("Can plan the brand days of a year and submit them"))]
        constraints = [
            models.CheckConstraint(name="yearplan_state", condition=Q(state__in=PlanState.values)),
            models.CheckConstraint(name="yearplan_months", condition=Q(first_month__gte=1, first_month__lte=12)),
            models.CheckConstraint(
                name="yearplan_not_negative",
                condition=Q(sales_yuan__gt=0, goal_yuan__gte=0, promotion_yuan__gte=0, budget_yuan__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Brand days {year}")).format(year=self.year)

    @property
    def first_day(self) -> date:
        """The day on which the year's rules are looked up."""
        return date(self.year, 1, 1)

    def months(self) -> range:
        """The months that shall each have a brand day."""
        return range(self.first_month, 13)
