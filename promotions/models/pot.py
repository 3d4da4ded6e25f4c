from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet
from promotions.states.spending import Spending

ZERO = Decimal("0.00")


class PotQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Budgets are the company's."""
        return self if by.company else self.none()

    def meant_for(self, *purposes: str) -> Self:
        """PR-18: narrow to what may be spent for these; a brand day's own budget is spent through its offers only."""
        return self.filter(purpose__in=purposes).exclude(owner_type="promotions.brandevent")

    def not_shut(self) -> Self:
        """PR-19: narrow to those that still promise anything."""
        return self.filter(shut_at=None)

    def with_left(self) -> Self:
        """Say with each what may still be promised."""
        return self.annotate(
            left_yuan=F("limit_yuan") - F("reserved_yuan") - F("committed_yuan"),
            left_count=F("limit_count") - F("reserved_count") - F("committed_count"),
        )


class Pot(models.Model):
    """PR-3, PR-18: a budget and a quota that are spent together, of one owner (an event, an offer, a plan) and purpose.

    The four counters only move by one conditional UPDATE with a PotEntry in the same transaction; the database itself
    refuses more than the limit. A limit of null is none. Shut, it promises nothing more, whatever is given back.
    """

    title = models.CharField(_("what for"), max_length=120)
    owner_type = models.CharField(max_length=60)
    owner_id = models.BigIntegerField()
    purpose = models.CharField(_("purpose"), max_length=30)
    limit_yuan = models.DecimalField(_("budget (yuan)"), max_digits=14, decimal_places=2, null=True)
    limit_count = models.PositiveIntegerField(_("quota"), null=True)
    reserved_yuan = models.DecimalField(_("reserved (yuan)"), max_digits=14, decimal_places=2, default=ZERO)
    committed_yuan = models.DecimalField(_("spent (yuan)"), max_digits=14, decimal_places=2, default=ZERO)
    reserved_count = models.PositiveIntegerField(_("reserved"), default=0)
    committed_count = models.PositiveIntegerField(_("spent"), default=0)
    shut_at = models.DateTimeField(_("shut"), null=True)

    objects = PotQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget and quota")
        verbose_name_plural = _("budgets and quotas")
        constraints = [
            models.UniqueConstraint(fields=["owner_type", "owner_id", "purpose"], name="pot_once"),
            models.CheckConstraint(
                name="pot_within_budget",
                condition=Q(limit_yuan=None) | Q(limit_yuan__gte=F("reserved_yuan") + F("committed_yuan")),
            ),
            models.CheckConstraint(
                name="pot_within_quota",
                condition=Q(limit_count=None) | Q(limit_count__gte=F("reserved_count") + F("committed_count")),
            ),
            models.CheckConstraint(name="pot_not_negative", condition=Q(reserved_yuan__gte=0, committed_yuan__gte=0)),
        ]

    def __str__(self) -> str:
        return self.title


class PotEntryQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """As the budgets themselves."""
        return self if by.company else self.none()


class PotEntry(models.Model):
    """PR-18: one movement of a pot, with its source; the counters are the sum of these, each once per source."""

    pot = models.ForeignKey(Pot, models.PROTECT, related_name="entries", verbose_name=_("budget and quota"))
    kind = models.CharField(_("kind"), max_length=8, choices=Spending)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=12, decimal_places=2)
    count = models.PositiveIntegerField(_("times"), default=1)
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    at = models.DateTimeField(_("when"))

    objects = PotEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("movement of a budget")
        verbose_name_plural = _("movements of budgets")
        constraints = [
            models.CheckConstraint(name="pot_entry_kind", condition=Q(kind__in=Spending.values)),
            models.UniqueConstraint(fields=["source_type", "source_id", "pot", "kind"], name="pot_entry_once"),
        ]
        indexes = [models.Index(fields=["pot", "at"], name="pot_entry_at")]

    def __str__(self) -> str:
        return f"{self.kind} ¥{self.amount_yuan}"
