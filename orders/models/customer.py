from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.querysets import DeskQuerySet


class Basis(models.TextChoices):
    """OR-4: what a customer was recognised by."""

    NEW = "new", _("first order")
    PHONE = "phone", _("same phone")
    NAME_ADDRESS = "name_address", _("same name and address")


class Customer(models.Model):
    """OR-4: one customer across all channels; no personal data here."""

    first_seen_at = models.DateTimeField(_("first seen"))

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return f"#{self.pk}"


class Mark(models.Model):
    """OR-4: a keyed fingerprint of a phone, or of a name and address, by which a customer is recognised."""

    fingerprint = models.BinaryField(max_length=16, primary_key=True)
    basis = models.CharField(_("recognised by"), max_length=12, choices=Basis)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="marks", verbose_name=_("customer"))

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer mark")
        verbose_name_plural = _("customer marks")
        constraints = [models.CheckConstraint(name="mark_basis", condition=models.Q(basis__in=Basis.values))]

    def __str__(self) -> str:
        return f"{self.basis} {self.customer_id}"
