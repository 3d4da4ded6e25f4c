"""What the buttons of a refund's page ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from aftersales.admin.forms import ReasonForm
from aftersales.models import Refund
from aftersales.operations.refund_money import Payment
from aftersales.operations.returns import Arrival, Choice, Pieces
from aftersales.states.refund import Kind, Reason, Remedy, Through
from channels.models import Product
from opsdesk.money import ZERO


def _text(label: Any, most: int, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, widget=UnfoldAdminTextInputWidget)


def _yuan(label: Any, *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=required,
        widget=UnfoldAdminDecimalFieldWidget,
    )


class AskForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind"), choices=Kind, widget=UnfoldAdminSelectWidget)
    reason = forms.ChoiceField(label=_("why"), choices=Reason, widget=UnfoldAdminSelectWidget)
    amount_yuan = _yuan(_("asked (yuan)"))
    number = _text(_("refund number"), 64, required=False)


class AgreeForm(forms.Form):
    reason = _text(_("reason (where no rule decides, or without evidence)"), 300, required=False)


class ProveForm(forms.Form):
    photo = forms.ImageField(label=_("photo"), widget=UnfoldAdminFileFieldWidget)
    what = _text(_("what it shows"), 120)


class ParcelForm(forms.Form):
    carrier = _text(_("carrier"), 40, required=False)
    tracking = _text(_("tracking number"), 80)


class AheadForm(ParcelForm, ReasonForm):
    pass


class InspectForm(forms.Form):
    note = _text(_("note (needed where something is missing or damaged)"), 300, required=False)


class TurnAwayForm(forms.Form):
    tracking = _text(_("tracking number"), 80)
    order_number = _text(_("order number"), 64, required=False)
    reason = _text(_("reason"), 200)


class ReceiveForm(forms.Form):
    """Counts each line of the refund: in order, damaged, missing."""

    tracking = _text(_("tracking number"), 80)
    note = _text(_("note"), 200, required=False)

    def about(self, refund: Refund) -> None:
        """Ask for the lines of this refund."""
        self.fields["tracking"].initial = refund.tracking
        labels = {"ok": _("in order"), "damaged": _("damaged"), "missing": _("missing")}
        for line in refund.lines.order_by("pk"):
            for name, label in labels.items():
                self.fields[f"{name}_{line.pk}"] = forms.IntegerField(
                    label=f"{line.title} · {label}",
                    min_value=0,
                    initial=line.quantity if name == "ok" else 0,
                    widget=UnfoldAdminIntegerFieldWidget,
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        pieces: dict[int, dict[str, int]] = {}
        for name, value in data.items():
            what, _mark, pk = name.partition("_")
            if pk:
                pieces.setdefault(int(pk), {})[what] = value
        if "tracking" not in data:
            return data
        counted = {pk: Pieces(**held) for pk, held in pieces.items()}
        return {"arrival": Arrival(data["tracking"], counted, data.get("note", ""))}


class GrantForm(forms.Form):
    amount_yuan = _yuan(_("amount (yuan)"))
    reason = _text(_("reason"), 300, required=False)


class PayForm(forms.Form):
    amount_yuan = _yuan(_("amount (yuan)"))
    reference = _text(_("reference"), 80)
    through = forms.ChoiceField(label=_("how"), choices=Through, widget=UnfoldAdminSelectWidget)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {"payment": Payment(**data)} if len(data) == 3 else data


class ChooseForm(ReasonForm):
    remedy = forms.ChoiceField(
        label=_("customer's choice"),
        choices=[choice for choice in Remedy.choices if choice[0] != Remedy.REPAIR],
        widget=UnfoldAdminSelectWidget,
    )
    amount_yuan = _yuan(_("amount (yuan)"), required=False)
    model = forms.ModelChoiceField(
        Product.objects.filter(active=True).order_by("code"),
        label=_("other model"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "remedy" not in data or "reason" not in data:
            return data
        model = data.get("model")
        choice = Choice(data["remedy"], data.get("amount_yuan") or ZERO, model.pk if model else None)
        return {"choice": choice, "reason": data["reason"]}
