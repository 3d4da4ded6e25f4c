"""What the buttons of a repair ask for; each form answers with what its operation takes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from aftersales.models import FaultCode, Repair, RetestCheck
from aftersales.operations.bench import Inspection
from aftersales.operations.parts import Wanted
from aftersales.operations.quotes import Amounts
from aftersales.operations.repairs import Request
from aftersales.states.repair import Fault, PartState, Place, Sender
from channels.models import Partner, Product
from opsdesk.actor import Actor
from opsdesk.money import ZERO
from opsdesk.people.models import User
from orders.models import Order
from orders.rules.identity import Receiver


def _text(label: Any, most: int = 80, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, widget=UnfoldAdminTextInputWidget)


def _yuan(label: Any, *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=12, decimal_places=2, required=required, widget=UnfoldAdminDecimalFieldWidget
    )


def _choice(rows: Any, label: Any, *, required: bool = True) -> Any:
    return forms.ModelChoiceField(rows, label=label, required=required, widget=UnfoldAdminSelectWidget)


class RequestForm(forms.Form):
    """AS-7: registers a machine; a serial number and the customer's words are enough."""

    serial_number = _text(_("serial number"))
    complaint = forms.CharField(label=_("what the customer says"), max_length=2000, widget=UnfoldAdminTextareaWidget)
    place = forms.ChoiceField(label=_("where"), choices=Place, widget=UnfoldAdminSelectWidget)
    requested_by = forms.ChoiceField(label=_("requested by"), choices=Sender, widget=UnfoldAdminSelectWidget)
    partner = _choice(Partner.objects.none(), _("sent in by"), required=False)
    stock = forms.BooleanField(
        label=_("from the partner's stock, no end user waits"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    order = _text(_("order number (if known)"), required=False)
    product = _choice(Product.objects.none(), _("model (if known)"), required=False)
    name = _text(_("customer's name"), required=False)
    phone = _text(_("phone"), 30, required=False)
    address = _text(_("address"), 200, required=False)

    def narrow(self, by: Actor) -> None:
        """CH-5: nobody is shown partners, or finds orders, that he may not see."""
        self.by = by
        fields: dict[str, Any] = self.fields
        fields["partner"].queryset = Partner.objects.visible_to(by).filter(active=True).order_by("code")
        fields["product"].queryset = Product.objects.filter(active=True, installed=True).order_by("code")

    def clean_order(self) -> int | None:
        """Find the order that was named."""
        number = self.cleaned_data["order"].strip()
        if not number:
            return None
        found = Order.objects.visible_to(self.by).filter(number=number).order_by("pk").first()
        if found is None:
            raise forms.ValidationError(_("No order of this number was found."))
        return int(found.pk)

    def request(self) -> Request:
        """Return what the operation takes."""
        said = self.cleaned_data
        return Request(
            serial_number=said["serial_number"],
            complaint=said["complaint"],
            order_id=said["order"],
            product_id=said["product"].pk if said["product"] else None,
            requested_by=said["requested_by"],
            partner_id=said["partner"].pk if said["partner"] else None,
            end_user=not said["stock"],
            place=said["place"],
            contact=Receiver(said["name"], said["phone"], said["address"]),
        )


class RepairForm(forms.Form):
    """Base: may offer only what fits the repair."""

    def narrow(self, repair: Repair) -> None:
        """Offer what this repair allows."""


class ReasonForm(RepairForm):
    reason = _text(_("reason"), 300)


class PostForm(RepairForm):
    carrier = _text(_("carrier"), 40)
    tracking = _text(_("tracking number"), 60)


class InspectForm(RepairForm):
    faults = forms.ModelMultipleChoiceField(
        FaultCode.objects.filter(active=True).order_by("name"), label=_("faults"), widget=forms.CheckboxSelectMultiple
    )
    fault = forms.ChoiceField(label=_("fault of"), choices=Fault, widget=UnfoldAdminSelectWidget)
    note = _text(_("note"), 300, required=False)
    product = _choice(
        Product.objects.filter(active=True, installed=True).order_by("code"), _("model (if known)"), required=False
    )

    def narrow(self, repair: Repair) -> None:
        if repair.product_id:
            del self.fields["product"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        product = said.get("product")
        codes = [fault.code for fault in said.get("faults", ())]
        found = Inspection(codes, said.get("fault", ""), said.get("note", ""), product.pk if product else None)
        return {"found": found}


class JudgeForm(ReasonForm):
    covered = forms.TypedChoiceField(
        label=_("warranty"),
        choices=[("yes", _("under warranty")), ("no", _("not under warranty"))],
        coerce=lambda value: value == "yes",
        widget=UnfoldAdminSelectWidget,
    )


class QuoteForm(RepairForm):
    labour_yuan = _yuan(_("labour (yuan)"))
    parts_yuan = _yuan(_("parts (yuan)"), required=False)
    freight_yuan = _yuan(_("freight (yuan)"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.errors:
            return {}
        labour, used, freight = (said[name] or ZERO for name in ("labour_yuan", "parts_yuan", "freight_yuan"))
        return {"amounts": Amounts(labour, used, freight)}


class PartForm(RepairForm):
    product = _choice(Product.objects.filter(active=True).order_by("code"), _("part"))
    quantity = forms.IntegerField(label=_("quantity"), min_value=1, initial=1, widget=UnfoldAdminIntegerFieldWidget)
    cost_yuan = _yuan(_("cost of one (yuan)"))
    reason = _text(_("reason"), 300)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.errors:
            return {}
        return {"wanted": Wanted(said["product"].pk, said["quantity"], said["cost_yuan"], said["reason"])}


class UnusedPartForm(ReasonForm):
    part_id = forms.TypedChoiceField(label=_("part"), coerce=int, widget=UnfoldAdminSelectWidget)

    def narrow(self, repair: Repair) -> None:
        unused = repair.parts.filter(state__in=(PartState.WAITING, PartState.GRANTED)).select_related("product")
        self.fields["part_id"].choices = [(part.pk, str(part)) for part in unused.order_by("number")]  # type: ignore[attr-defined]


class RetestForm(RepairForm):
    note = _text(_("note"), 300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = [("", "–"), ("yes", _("passed")), ("no", _("failed"))]
        self.codes = []
        for check in RetestCheck.objects.filter(active=True).order_by("pk"):
            self.codes.append(check.code)
            self.fields[check.code] = forms.ChoiceField(
                label=check.name, choices=answers, widget=UnfoldAdminSelectWidget
            )
        self.order_fields([*self.codes, "note"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        return {"results": {code: said.get(code) == "yes" for code in self.codes}, "note": said.get("note", "")}


class ReplaceForm(ReasonForm):
    new_serial_number = _text(_("serial number of the new machine"))


class HolderForm(ReasonForm):
    user = _choice(User.objects.none(), _("person"), required=False)
    partner = _choice(Partner.objects.filter(active=True).order_by("code"), _("or partner"), required=False)

    def narrow(self, repair: Repair) -> None:
        able = User.objects.filter(is_active=True, groups__permissions__codename="work_repair").distinct()
        self.fields["user"].queryset = able.order_by("username")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        user, partner = said.pop("user", None), said.pop("partner", None)
        return said | {"user_id": user.pk if user else None, "partner_id": partner.pk if partner else None}


class LendForm(RepairForm):
    serial_number = _text(_("serial number of the loan unit"))


class BackForm(RepairForm):
    note = _text(_("condition"), 300)
