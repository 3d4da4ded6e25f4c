from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from aftersales.models.repair import Repair
from aftersales.states.repair import PartState, QuoteAnswer
from channels.models import Product
from opsdesk.actor import Actor
from opsdesk.querysets import DeskQuerySet


class OpenToAll(DeskQuerySet):
    def visible_to(self, by: Actor) -> "OpenToAll":
        """Codes and checklists are no secret."""
        return self


class FaultCode(models.Model):
    """AS-7: what can be wrong with a machine; `component` says which warranty of a part holds for it."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    component = models.CharField(_("component"), max_length=30, blank=True)
    active = models.BooleanField(_("active"), default=True)

    objects = OpenToAll.as_manager()

    class Meta:
        verbose_name = _("fault code")
        verbose_name_plural = _("fault codes")

    def __str__(self) -> str:
        return self.name


class RetestCheck(models.Model):
    """AS-7: one line of the checklist that every repaired machine must pass before it goes back."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    active = models.BooleanField(_("active"), default=True)

    objects = OpenToAll.as_manager()

    class Meta:
        verbose_name = _("retest check")
        verbose_name_plural = _("retest checks")

    def __str__(self) -> str:
        return self.name


class RepairFinding(models.Model):
    """AS-7: a fault found at inspection."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="findings", verbose_name=_("repair"))
    fault = models.ForeignKey(FaultCode, models.PROTECT, related_name="+", verbose_name=_("fault"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    found_by = models.CharField(_("found by"), max_length=150)
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [models.UniqueConstraint(fields=["repair", "fault"], name="finding_once")]

    def __str__(self) -> str:
        return str(self.fault)


class RepairPartQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> "RepairPartQuerySet":
        """Parts are seen with their repair."""
        return self.filter(repair__in=Repair.objects.visible_to(by))

    def standing(self) -> "RepairPartQuerySet":
        """Narrow to parts that are used, or may yet be."""
        return self.filter(state__in=(PartState.WAITING, PartState.GRANTED, PartState.FITTED))


class RepairPart(models.Model):
    """FI-2, FI-3: a spare part for a repair, its cost, and whether it may be used."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="parts", verbose_name=_("repair"))
    number = models.PositiveSmallIntegerField(_("no."))
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", verbose_name=_("part"))
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    cost_yuan = models.DecimalField(_("cost of one (yuan)"), max_digits=12, decimal_places=2)
    state = models.CharField(_("state"), max_length=10, choices=PartState, default=PartState.WAITING)
    asked_by = models.CharField(_("asked by"), max_length=150)
    asked_at = models.DateTimeField(_("asked"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    fitted_at = models.DateTimeField(_("fitted"), null=True)
    reason = models.CharField(_("reason"), max_length=300)

    objects = RepairPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("spare part of a repair")
        verbose_name_plural = _("spare parts of repairs")
        constraints = [
            models.UniqueConstraint(fields=["repair", "number"], name="part_once"),
            models.CheckConstraint(name="part_state", condition=Q(state__in=PartState.values)),
            models.CheckConstraint(name="part_positive", condition=Q(quantity__gt=0, cost_yuan__gte=0)),
        ]
        indexes = [models.Index(fields=["repair"], name="part_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"R{self.repair_id}.{self.number} {self.product}"


class RepairQuote(models.Model):
    """AS-7: what a repair outside the warranty would cost the customer, and what he said to it."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="quotes", verbose_name=_("repair"))
    number = models.PositiveSmallIntegerField(_("no."))
    labour_yuan = models.DecimalField(_("labour (yuan)"), max_digits=12, decimal_places=2)
    parts_yuan = models.DecimalField(_("parts (yuan)"), max_digits=12, decimal_places=2)
    freight_yuan = models.DecimalField(_("freight (yuan)"), max_digits=12, decimal_places=2)
    total_yuan = models.DecimalField(_("total (yuan)"), max_digits=12, decimal_places=2)
    answer = models.CharField(_("answer"), max_length=10, choices=QuoteAnswer, default=QuoteAnswer.WAITING)
    quoted_by = models.CharField(_("quoted by"), max_length=150)
    quoted_at = models.DateTimeField(_("quoted"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("quote of a repair")
        verbose_name_plural = _("quotes of repairs")
        constraints = [
            models.UniqueConstraint(fields=["repair", "number"], name="quote_once"),
            models.UniqueConstraint(fields=["repair"], name="quote_one_waiting", condition=Q(answer="waiting")),
            models.CheckConstraint(name="quote_answer", condition=Q(answer__in=QuoteAnswer.values)),
            models.CheckConstraint(
                name="quote_adds_up",
                condition=Q(total_yuan=F("labour_yuan") + F("parts_yuan") + F("freight_yuan"))
                & Q(labour_yuan__gte=0, parts_yuan__gte=0, freight_yuan__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"R{self.repair_id}.{self.number} ¥{self.total_yuan}"


class Retest(models.Model):
    """AS-7: the test of a repaired machine: every line of the checklist with its result; never changed."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="retests", verbose_name=_("repair"))
    number = models.PositiveSmallIntegerField(_("no."))
    passed = models.BooleanField(_("passed"))
    results = models.JSONField(_("results"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    tested_by = models.CharField(_("tested by"), max_length=150)
    tested_at = models.DateTimeField(_("tested"))

    class Meta:
        verbose_name = _("retest")
        verbose_name_plural = _("retests")
        constraints = [models.UniqueConstraint(fields=["repair", "number"], name="retest_once")]

    def __str__(self) -> str:
        return f"R{self.repair_id}.{self.number}"
