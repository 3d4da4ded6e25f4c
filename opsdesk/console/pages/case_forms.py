"""What the buttons of a case's page ask for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from conflicts.models import Act
from conflicts.operations.evidence import Exhibit
from conflicts.operations.filing import Who
from conflicts.operations.rulings import Verdict
from conflicts.operations.statements import LONGEST
from conflicts.queries.prospects import Prospect
from conflicts.states.case import EvidenceKind
from conflicts.states.rulebook import Measure
from opsdesk.money import ZERO
from opsdesk.people.models import User

MOST_FILES = 20


def line(label: Any, most: int = 300, **more: Any) -> forms.CharField:
    """A text of one line."""
    return forms.CharField(label=label, max_length=most, widget=UnfoldAdminTextInputWidget, **more)


def words(label: Any, rows: int = 4, **more: Any) -> forms.CharField:
    """A text of several lines."""
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, widget=widget, **more)


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; its value is a list."""

    widget = FilesInput(attrs={"class": "desk-input", "style": "width:100%"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_("At most %(most)d files at once.") % {"most": MOST_FILES})
        return [forms.FileField.clean(self, one, initial) for one in given]


class ReasonForm(forms.Form):
    reason = line(gettext_lazy("reason"))


class TextForm(forms.Form):
    text = words(gettext_lazy("text"))


class AnswerForm(forms.Form):
    text = words(gettext_lazy("your answer"), 6)


class SpeakForm(forms.Form):
    text = words(gettext_lazy("position or finding (the parties do not see it)"), 6)


class AgreeForm(forms.Form):
    text = words(gettext_lazy("what is agreed to: explanation, apology, terms"))


class UpholdForm(forms.Form):
    reason = words(gettext_lazy("why the ruling stands"))


class AcceptForm(forms.Form):
    """In a shop of the company somebody has to be named as the accused."""

    employee = forms.ModelChoiceField(
        User.objects.filter(is_active=True, is_staff=True).order_by("username"),
        label=gettext_lazy("employee whom the case is against"),
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        employee = (super().clean() or {}).get("employee")
        return {"employee_id": employee.pk} if employee else {}


class ExhibitForm(forms.Form):
    """Evidence: one or more files of the same kind and source."""

    documents = FilesField(label=gettext_lazy("files (pictures, recordings, videos, PDF, text)"))
    kind = forms.ChoiceField(
        label=gettext_lazy("what it is"), choices=EvidenceKind.choices, widget=UnfoldAdminSelectWidget
    )
    source = line(gettext_lazy("where it comes from (whose chat or call, which day)"), 200)
    protected = forms.BooleanField(
        label=gettext_lazy("hide from the accused: it tells who spoke"), required=False, widget=UnfoldBooleanWidget
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        files, kind, source = data.pop("documents", []), data.pop("kind", ""), data.pop("source", "")
        protected = data.pop("protected", False)
        return data | {"exhibits": [Exhibit(file, kind, source, protected=protected) for file in files]}


class OwnExhibitForm(ExhibitForm):
    """The accused hides nothing from himself."""

    protected = None  # type: ignore[assignment]


class AppealForm(OwnExhibitForm):
    text = words(gettext_lazy("why the ruling is wrong"), 5)
    field_order = ("text", "documents", "kind", "source")


class WitnessForm(forms.Form):
    outsider = line(gettext_lazy("name and phone of the witness"), required=False)
    employee = forms.ModelChoiceField(
        User.objects.filter(is_active=True, is_staff=True).order_by("username"),
        label=gettext_lazy("or employee"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        employee = data.get("employee")
        return {"who": Who(outsider=data.get("outsider", ""), employee_id=employee.pk if employee else None)}


class OutsideWitnessForm(WitnessForm):
    """A party names outsiders only."""

    employee = None  # type: ignore[assignment]


class VerdictForm(forms.Form):
    """CF-10, CF-11: the ruling; the amount starts at the usual of the alleged act."""

    act = forms.ChoiceField(label=gettext_lazy("act found"), required=False, widget=UnfoldAdminSelectWidget)
    amount_yuan = forms.DecimalField(
        label=gettext_lazy("penalty (yuan)"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    measures = forms.MultipleChoiceField(
        label=gettext_lazy("measures besides or instead"),
        choices=Measure.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    suspended_days = forms.IntegerField(
        label=gettext_lazy("suspended for (days)"), min_value=1, required=False, widget=UnfoldAdminIntegerFieldWidget
    )
    reasoning = words(gettext_lazy("reasoning"), 5)
    unusual = line(gettext_lazy("why not the usual penalty"), required=False)

    def about(self, prospects: Sequence[Prospect]) -> None:
        """Offer the acts that this person may find, and the measures that their rules know."""
        choices = [(str(one.act.pk), f"{one.act.code} {one.act.text}") for one in prospects]
        self.fields["act"].choices = [*choices, ("", _("no violation found"))]  # type: ignore[attr-defined]
        penalties = [one.penalty for one in prospects if one.penalty]
        known = frozenset[str]().union(*(one.measures | one.instead for one in penalties))
        self.fields["measures"].choices = [row for row in Measure.choices if row[0] in known]  # type: ignore[attr-defined]
        if not known:
            del self.fields["measures"]
        if Measure.SUSPENSION not in known:
            del self.fields["suspended_days"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        act = data.get("act")
        verdict = Verdict(
            int(act) if act else None,
            data.get("reasoning", ""),
            (data.get("amount_yuan") or ZERO) if act else ZERO,
            tuple(data.get("measures", ())) if act else (),
            data.get("suspended_days"),
            data.get("unusual", ""),
        )
        return {"verdict": verdict}


def first_verdict(prospects: Sequence[Prospect], alleged: Act) -> dict[str, Any]:
    """Return what a verdict starts with: the alleged act, if it may be ruled, with its usual penalty."""
    found = next((one for one in prospects if one.act.pk == alleged.pk), None)
    if found is None or found.penalty is None:
        return {}
    return {"act": str(alleged.pk), "amount_yuan": found.penalty.usual, "measures": sorted(found.penalty.measures)}
