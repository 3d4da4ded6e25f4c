"""DS-11: why a price is the lowest allowed; the floors of a shop for a day; what a planned price would change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
)

from channels.models import Product, Shop
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.console.pages import price_nets
from opsdesk.console.pages.base import page
from opsdesk.days import local, midnight
from opsdesk.entry.excel import workbook
from opsdesk.entry.web import actor_at
from promotions.queries import charged, cuts, floors
from promotions.rules.floors import Floor, Judgement, Stretch
from promotions.rules.grants import Grant
from promotions.rules.nets import SPECIAL
from promotions.states.price import GrantKind
from promotions.states.price_rule import OUTCOMES, WHY, Seller

VIEW = "promotions.view_pricerule"
_AHEAD = timedelta(days=60)
_TONES = {"won": "desk-good", "opened": "desk-bad"}
CHARGED = {
    "no_list_price": gettext_lazy("No list price is known for then."),
    "lowered": gettext_lazy("The list price was lowered; nothing was raised."),
    "too_young": gettext_lazy("Not charged: the list price is too young to count discounts from it (PR-16)."),
    "never_paid": gettext_lazy("Not charged: nobody has ever paid this list price (PR-16)."),
    "paid": gettext_lazy("The list price has really been paid."),
}


class ShopForm(forms.Form):
    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("shop"), widget=UnfoldAdminSelectWidget)

    def narrow(self, by: Actor) -> None:
        """CH-5: nobody is shown shops that he may not see."""
        mine = Shop.objects.visible_to(by).filter(active=True)
        self.fields["shop"].queryset = mine.order_by("platform", "name")  # type: ignore[attr-defined]


class DayForm(ShopForm):
    on = forms.DateField(label=gettext_lazy("day"), widget=UnfoldAdminDateWidget)


class FloorForm(ShopForm):
    product = forms.ModelChoiceField(
        Product.objects.order_by("code"), label=gettext_lazy("model"), widget=UnfoldAdminSelectWidget
    )
    at = forms.SplitDateTimeField(label=gettext_lazy("moment"), widget=UnfoldAdminSplitDateTimeWidget)
    kind = forms.ChoiceField(
        label=gettext_lazy("planned: kind"), choices=GrantKind, required=False, widget=UnfoldAdminSelectWidget
    )
    price = forms.DecimalField(
        label=gettext_lazy("planned: price (yuan)"), min_value=Decimal(0), max_digits=12, decimal_places=2,
        required=False, widget=UnfoldAdminDecimalFieldWidget,
    )  # fmt: skip
    since = forms.DateField(label=gettext_lazy("planned: from"), required=False, widget=UnfoldAdminDateWidget)
    until = forms.DateField(
        label=gettext_lazy("planned: until (last day)"), required=False, widget=UnfoldAdminDateWidget
    )

    shown = forms.DecimalField(
        label=gettext_lazy("price shown (yuan)"), min_value=Decimal(0), max_digits=12, decimal_places=2,
        required=False, widget=UnfoldAdminDecimalFieldWidget,
    )  # fmt: skip
    line = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def planned(self) -> Grant | None:
        """The grant that is only tried out, if its price and both days are given."""
        said = self.cleaned_data
        if said["price"] is None or not said["since"] or not said["until"]:
            return None
        return Grant(
            said["kind"] or GrantKind.CAMPAIGN.value, said["shop"].pk, said["product"].pk, said["price"],
            midnight(said["since"]), midnight(said["until"] + timedelta(days=1)),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until and (until < since or until - since > timedelta(days=400)):
            raise forms.ValidationError(_("A planned time ends after it begins, and within 400 days."))
        return said


@dataclass(frozen=True)
class Reason:
    """A judgement in words."""

    judgement: Judgement
    outcome: str
    tone: str
    why: str
    name: str
    without: Decimal | None
    decides: bool


def why(request: HttpRequest) -> HttpResponse:
    """DS-11: choose a shop, a model and a moment: the floor, every rule with why, and what it would be without each."""
    by = actor_at(request)
    by.need(VIEW)
    form = _bound(FloorForm, request, by, {"at": local(clock.now()).replace(second=0, microsecond=0)})
    found = _found(form, by) if form.is_bound and form.is_valid() else {}
    return page(request, "console/price_floor.html", _("Why this price?"), form=form, **found)


def _bound(form: type[ShopForm], request: HttpRequest, by: Actor, initial: dict[str, Any]) -> Any:
    made = form(request.GET if "shop" in request.GET else None, initial=initial)
    made.narrow(by)
    return made


def _found(form: FloorForm, by: Actor) -> dict[str, Any]:
    shop, product, at, line = (form.cleaned_data[name] for name in ("shop", "product", "at", "line"))
    price = form.cleaned_data["shown"] or price_nets.price_of(shop.pk, product.pk)
    answer = floors.price_floor(shop.pk, product.pk, at)
    proof = charged.proofs([product.pk], at)[product.pk]
    grant = form.planned()
    net = price_nets.shown(shop.pk, product.pk, price, at) if price else None
    return {
        "shop": shop,
        "product": product,
        "at": at,
        "floor": answer,
        "seller": Seller(answer.seller).label,
        "reasons": list(reasons(answer)),
        "proof": proof.charged,
        "proof_text": CHARGED[proof.charged.why],
        "crossed": price_nets.crossed(shop.pk, product.pk, proof),
        "net": net,
        "net_below": net is not None and not answer.allows(net.yuan),
        "sale": price_nets.sale(line, by) if line else None,
        "grant": grant,
        "planned": _compared(shop.pk, product.pk, grant) if grant else [],
        "ahead": [(one, _made_by(one.floor)) for one in floors.price_history(shop.pk, product.pk, at, at + _AHEAD)],
    }


def reasons(answer: Floor) -> Iterator[Reason]:
    """Return every rule and grant that was considered, in words, the deciding one first."""
    without = dict(answer.without)
    for one in answer.judgements:
        yield Reason(
            one, str(OUTCOMES[one.outcome]), _TONES.get(one.outcome, ""), str(WHY[one.why]), _named(one),
            without.get(one.code), one.code in without and without[one.code] != answer.yuan,
        )  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """A stretch with a planned grant: its floor, the floor without it, and what a customer would pay then."""

    stretch: Stretch
    before: Decimal | None
    net: Decimal | None

    @property
    def below(self) -> bool:
        """Whether the planned price, with everything taken off, would be below the floor."""
        return self.net is not None and not self.stretch.floor.allows(self.net)


def _compared(shop_id: int, product_id: int, grant: Grant) -> list[Compared]:
    """The floors over the planned time and a day around it, with the grant and without it, and the net price in it."""
    start, end = grant.starts_at - timedelta(days=1), grant.ends_at + timedelta(days=1)
    without = floors.price_history(shop_id, product_id, start, end)
    with_it = floors.price_history(shop_id, product_id, start, end, extra=[grant])
    reductions = cuts.Cuts.over(start, end)
    changes = reductions.change_points(shop_id, product_id, start, end)
    moments = sorted({*changes, *(m for one in (*without, *with_it) for m in (one.starts_at, one.ends_at))})

    def net(at: datetime) -> Decimal | None:
        special = grant.kind in SPECIAL
        if not grant.starts_at <= at < grant.ends_at:
            return None
        return reductions.net(shop_id, product_id, grant.price_yuan, at, special=special).yuan

    return [
        Compared(Stretch(since, until, _at(with_it, since).floor), _at(without, since).floor.yuan, net(since))
        for since, until in zip(moments, moments[1:], strict=False)
    ]


def _at(told: tuple[Stretch, ...], moment: datetime) -> Stretch:
    return next(one for one in told if one.starts_at <= moment < one.ends_at)


def of_shop(request: HttpRequest) -> HttpResponse | FileResponse:
    """DS-11: the floors of all models of a shop over a day, as a table or as Excel."""
    by = actor_at(request)
    by.need(VIEW)
    form = _bound(DayForm, request, by, {"on": clock.today()})
    if not (form.is_bound and form.is_valid()):
        return page(request, "console/shop_floors.html", _("Floors of a shop"), form=form)
    shop, on = form.cleaned_data["shop"], form.cleaned_data["on"]
    rows = list(_rows(floors.floors_of_shop(shop.pk, on)))
    if "excel" in request.GET:
        return _excel(shop, on, rows, by)
    return page(request, "console/shop_floors.html", _("Floors of a shop"), form=form, shop=shop, on=on, rows=rows)


@dataclass(frozen=True)
class Row:
    """One model and stretch of the day."""

    product: Product
    stretch: Stretch
    price: Decimal | None
    below: bool
    winner: str
    first: bool

    def cells(self) -> tuple[Any, ...]:
        """As the Excel file has them."""
        floor = self.stretch.floor
        return (
            self.product.code, self.product.name, self.stretch.starts_at, self.stretch.ends_at, floor.list_yuan,
            floor.yuan, self.winner, self.price, str(_("below the floor")) if self.below else "",
        )  # fmt: skip


def _rows(found: list[floors.DayOfModel]) -> Iterator[Row]:
    for one in found:
        price = min((price for price in one.prices if price is not None), default=None)
        for place, stretch in enumerate(one.stretches):
            below = price is not None and not stretch.floor.allows(price)
            yield Row(one.product, stretch, price, below, _made_by(stretch.floor), place == 0)


def _made_by(answer: Floor) -> str:
    return "" if answer.winner is None else _named(answer.winner)


def _named(one: Judgement) -> str:
    """A rule by its name, a grant by its kind."""
    return one.name if one.row == "rule" else str(GrantKind(one.row).label)


def _excel(shop: Shop, on: date, rows: list[Row], by: Actor) -> FileResponse:
    columns = (
        (_("model"), 16), (_("name"), 32), (_("from"), 17), (_("until (exclusive)"), 17), (_("list price (yuan)"), 12),
        (_("floor (yuan)"), 12), (_("made by"), 32), (_("price (yuan)"), 12), (_("note"), 16),
    )  # fmt: skip
    book = workbook(str(_("Floors of a shop")), columns, (row.cells() for row in rows))
    audit.record(shop, "shop.export_floors", by=by, at=clock.now(), rows=len(rows), on=on)
    return FileResponse(book, as_attachment=True, filename=f"floors-{shop.code}-{on:%Y%m%d}.xlsx")
