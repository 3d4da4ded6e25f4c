from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftersales.states.repair import RightCode
from channels.models import Product
from opsdesk.actor import Actor
from opsdesk.validity import InForce, Valid, ends_after_start, one_at_a_time


class TermQuerySet(InForce):
    def visible_to(self, by: Actor) -> "TermQuerySet":
        """What we promise our customers is no secret."""
        return self


class WarrantyTerm(Valid):
    """AS-7: how many months a model is covered, the whole unit or one component; in force on the day of its start.

    Where a model has no row for the whole unit, the months of its master data hold.
    """

    product = models.ForeignKey(Product, models.PROTECT, related_name="warranty_terms", verbose_name=_("product"))
    component = models.CharField(_("component"), max_length=30, blank=True)
    months = models.PositiveSmallIntegerField(_("months"))

    objects = TermQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("warranty term")
        verbose_name_plural = _("warranty terms")
        constraints = [
            models.CheckConstraint(name="term_positive", condition=Q(months__gt=0)),
            ends_after_start("term_span"),
            one_at_a_time("term_once", "product", "component"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.component} {self.months}"


class ExchangeRule(Valid):
    """AS-7: from which figure on the customer has a right to another machine (三包); dated."""

    code = models.CharField(_("what counts"), max_length=12, choices=RightCode)
    figure = models.PositiveSmallIntegerField(_("figure"))
    source = models.CharField(_("where it stands"), max_length=120)

    objects = TermQuerySet.as_manager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("right to exchange")
        verbose_name_plural = _("rights to exchange")
        constraints = [
            models.CheckConstraint(name="exchange_code", condition=Q(code__in=RightCode.values)),
            models.CheckConstraint(name="exchange_positive", condition=Q(figure__gt=0)),
            ends_after_start("exchange_span"),
            one_at_a_time("exchange_once", "code"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.figure}"
