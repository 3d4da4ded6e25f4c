"""What every admin page inherits: visible_to first, no counting of big tables, buttons that are operations."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError, NotAllowed


class OutOfScope(NotAllowed):
    code, sentence = "out_of_scope", _("{what} would lie outside what you are responsible for; it was not saved.")


class Colours(dict[str, str]):
    """Colours of badges by value; one without is grey, where Unfold would show the bare value instead of its label."""

    def __missing__(self, value: str) -> str:
        return ""


class BoundedPaginator(Paginator):
    """Counts to 10,000 and no further: nobody pages beyond, and a full count costs seconds on a big table."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.most].count())


class FigureFilter(admin.SimpleListFilter):
    """KP-1: narrows a list to exactly the rows that a figure counted (the link of every figure leads here)."""

    title = _("figure")
    parameter_name = "figure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = request.GET.get(self.parameter_name, "")
        return [(value, import_module(settings.FIGURE_LISTS).label(value))] if value else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return import_module(settings.FIGURE_LISTS).narrow(queryset, value) if value else queryset


def queue_filter(**queues: tuple[Any, Callable[[Any], Any]]) -> type[admin.SimpleListFilter]:
    """Make a filter of work queues: name → (label, QuerySet method); the sidebar links to them."""

    class QueueFilter(admin.SimpleListFilter):
        title = _("queue")
        parameter_name = "queue"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(name, label) for name, (label, _narrow) in queues.items()]

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            found = queues.get(self.value() or "")
            return found[1](queryset) if found else queryset

    return QueueFilter


def own_queue_filter(queues: Sequence[tuple[str, Any, Callable[[Any, Actor, datetime], Any]]]) -> Any:
    """Make a filter of work queues that depend on who asks, and when: (name, label, narrow(rows, by, at))."""

    class OwnQueueFilter(admin.SimpleListFilter):
        title, parameter_name = _("queue"), "queue"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [(name, label) for name, label, _narrow in queues]

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            for name, _label, narrow in queues:
                if name == self.value():
                    return narrow(queryset, actor_at(request), clock.now())
            return queryset

    return OwnQueueFilter


def choice_filter(
    label: Any, parameter: str, choices: Callable[[], Iterable[tuple[str, str]]], lookup: str
) -> type[admin.SimpleListFilter]:
    """Make a filter over a few known choices, asked for by `lookup`; never DISTINCT over a big table."""

    class ChoiceFilter(admin.SimpleListFilter):
        title = label
        parameter_name = parameter

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return list(choices())

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            return queryset.filter(**{lookup: self.value()}) if self.value() else queryset

    return ChoiceFilter


class DeskAdmin(ModelAdmin):
    """Base of all admin classes. `visible_to(actor)` is the first word of every list and of every row."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.visible_to(actor_at(request)).order_by("-pk")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        by = actor_at(request)
        actions = super().get_actions(request)
        return {name: row for name, row in actions.items() if by.may(getattr(row[0], "right", ""))}


class ReadOnlyAdmin(DeskAdmin):
    """For whatever has a state: read-only fields, no add, no delete; work is done by actions."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Recorded:
    """AU-3: what is edited in a form, and in the rows below it, is written down with old and new values."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        old = {name: form.initial.get(name) for name in form.changed_data} if change else {}
        new = {name: form.cleaned_data.get(name) for name in form.changed_data}
        facts = {name: [str(old.get(name, "")), str(value)] for name, value in new.items() if "password" not in name}
        action = "record.change" if change else "record.add"
        self.write_down(request, obj, facts, action)

    def write_down(self, request: HttpRequest, obj: Any, facts: dict[str, Any], action: str = "record.change") -> None:
        """Record what was changed: field → old and new value."""
        audit.record(obj, action, by=actor_at(request), at=clock.now(), changed=facts)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """AU-3: rows edited below a record are recorded on it, too."""
        super().save_formset(request, form, formset, change)  # type: ignore[misc]
        name = str(formset.model._meta.verbose_name)
        rows = [("", str(row)) for row in formset.new_objects]
        rows += [(", ".join(fields), str(row)) for row, fields in formset.changed_objects]
        rows += [(str(row), "") for row in formset.deleted_objects]
        for old, new in rows:
            self.write_down(request, form.instance, {name: [old, new]})


class MasterDataAdmin(Recorded, DeskAdmin):
    """For plain master data: edited in place, never deleted (it is referred to), every change recorded.

    A code is permanent: scopes and files refer to it. Nobody saves what he could not see afterwards (CH-5).
    """

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [field.name for field in self.opts.fields if obj and field.name == "code"]
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the code in its place at the top, read-only or not."""
        return sorted(super().get_fields(request, obj), key=lambda name: name != "code")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not self.model._default_manager.visible_to(actor_at(request)).filter(pk=obj.pk).exists():
            raise OutOfScope(what=str(obj))


class VersionedAdmin(MasterDataAdmin):
    """For rules as dated rows: once entered, only their end may be set; a change is a new row."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [field.name for field in self.opts.fields if field.editable and field.name != "valid_to"]
        return list(dict.fromkeys([*super().get_readonly_fields(request, obj), *(fixed if obj else ())]))


class VersionsInline(TabularInline):
    """Dated rows below a record: new ones are added, old ones stay."""

    extra = 0
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RowsInline(TabularInline):
    """Read-only rows of another table below a record."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def bulk(label: Any, operation: Callable[..., Any], *, right: str, form: type[forms.Form] | None = None) -> Any:
    """Make an admin action of an operation: each row its own transaction and its own answer.

    With a form, a page between asks for what the operation needs besides (a reason, a day); its cleaned data are
    passed on as keyword arguments. A form with a method `narrow(by)` offers each person only what he may choose.
    """

    @admin.action(description=label)
    def run(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        asked = _asked(request, form) if form else None
        if asked is not None and not (asked.is_bound and asked.is_valid()):
            return _ask(model_admin, request, queryset, asked, label)
        _run_each(model_admin, request, queryset, label, partial(operation, **(asked.cleaned_data if asked else {})))
        return None

    run.__name__ = operation.__name__
    run.right = right  # type: ignore[attr-defined]
    return run


def _asked(request: HttpRequest, form: type[forms.Form]) -> forms.Form:
    asked = form(request.POST if "answered" in request.POST else None, request.FILES or None)
    if hasattr(asked, "narrow"):
        asked.narrow(actor_at(request))
    return asked


def _run_each(model_admin: Any, request: HttpRequest, queryset: Any, label: Any, operation: Callable[..., Any]) -> None:
    by, at, done = actor_at(request), clock.now(), 0
    for pk in queryset.order_by("pk").values_list("pk", flat=True):
        try:
            operation(pk, by=by, at=at)
            done += 1
        except DeskError as why:
            model_admin.message_user(request, str(why), messages.WARNING)
    if done:
        model_admin.message_user(request, _("%(label)s: %(done)d done") % {"label": label, "done": done})


def _ask(model_admin: Any, request: HttpRequest, queryset: Any, form: forms.Form, label: Any) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": label,
        "opts": model_admin.model._meta,
        "form": form,
        "rows": queryset[:50],
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "action": request.POST.get("action"),
        "all": request.POST.get("select_across", "0"),
    }
    return render(request, "console/ask.html", context)
