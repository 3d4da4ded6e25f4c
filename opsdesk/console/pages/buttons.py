"""Buttons of a record's page: each an operation, some ask for something first."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console.pages.base import trying
from opsdesk.entry.web import actor_at
from opsdesk.errors import NotFound


@dataclass(frozen=True)
class Button:
    """What a person may do: its label, the operation, the right, what it asks for. A form may be made from the row."""

    label: Any
    run: Callable[..., Any]
    right: str
    form: type[forms.Form] | None = None
    plain: bool = False


def shown(
    buttons: Mapping[str, Button], possible: Iterable[str], by: Actor, bound: Mapping[str, Any], **of: Any
) -> list[tuple[str, Button, Any]]:
    """Return what this person may do now: action, button, form (as it was filled in, if it had errors)."""
    allowed = set(possible)
    return [
        (action, button, bound.get(action) or (button.form and button.form(prefix=action, **of)))
        for action, button in buttons.items()
        if action in allowed and by.may(button.right)
    ]


def act(
    request: HttpRequest,
    buttons: Mapping[str, Button],
    action: str,
    pk: int,
    where: str,
    again: Callable[[dict[str, Any]], HttpResponse],
) -> HttpResponse:
    """Run the operation behind a button; a form with errors is shown again by `again`."""
    if action not in buttons:
        raise NotFound(what=action)
    button = buttons[action]
    form = button.form(request.POST, prefix=action) if button.form else None
    if form is not None and not form.is_valid():
        return again({action: form})
    values = form.cleaned_data if form else {}
    return trying(request, where, lambda: button.run(pk, by=actor_at(request), at=clock.now(), **values), button.label)
