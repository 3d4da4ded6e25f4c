from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from channels.models import Product, Shop
from opsdesk.actor import Actor
from opsdesk.privacy import SealedTextField
from opsdesk.querysets import DeskQuerySet


class InquiryQuerySet(DeskQuerySet):
    def visible_to(self, by: Actor) -> Self:
        """Whose customer somebody is stays between the company and the shop that registered him."""
        return self if by.company else self.filter(shop__in=Shop.objects.visible_to(by))

    def protected(self, at: datetime) -> Self:
        """CF-13: narrow to those whose protection has not ended."""
        return self.filter(registered_at__lte=at, until__gt=at, ended_at=None)


class Inquiry(models.Model):
    """CF-2, CF-13: a customer who asked in a shop, registered by it 报备; for a while nobody else may lead him away."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="inquiries", verbose_name=_("shop"))
    mark = models.BinaryField(max_length=16)
    name_masked = models.CharField(_("customer"), max_length=40, blank=True)
    phone_masked = models.CharField(_("phone"), max_length=30)
    note = SealedTextField(_("note"), blank=True)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.CharField(_("registered by"), max_length=150)
    until = models.DateTimeField(_("protected until"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    reason = models.CharField(_("ended because"), max_length=200, blank=True)

    objects = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("registered inquiry")
        verbose_name_plural = _("registered inquiries")
        permissions = [("register_inquiry", _("Can register inquiries"))]
        constraints = [
            models.CheckConstraint(name="inquiry_span", condition=Q(until__gt=F("registered_at"))),
            ExclusionConstraint(  # first come, first served: two shops never have one customer at the same time
                name="inquiry_one_at_a_time",
                expressions=[
                    ("mark", RangeOperators.EQUAL),
                    (
                        Func(F("registered_at"), F("until"), function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["mark", "registered_at"], name="inquiry_mark"),
            models.Index(fields=["phone_masked", "registered_at"], name="inquiry_masked"),
            models.Index(fields=["until"], name="inquiry_until"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.phone_masked}"
