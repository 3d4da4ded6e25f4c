from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminDateWidget, UnfoldAdminDecimalFieldWidget

from opsdesk import clock
from opsdesk.entry.admin import DeskAdmin, VersionedAdmin, bulk
from opsdesk.entry.web import actor_at
from promotions.models import LegalReview, PriceRule
from promotions.operations import price_rules
from promotions.states.price_rule import RuleKind, Seller, Tag


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    without_tags = forms.MultipleChoiceField(
        label=_("but not marked as"), choices=Tag, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    binds = forms.MultipleChoiceField(label=_("binds"), choices=Seller, widget=UnfoldAdminCheckboxSelectMultipleWidget)

    class Meta:
        model = PriceRule
        exclude: tuple[str, ...] = ()


class ReplaceForm(forms.Form):
    figure = forms.DecimalField(
        label=_("share or amount"), max_digits=12, decimal_places=4, widget=UnfoldAdminDecimalFieldWidget
    )
    valid_from = forms.DateField(label=_("valid from"), widget=UnfoldAdminDateWidget)


@admin.register(PriceRule)
class PriceRuleAdmin(VersionedAdmin):
    """DS-11, DS-12: the rulebook of prices."""

    form = RuleForm
    list_display = (
        "name", "code", "amount_shown", "where_shown", "when", "binds_shown", "consequence", "valid_from", "valid_to",
    )  # fmt: skip
    fields = (
        "code", "name", "kind", "figure", "of_platform", "platform", "mode", "shop", "partner", "product", "series",
        "tag", "without_tags", "when", "binds", "consequence", "legal_review", "valid_from", "valid_to",
    )  # fmt: skip
    list_filter = ("kind", "when", "tag", "consequence", "platform")
    list_select_related = ("platform", "of_platform", "shop", "partner", "product")
    search_fields = ("name", "code")
    autocomplete_fields = ("of_platform", "platform", "shop", "partner", "product", "legal_review")
    actions = (
        bulk(_("Replace by another figure"), price_rules.replace, right="promotions.add_pricerule", form=ReplaceForm),
    )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Once entered its fields are shown, not asked for; then the plain form is enough."""
        return super().get_form(request, obj, change, **(kwargs | ({"form": forms.ModelForm} if obj else {})))

    def save_model(self, request: HttpRequest, obj: PriceRule, form: Any, change: bool) -> None:
        """A new rule is entered by the operation, so that what it touches is looked over."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            price_rules.enter(obj, by=actor_at(request), at=clock.now())

    @display(description=_("not below"))
    def amount_shown(self, rule: PriceRule) -> str:
        if rule.kind == RuleKind.YUAN:
            return f"¥{rule.figure:.2f}"
        of = rule.of_platform.name if rule.of_platform else _("list price")
        return f"{of} × {rule.figure.normalize():f}"

    @display(description=_("where"))
    def where_shown(self, rule: PriceRule) -> str:
        named = (rule.platform, rule.get_mode_display(), rule.shop, rule.partner, rule.product, rule.series)
        marks = [rule.get_tag_display(), *(f"≠{Tag(tag).label}" for tag in rule.without_tags)]
        return " · ".join(str(one) for one in (*named, *marks) if one) or str(_("everywhere"))

    @display(description=_("binds"))
    def binds_shown(self, rule: PriceRule) -> str:
        if len(rule.binds) == len(Seller):
            return str(_("everybody"))
        return "、".join(str(Seller(one).label) for one in rule.binds)


@admin.register(LegalReview)
class LegalReviewAdmin(DeskAdmin):
    """DS-12: entered by the GM office, written once."""

    list_display = ("rule_code", "allows_fine", "opinion", "reviewed_by", "reviewed_at")
    fields = ("rule_code", "allows_fine", "opinion")
    search_fields = ("rule_code", "opinion")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: LegalReview, form: Any, change: bool) -> None:
        said = {name: getattr(obj, name) for name in ("opinion", "allows_fine")}
        made = price_rules.review(obj.rule_code, by=actor_at(request), at=clock.now(), **said)
        obj.pk = made.pk
