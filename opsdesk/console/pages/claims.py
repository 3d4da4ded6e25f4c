from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from channels.models import Shop
from opsdesk import clock
from opsdesk.console.pages.base import page
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError, NotFound
from orders.models import Order
from promotions.models import Draw, Pot
from promotions.operations import claims, draws
from promotions.queries import claims as queries
from promotions.rules import draws as rule
from promotions.states.claim import ClaimKind
from promotions.states.plan import OfferKind

MOST_NUMBERS = 500
CLAIMED_HERE = [choice for choice in ClaimKind.choices if choice[0] != ClaimKind.DRAW]
"""Who has won is not entered, but drawn."""


class ClaimsForm(forms.Form):
    """One order number a line; each is answered by itself."""

    pot = forms.ModelChoiceField(
        Pot.objects.none(), label=gettext_lazy("budget and quota"), widget=UnfoldAdminSelectWidget
    )
    kind = forms.ChoiceField(choices=CLAIMED_HERE, label=gettext_lazy("kind"), widget=UnfoldAdminSelectWidget)
    amount_yuan = forms.DecimalField(
        label=gettext_lazy("amount (yuan)"),
        min_value=Decimal("0.01"),
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    numbers = forms.CharField(
        label=gettext_lazy("order numbers, one a line"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 8})
    )
    proof = forms.CharField(
        label=gettext_lazy("proof"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )


class DrawForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("name of the draw"), max_length=80, widget=UnfoldAdminTextInputWidget)
    pot = forms.ModelChoiceField(
        Pot.objects.none(), label=gettext_lazy("budget and quota"), widget=UnfoldAdminSelectWidget
    )
    prize_yuan = forms.DecimalField(
        label=gettext_lazy("prize (yuan)"),
        min_value=Decimal("0.01"),
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    places = forms.IntegerField(label=gettext_lazy("winners"), min_value=1, widget=UnfoldAdminIntegerFieldWidget)
    opens_at = forms.SplitDateTimeField(label=gettext_lazy("orders paid from"), widget=UnfoldAdminSplitDateTimeWidget)
    closes_at = forms.SplitDateTimeField(label=gettext_lazy("until (exclusive)"), widget=UnfoldAdminSplitDateTimeWidget)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("opens_at") and data.get("closes_at") and data["opens_at"] >= data["closes_at"]:
            raise forms.ValidationError(_("The end must lie after the beginning."))
        return data


def enter(request: HttpRequest) -> HttpResponse:
    """PR-18: enter claims for many orders at once: first come first served, and each gets its own answer."""
    by = actor_at(request)
    by.need("promotions.enter_claim")
    form = ClaimsForm(request.POST or None)
    fitting = queries.pots_for(*dict(CLAIMED_HERE)).visible_to(by).not_shut()
    form.fields["pot"].queryset = fitting.order_by("-pk")  # type: ignore[attr-defined]
    answers = _entered(form, request) if form.is_valid() else []
    return page(request, "console/claims.html", _("Enter claims"), form=form, answers=answers)


def _entered(form: ClaimsForm, request: HttpRequest) -> list[tuple[str, bool, str]]:
    by, at, data = actor_at(request), clock.now(), form.cleaned_data
    wanted = claims.Wanted(data["pot"].pk, data["kind"], data["amount_yuan"], data["proof"])
    numbers = list(dict.fromkeys(data["numbers"].split()))[:MOST_NUMBERS]
    found: dict[str, list[int]] = {}
    for pk, number in Order.objects.visible_to(by).filter(number__in=numbers).values_list("pk", "number"):
        found.setdefault(number, []).append(pk)
    answers = []
    for number in numbers:
        try:
            if len(found.get(number, ())) != 1:
                raise NotFound(what=_("Order %(number)s") % {"number": number})
            claim = claims.enter(found[number][0], wanted, by=by, at=at)
            answers.append((number, True, f"{claim} · {claim.get_state_display()}"))
        except DeskError as why:
            answers.append((number, False, str(why)))
    return answers


def open_draw(request: HttpRequest) -> HttpResponse:
    """PR-12: open a draw; its public page shows the fingerprint of the seed at once."""
    by = actor_at(request)
    by.need("promotions.run_draw")
    form = DrawForm(request.POST or None)
    fitting = Pot.objects.visible_to(by).meant_for(OfferKind.DRAW).not_shut()
    form.fields["pot"].queryset = fitting.order_by("-pk")  # type: ignore[attr-defined]
    if form.is_valid():
        data = form.cleaned_data | {"pot": form.cleaned_data["pot"].pk}
        return redirect("draw", draws.open_draw(draws.Planned(**data), by=by, at=clock.now()).pk)
    return page(request, "console/draw_new.html", _("Open a draw"), form=form)


def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """PR-12: the public page of a draw: fingerprints, entries, seed, winners, and how to check it. No login."""
    row = Draw.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(what=f"{Draw._meta.verbose_name} {pk}")
    number, shop = request.GET.get("number", "").strip()[:60], request.GET.get("shop", "").strip()[:40]
    mine = draws.entry_of(shop, number) if number and shop else ""
    context = {
        "draw": row,
        "holds": bool(row.seed) and rule.holds(row.seed_print, row.seed, row.entries, row.winners),
        "number": number,
        "shop": shop,
        "mine": mine,
        "takes_part": mine in row.entries,
        "has_won": mine in row.winners,
        "shops": Shop.objects.filter(active=True).order_by("pk"),
    }
    return render(request, "console/draw.html", context)


def draw_entries(request: HttpRequest, pk: int) -> HttpResponse:
    """PR-12: every entry of a draw, one a line, so that anybody can work out the winners himself. No login."""
    row = Draw.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(what=f"{Draw._meta.verbose_name} {pk}")
    return HttpResponse("\n".join(sorted(row.entries)), content_type="text/plain; charset=utf-8")
