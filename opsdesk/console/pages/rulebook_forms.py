"""CF-11: the forms of a draft's editor: one table of rows at a time."""

from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from conflicts.models import Act, Clause, PenaltyRow, RulebookVersion, SeatRule
from conflicts.operations.rulebooks import Change
from conflicts.states.rulebook import Measure
from opsdesk.console.pages.plan_forms import day, text

_WIDGETS: dict[type[forms.Field], type[forms.Widget]] = {
    forms.DecimalField: UnfoldAdminDecimalFieldWidget,
    forms.IntegerField: UnfoldAdminIntegerFieldWidget,
    forms.TypedChoiceField: UnfoldAdminSelectWidget,
    forms.ModelChoiceField: UnfoldAdminSelectWidget,
    forms.BooleanField: UnfoldBooleanWidget,
}


class ReasonForm(forms.Form):
    reason = text(_("reason"), 300)


class ProposeForm(ReasonForm):
    valid_from = day(_("to be in force from"))


class LinesField(forms.CharField):
    """Text of several lines; a browser sends them back with other line ends, which are no change."""

    widget = UnfoldAdminTextareaWidget

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return found.replace("\r\n", "\n") if isinstance(found, str) else found


def _dressed(field: Any, **kwargs: Any) -> Any:
    """Give a model's field the widget that all pages use."""
    if isinstance(field, models.TextField):
        kwargs["form_class"] = LinesField
    made: Any = field.formfield(**kwargs)
    for kind, widget in _WIDGETS.items():
        if made is not None and type(made) is kind:
            choices = getattr(made, "choices", None)
            made.widget = widget()
            if choices is not None:
                made.widget.choices = choices
            made.widget.is_required = made.required
    return made


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row of a draft; offers only what belongs to the same draft."""

    def __init__(self, *args: Any, version: RulebookVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "clause" in self.fields:
            self.fields["clause"].queryset = version.clauses.order_by("position", "pk")  # type: ignore[attr-defined]
        if "act" in self.fields:
            self.fields["act"].queryset = version.acts.order_by("pk")  # type: ignore[attr-defined]


class TextForm(RowForm):
    class Meta:
        model = RulebookVersion
        fields = ("preamble", "repeat_days", "reason")
        widgets = {"preamble": UnfoldAdminTextareaWidget(attrs={"rows": 6}), "reason": UnfoldAdminTextInputWidget}
        formfield_callback = _dressed


class ClauseForm(RowForm):
    class Meta:
        model = Clause
        fields = ("position", "number", "title", "text")
        widgets = {
            "number": UnfoldAdminTextInputWidget,
            "title": UnfoldAdminTextInputWidget,
            "text": UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        }
        formfield_callback = _dressed


class ActForm(RowForm):
    class Meta:
        model = Act
        fields = ("code", "clause", "clazz", "text", "price_rule")
        widgets = {"code": UnfoldAdminTextInputWidget, "text": UnfoldAdminTextInputWidget}
        formfield_callback = _dressed


class PenaltyForm(RowForm):
    measures = forms.MultipleChoiceField(
        label=_("and besides"), choices=Measure, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    instead = forms.MultipleChoiceField(
        label=_("or instead"), choices=Measure, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = PenaltyRow
        fields = ("act", "punished", "times", "least_yuan", "usual_yuan", "most_yuan", "measures", "instead")
        formfield_callback = _dressed

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        least, usual, most = (data.get(name) for name in ("least_yuan", "usual_yuan", "most_yuan"))
        if least is not None and usual is not None and not least <= usual <= (usual if most is None else most):
            self.add_error("usual_yuan", _("The usual amount lies between the least and the most."))
        return data


class SeatForm(RowForm):
    class Meta:
        model = SeatRule
        fields = ("clazz", "stage", "seat", "role", "instead")
        formfield_callback = _dressed

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") and data.get("role") == data.get("instead"):
            self.add_error("instead", _("Name another role."))
        return data


PARTS: dict[str, tuple[Any, type[RowForm]]] = {
    "text": (_("Preamble and repeats"), TextForm),
    "clauses": (_("Clauses"), ClauseForm),
    "acts": (_("Acts"), ActForm),
    "penalties": (_("Penalties"), PenaltyForm),
    "seats": (_("Who accepts and signs"), SeatForm),
}


def editor(version: RulebookVersion, part: str, data: Any = None) -> Any:
    """Return the rows of one part of a draft as a set of forms."""
    form, whole = PARTS[part][1], part == "text"
    made = forms.modelformset_factory(
        form._meta.model, form=form, extra=0 if whole else 1, can_delete=not whole, max_num=500
    )
    fresh = [{"position": version.clauses.count() + 1}] if part == "clauses" else None
    facts: dict[str, Any] = {"form_kwargs": {"version": version}, "initial": fresh, "prefix": part}
    return made(data, queryset=_rows(version, part), **facts)


def _rows(version: RulebookVersion, part: str) -> Any:
    return {
        "text": RulebookVersion.objects.filter(pk=version.pk),
        "clauses": version.clauses.order_by("position", "pk"),
        "acts": version.acts.order_by("pk"),
        "penalties": PenaltyRow.objects.filter(act__version=version).order_by("act", "punished", "times"),
        "seats": version.seats.order_by("pk"),
    }[part]


def change_of(version: RulebookVersion, rows: Any, seen: str) -> Change:
    """Return what was changed in a valid set of forms; `seen` came with the page."""
    saved: list[Any] = rows.save(commit=False)
    values: dict[str, Any] = {}
    if rows.model is RulebookVersion:
        values = {name: getattr(row, name) for row, names in rows.changed_objects for name in names}
        saved = []
    for row in saved:
        if not isinstance(row, PenaltyRow):
            row.version = version
    moment: datetime | None = parse_datetime(seen) if seen else None
    return Change(seen=moment, values=values, saved=saved, removed=rows.deleted_objects)
