"""CF-8, CF-13: the form by which a case is filed, by hand or from a signal."""

import re
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from channels.models import Partner, Shop
from conflicts.models import Act, Signal
from conflicts.operations import filing
from conflicts.operations.filing import MOST_ORDERS, Filing, Who
from conflicts.queries import rulebooks
from conflicts.states.case import FILE, PartyRole, Side
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console.pages.base import page, visible
from opsdesk.console.pages.case_forms import line, words
from opsdesk.days import local
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError
from opsdesk.money import ZERO
from opsdesk.people.models import User
from orders.models import Order

JUDGE = "conflicts.judge_signal"
_BETWEEN = re.compile(r"[\s,;，；、]+")


def _choice(rows: Any, label: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(rows, label=label, required=False, widget=UnfoldAdminSelectWidget)


class FileForm(forms.Form):
    """A new case; shops and partners of others are named as people know them, one's own are chosen."""

    title = line(gettext_lazy("what it is about, in one line"), 120)
    acted_on = forms.DateField(label=gettext_lazy("day of the act"), widget=UnfoldAdminDateWidget)
    act = forms.ChoiceField(label=gettext_lazy("act"), widget=UnfoldAdminSelectWidget)
    story = words(gettext_lazy("what happened"), 7)
    accused_shop = line(gettext_lazy("accused shop (name or code)"), 80, required=False)
    accused_partner = line(gettext_lazy("or accused distributor or agent (name or code)"), 80, required=False)
    accused_employee = _choice(
        User.objects.filter(is_active=True, is_staff=True).order_by("username"), gettext_lazy("or accused employee")
    )
    filer_shop = _choice(Shop.objects.none(), gettext_lazy("shop that lost by it"))
    filer_partner = _choice(Partner.objects.none(), gettext_lazy("or distributor or agent that lost by it"))
    side = forms.ChoiceField(
        label=gettext_lazy("or department that files"),
        choices=[("", "–"), *Side.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    orders = line(gettext_lazy("order numbers"), 1000, required=False)
    money_yuan = forms.DecimalField(
        label=gettext_lazy("money at stake (yuan)"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    witness = line(gettext_lazy("witness: name and phone (kept sealed)"), required=False)
    protected = forms.BooleanField(
        label=gettext_lazy("hide us and our story from the accused"), required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, *args: Any, by: Actor, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["filer_shop"].queryset = Shop.objects.visible_to(by).order_by("code")  # type: ignore[attr-defined]
        partners = Partner.objects.visible_to(by).filter(active=True).order_by("code")
        self.fields["filer_partner"].queryset = partners  # type: ignore[attr-defined]
        if not by.company:
            del self.fields["accused_employee"], self.fields["side"]
        self.fields["act"].choices = _acts({today, self._day() or today})  # type: ignore[attr-defined]

    def _day(self) -> date | None:
        """The day of the act as it was typed: the acts of its rulebooks are offered, too."""
        typed = self.data.get(self.add_prefix("acted_on")) or self.initial.get("acted_on")
        try:
            day: date | None = forms.DateField().clean(typed)
        except forms.ValidationError:
            return None
        return day

    def clean_orders(self) -> list[int]:
        numbers = [number for number in _BETWEEN.split(self.cleaned_data["orders"]) if number][:MOST_ORDERS]
        found: dict[str, int] = dict(
            Order.objects.visible_to(self.by).filter(number__in=numbers).order_by("pk").values_list("number", "pk")
        )
        missing = [number for number in numbers if number not in found]
        if missing:
            raise forms.ValidationError(_("No order with this number: %(number)s") % {"number": "、".join(missing)})
        return [found[number] for number in dict.fromkeys(numbers)]

    def clean_accused_shop(self) -> Shop | None:
        return _known(Shop.objects.all(), self.cleaned_data["accused_shop"])  # type: ignore[no-any-return]

    def clean_accused_partner(self) -> Partner | None:
        return _known(Partner.objects.all(), self.cleaned_data["accused_partner"])  # type: ignore[no-any-return]

    def clean(self) -> dict[str, Any]:
        """Find the act in the rulebook of its day: it may be another version than that of today."""
        data = super().clean() or {}
        if data.get("act") and data.get("acted_on"):
            book, _sep, code = data["act"].partition(":")
            acts = {(act.version.rulebook.code, act.code): act for act in rulebooks.acts_on(data["acted_on"])}
            data["act_id"] = getattr(acts.get((book, code)), "pk", 0)
            if not data["act_id"]:
                self.add_error("act", _("The rulebook of that day knows no such act."))
        return data

    def filing(self, signal_id: int | None) -> Filing:
        """What the operation is told."""
        data = self.cleaned_data
        witness = data["witness"].strip()
        return Filing(
            act_id=data["act_id"],
            acted_on=data["acted_on"],
            title=data["title"],
            story=data["story"],
            accused=_who(data["accused_shop"], data["accused_partner"], data.get("accused_employee")),
            filer=_who(data["filer_shop"], data["filer_partner"], None, protected=data["protected"]),
            side=data.get("side", ""),
            orders=data["orders"],
            money_yuan=data["money_yuan"] or ZERO,
            signal_id=signal_id,
            others=[(PartyRole.WITNESS, Who(outsider=witness))] if witness else [],
        )


def _who(shop: Shop | None, partner: Partner | None, employee: User | None, *, protected: bool = False) -> Who:
    return Who(
        shop_id=shop.pk if shop else None,
        partner_id=partner.pk if partner else None,
        employee_id=employee.pk if employee else None,
        protected=protected,
    )


def _known(rows: Any, typed: str) -> Any:
    """The one row of this name or code; None where nothing was typed."""
    if not typed.strip():
        return None
    found = list(rows.filter(Q(code__iexact=typed.strip()) | Q(name=typed.strip())).order_by("pk")[:2])
    if len(found) != 1:
        raise forms.ValidationError(
            _("Nobody has this name or code.") if not found else _("Several have this name; give the code.")
        )
    return found[0]


def _acts(days: set[date]) -> list[Any]:
    """The acts of the rulebooks of these days, by rulebook; an act is the same through all versions."""
    groups: dict[str, dict[str, str]] = {}
    for day in sorted(days, reverse=True):
        for act in rulebooks.acts_on(day):
            of = groups.setdefault(act.version.rulebook.name, {})
            of.setdefault(f"{act.version.rulebook.code}:{act.code}", f"{act.code} {act.text}")
    return [("", "–"), *((name, list(acts.items())) for name, acts in groups.items())]


def file(request: HttpRequest) -> HttpResponse:
    """CF-8: file a case; `?signal=` fills the form with what a detector has found (CF-13)."""
    by, at = actor_at(request), clock.now()
    by.need(FILE)
    signal = _signal(request)
    initial = _from_signal(signal) if signal else {"acted_on": local(at).date()}
    form = FileForm(request.POST or None, by=by, today=local(at).date(), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = filing.file(form.filing(signal.pk if signal else None), by=by, at=at)
        except DeskError as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Case filed. Add the evidence now."))
            return redirect("case", made.pk)
    return page(request, "console/case_new.html", _("File a case"), form=form, signal=signal)


def _signal(request: HttpRequest) -> Signal | None:
    pk = request.GET.get("signal", "")
    if not pk.isdigit():
        return None
    rows = Signal.objects.select_related(
        "shop", "partner", "harmed_shop", "first_order__shop", "order__shop", "refund", "product"
    )
    found: Signal = visible(request, rows, int(pk), _("signal"), right=JUDGE)
    return found


def _from_signal(signal: Signal) -> dict[str, Any]:
    """What a signal fills in; who files reads it over and writes what else he knows."""
    day = local(signal.happened_at).date()
    act: Act | None = next((act for act in rulebooks.acts_on(day) if act.code == signal.act), None)
    orders = [order.number for order in (signal.first_order, signal.order) if order]
    return {
        "title": _title(signal),
        "acted_on": day,
        "act": f"{act.version.rulebook.code}:{act.code}" if act else "",
        "story": "\n".join(_story(signal)),
        "accused_partner": signal.partner.code if signal.partner else "",
        "accused_shop": signal.shop.code if signal.shop and not signal.partner else "",
        "filer_shop": signal.harmed_shop_id,
        "orders": " ".join(dict.fromkeys(orders)),
        "money_yuan": signal.money_yuan,
    }


def _title(signal: Signal) -> str:
    who = signal.partner or signal.shop
    return f"{signal.get_kind_display()}：{who}" if who else str(signal.get_kind_display())


def _story(signal: Signal) -> list[str]:
    """The facts of a signal in sentences; the accused will read them, so its confidence is left out."""
    said = []
    for sentence, order in (
        (_("Order that was lost: %(number)s (%(shop)s)."), signal.first_order),
        (_("Order that was won: %(number)s (%(shop)s)."), signal.order),
    ):
        if order:
            said.append(sentence % {"number": order.number, "shop": order.shop})
    if signal.refund:
        said.append(_("Refund: %(refund)s.") % {"refund": signal.refund})
    if signal.product:
        said.append(_("Model: %(product)s.") % {"product": signal.product})
    return said
