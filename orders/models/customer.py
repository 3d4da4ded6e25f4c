from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.querysets import DeskQuerySet


class Basis(models.TextChoices):
    """OR-4: what a customer is recognised by."""

    PHONE = "phone", _("same phone")
    NAME_ADDRESS = "name_address", _("same name and address")


class Customer(models.Model):
    """OR-4: one customer across all channels, known by a keyed fingerprint only; no personal data here."""

    fingerprint = models.BinaryField(max_length=16, unique=True)
    basis = models.CharField(_("recognised by"), max_length=12, choices=Basis)
    first_seen_at = models.DateTimeField(_("first seen"))

    objects = DeskQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [models.CheckConstraint(name="customer_basis", condition=models.Q(basis__in=Basis.values))]

    def __str__(self) -> str:
        return f"#{self.pk}"
