"""CF-1 … CF-12: the rulebooks as documents; drafts of them edited, compared and proposed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from conflicts.models import Rulebook, RulebookVersion
from conflicts.operations import rulebooks
from conflicts.queries import versions
from conflicts.states.rulebook import DRAFT, PROPOSE, VERSION, VIEW, VersionState
from opsdesk import clock
from opsdesk.approvals.models import Approval
from opsdesk.console import rulebook_words, timeline
from opsdesk.console.pages import buttons, rulebook_forms
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.console.pages.buttons import Button
from opsdesk.console.pages.rulebook_forms import PARTS, ProposeForm, ReasonForm
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import DeskError, NotFound

JUDGES = "conflicts.rule_case"

BUTTONS: dict[str, Button] = {
    "propose": Button(gettext_lazy("Propose to the general manager"), rulebooks.propose, PROPOSE, ProposeForm),
    "drop": Button(gettext_lazy("Give up this draft"), rulebooks.drop, DRAFT, ReasonForm, plain=True),
}


def overview(request: HttpRequest) -> HttpResponse:
    """CF-12: every rulebook with its versions; a form to draft another one."""
    return _overview(request, None, 0)


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """CF-11: begin a new version of a rulebook."""
    form, by = ReasonForm(request.POST, prefix=f"book-{pk}"), actor_at(request)
    if not form.is_valid():
        return _overview(request, form, pk)
    made: list[RulebookVersion] = []

    def run() -> None:
        made.append(rulebooks.draft(pk, **form.cleaned_data, by=by, at=clock.now()))

    answer = trying(request, reverse("rulebooks"), run)
    return redirect("rulebook", made[0].pk) if made else answer


def _overview(request: HttpRequest, form: ReasonForm | None, wrong: int) -> HttpResponse:
    by = actor_at(request)
    by.need(VIEW)
    rows = list(RulebookVersion.objects.visible_to(by).exclude(state=VersionState.DROPPED).order_by("-number"))
    books = [
        {
            "book": book,
            "versions": [row for row in rows if row.rulebook_id == book.pk],
            "form": form if form and wrong == book.pk else ReasonForm(prefix=f"book-{book.pk}"),
        }
        for book in Rulebook.objects.order_by("pk")
    ]
    facts = {"books": books, "today": clock.today(), "may": by.may(DRAFT), "wrong": wrong}
    return page(request, "console/rulebooks.html", _("Rulebooks"), **facts)


def rulebook(request: HttpRequest, pk: int) -> HttpResponse:
    """CF-1 … CF-12: a version to read: articles, acts, penalties, who accepts and signs, time limits."""
    return _page(request, pk)


def print_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on bare paper."""
    version = _version(request, pk)
    return render(request, "console/rulebook_print.html", _shown(version))


@posted_from("rulebook")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Make a move of a draft from its page."""
    where = reverse("rulebook", args=[pk])
    return buttons.act(request, BUTTONS, action, pk, where, lambda bound: _page(request, pk, bound))


def _version(request: HttpRequest, pk: int) -> RulebookVersion:
    rows = RulebookVersion.objects.select_related("rulebook", "based_on__rulebook")
    version: RulebookVersion = visible(request, rows, pk, _("version of a rulebook"), right=VIEW)
    return version


def _shown(version: RulebookVersion) -> dict[str, Any]:
    return {"version": version, "today": clock.today(), **rulebook_words.document(version, clock.today())}


def _page(request: HttpRequest, pk: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    version, by = _version(request, pk), actor_at(request)
    waiting = Approval.objects.waiting().filter(kind="rulebook", subject_id=version.pk).first()
    others = RulebookVersion.objects.visible_to(by).filter(rulebook=version.rulebook).order_by("-number")
    draft = version.state == VersionState.DRAFT
    return page(
        request,
        "console/rulebook.html",
        str(version),
        **_shown(version),
        others=others.exclude(pk=version.pk),
        buttons=buttons.shown(BUTTONS, VERSION.allowed(version), by, bound or {}),
        may_edit=draft and by.may(DRAFT),
        may_judge=by.may(JUDGES),
        waiting=waiting,
        wrong=rulebook_words.faults(version) if draft else [],
        parts=PARTS,
        timeline=timeline.of(version) if by.company else [],
    )


def edit(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """CF-11: edit one table of a draft."""
    version, by = _version(request, pk), actor_at(request)
    by.need(DRAFT)
    VERSION.check(version, "drop")
    if part not in PARTS:
        raise NotFound(what=part)
    rows = rulebook_forms.editor(version, part, request.POST or None)
    if request.method == "POST" and rows.is_valid():
        change = rulebook_forms.change_of(version, rows, request.POST.get("seen", ""))
        try:
            rulebooks.edit(pk, change, by=by, at=clock.now())
        except DeskError as why:
            messages.error(request, str(why))
        else:
            messages.success(request, _("Saved."))
            return redirect("rulebook_edit", pk, part)
    seen = request.POST.get("seen") or (version.edited_at.isoformat() if version.edited_at else "")
    facts = {"version": version, "part": part, "parts": PARTS, "rows": rows, "seen": seen}
    return page(request, "console/rulebook_edit.html", f"{version} · {PARTS[part][0]}", **facts)


def diff(request: HttpRequest, pk: int) -> HttpResponse:
    """CF-11: how a version differs from the one that it was drafted from."""
    version = _version(request, pk)
    found = versions.diff_of(version.based_on, version)
    return page(
        request,
        "console/rulebook_diff.html",
        _("%(version)s: what is new") % {"version": version},
        version=version,
        diff=found,
        rows=rulebook_words.changed_rows(found),
        acts=rulebook_words.changed_acts(found),
        seats=rulebook_words.changed_seats(found),
    )


def consequences(request: HttpRequest, pk: int) -> HttpResponse:
    """CF-11: which past rulings would differ under a version; nothing is changed by looking."""
    version = _version(request, pk)
    actor_at(request).need(JUDGES)
    found = versions.would_change(version)
    return page(
        request,
        "console/rulebook_consequences.html",
        _("%(version)s: which past cases would change") % {"version": version},
        version=version,
        looked=found.looked,
        rows=rulebook_words.changed_rulings(found),
    )
