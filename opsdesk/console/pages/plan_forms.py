"""PR-14: what the pages of a plan and of a brand day ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from channels.models import Product
from opsdesk.money import ZERO
from promotions.models.brand_event import DAYS
from promotions.operations.drafting import EventDraft, OfferDraft
from promotions.operations.plans import Draft
from promotions.queries.plan_facts import selling_shops
from promotions.states.plan import Festival, OfferKind


def money(label: Any, **more: Any) -> forms.DecimalField:
    """A field of an amount in yuan."""
    return forms.DecimalField(
        label=label, min_value=0, max_digits=12, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget, **more
    )


def number(label: Any, **more: Any) -> forms.IntegerField:
    """A field of a whole number."""
    return forms.IntegerField(label=label, min_value=0, widget=UnfoldAdminIntegerFieldWidget, **more)


def text(label: Any, most: int, **more: Any) -> forms.CharField:
    """A field of one line."""
    return forms.CharField(label=label, max_length=most, widget=UnfoldAdminTextInputWidget, **more)


def day(label: Any, **more: Any) -> forms.DateField:
    """A field of a day."""
    return forms.DateField(label=label, widget=UnfoldAdminSingleDateWidget, **more)


class PlanForm(forms.Form):
    year = number(_("year"))
    first_month = number(_("first month"), initial=4)
    sales_yuan = money(_("sales of the whole year (yuan)"))
    goal_yuan = money(_("goal of the brand days (yuan)"))
    promotion_yuan = money(_("promotion budget of the year (yuan)"))
    budget_yuan = money(_("budget of the brand days (yuan)"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return data if self.errors else {"draft": Draft(**data)}


class CopyForm(forms.Form):
    year = number(_("into the year"))


class EventForm(forms.Form):
    name = text(_("name"), 60)
    theme = text(_("theme"), 120, required=False)
    starts_on = day(_("first day"))
    days = number(_("days"), initial=DAYS)
    extra_days = number(_("extended by (days)"), initial=0)
    extended_because = text(_("extended because"), 200, required=False)
    festival = forms.ChoiceField(
        label=_("festival"), choices=[("", "–"), *Festival.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    application = text(_("application (festivals)"), 300, required=False)
    budget_yuan = money(_("budget (yuan)"))
    stock_by = day(_("stock settled by"), required=False, help_text=_("Empty: a week before."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return data if self.errors else {"draft": EventDraft(**data, own_application=bool(data["festival"]))}


class OfferForm(forms.Form):
    kind = forms.ChoiceField(label=_("kind"), choices=OfferKind.choices, widget=UnfoldAdminSelectWidget)
    product = forms.ModelChoiceField(
        Product.objects.none(), label=_("product"), required=False, widget=UnfoldAdminSelectWidget
    )
    price_yuan = money(_("price (yuan)"), required=False)
    amount_yuan = money(_("amount each (yuan)"), required=False, help_text=_("Of a gift: what it costs us."))
    per_yuan = money(_("for each full (yuan)"), required=False, help_text=_("Across shops; empty: once."))
    quota = number(_("quota"), required=False)
    budget_yuan = money(_("budget (yuan)"), required=False, help_text=_("Empty: amount × quota."))
    stock_need = number(_("stock needed"), required=False, help_text=_("Empty: as much as the quota."))
    given_out_on = day(_("given out on (coupons)"), required=False)
    shops = forms.MultipleChoiceField(
        label=_("shops"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None ticked: all that are entitled."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = Product.objects.filter(active=True).order_by("code")  # type: ignore[attr-defined]
        self.fields["shops"].choices = [(str(shop.pk), str(shop)) for shop in selling_shops()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        product, shops = data.pop("product"), data.pop("shops")
        cost = (data["amount_yuan"] or ZERO) * (data["quota"] or 0)
        if data["budget_yuan"] is None:
            data["budget_yuan"] = cost
        if data["stock_need"] is None:
            data["stock_need"] = (data["quota"] or 0) if data["price_yuan"] is not None else 0
        return {
            "draft": OfferDraft(
                **data, product_id=product.pk if product else None, shop_ids=tuple(int(pk) for pk in shops)
            )
        }


class ExtendForm(forms.Form):
    days = number(_("by how many days"), initial=1)
    reason = text(_("reason"), 200)


class ReviewForm(forms.Form):
    lessons = forms.CharField(
        label=_("what was learnt"), max_length=2000, required=False, widget=UnfoldAdminTextareaWidget
    )


class StopForm(forms.Form):
    reason = text(_("reason"), 300)
    sure = forms.BooleanField(
        label=_("Prices and rewards end at once; this cannot be undone."), widget=UnfoldBooleanWidget
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data.pop("sure", None)
        return data
