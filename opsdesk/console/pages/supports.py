from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from channels.models import Product, Shop
from opsdesk import clock
from opsdesk.console import timeline
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError, NotFound
from opsdesk.people.queries import names_of
from promotions.models import Rebate, SupportApplication, SupportProof
from promotions.operations import rebates, supports
from promotions.queries import supports as queries
from promotions.states.support import APPLICATION, RebatePeriod, SupportKind

VIEW = "promotions.view_supportapplication"


class AskForm(forms.Form):
    kind = forms.ChoiceField(choices=SupportKind.choices, label=gettext_lazy("kind"), widget=UnfoldAdminSelectWidget)
    product = forms.ModelChoiceField(
        Product.objects.none(), label=gettext_lazy("product"), required=False, widget=UnfoldAdminSelectWidget
    )
    starts_on = forms.DateField(label=gettext_lazy("from"), widget=UnfoldAdminDateWidget)
    days = forms.IntegerField(label=gettext_lazy("days"), min_value=1, widget=UnfoldAdminIntegerFieldWidget)
    cost_yuan = forms.DecimalField(
        label=gettext_lazy("cost stated (yuan)"),
        min_value=0,
        decimal_places=2,
        initial=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)
    proof = forms.FileField(
        label=gettext_lazy("proof (invoice, account report)"), required=False, widget=UnfoldAdminFileFieldWidget
    )


def shop(request: HttpRequest, pk: int) -> HttpResponse:
    """DS-1 … DS-7: what a shop may still ask for, with reasons, and the form to ask."""
    by, at = actor_at(request), clock.now()
    rows = Shop.objects.select_related("platform", "operator")
    row = visible(request, rows, pk, _("shop"), right=VIEW)
    tomorrow = clock.today() + timedelta(days=1)
    form = AskForm(request.POST or None, request.FILES or None, initial={"starts_on": tomorrow})
    form.fields["product"].queryset = Product.objects.filter(active=True, installed=True).order_by("code")  # type: ignore[attr-defined]
    if form.is_valid() and (made := _asked(form, request, row)):
        return redirect("support", made.pk)
    own = SupportApplication.objects.visible_to(by).filter(shop=row).select_related("product").order_by("-pk")[:50]
    return page(
        request,
        "console/support_shop.html",
        _("Support for %(shop)s") % {"shop": row},
        shop=row,
        left=queries.left_of(row, at=at) if row.operator_id else [],
        form=form if by.may("promotions.ask_support") and row.operator_id else None,
        applications=own,
    )


def _asked(form: AskForm, request: HttpRequest, row: Shop) -> SupportApplication | None:
    data = form.cleaned_data
    product = data["product"].pk if data["product"] else None
    asked = supports.Asked(data["kind"], data["starts_on"], data["days"], data["reason"], data["cost_yuan"], product)
    proofs = [data["proof"]] if data["proof"] else []
    try:
        return supports.ask(row.pk, asked, proofs=proofs, by=actor_at(request), at=clock.now())
    except DeskError as why:
        form.add_error(None, str(why))
        return None


def support(request: HttpRequest, pk: int) -> HttpResponse:
    """DS-1 … DS-7: one application: what was asked, proved, verified, approved, and what it does."""
    rows = SupportApplication.objects.select_related("shop__platform", "partner", "product")
    row = visible(request, rows, pk, _("support application"), right=VIEW)
    return page(
        request,
        "console/support.html",
        str(row),
        application=row,
        verified_by=names_of([row.verified_by]).get(row.verified_by, row.verified_by),
        proofs=row.proofs.order_by("pk"),
        reasons=[queries.why(because) for because in row.because],
        allowed=APPLICATION.allowed(row),
        timeline=timeline.of(row),
    )


def proof(request: HttpRequest, pk: int) -> FileResponse:
    """DS-2: a proof, for who may see its application."""
    by = actor_at(request)
    by.need(VIEW)
    found = SupportProof.objects.filter(pk=pk, application__in=SupportApplication.objects.visible_to(by)).first()
    if found is None:
        raise NotFound(what=f"{SupportProof._meta.verbose_name} {pk}")
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name or f"{found.sha256[:12]}")


class PeriodForm(forms.Form):
    period = forms.ChoiceField(
        choices=RebatePeriod.choices, label=gettext_lazy("period"), widget=UnfoldAdminSelectWidget
    )
    day = forms.DateField(label=gettext_lazy("a day of it"), widget=UnfoldAdminDateWidget)


def rebate(request: HttpRequest) -> HttpResponse:
    """FI-4: the preview of a period's rebates, and the button that proposes them once it is over."""
    by, at = actor_at(request), clock.now()
    by.need("promotions.run_rebate")
    last_month = clock.today().replace(day=1) - timedelta(days=1)
    form = PeriodForm(request.GET or {"period": RebatePeriod.MONTH, "day": last_month.isoformat()})
    period, day = _period(form, last_month)
    if request.method == "POST":
        where = reverse("admin:promotions_rebate_changelist")
        return trying(request, where, lambda: rebates.propose_all(period, day, by=by, at=at))
    starts_on, ends_on = rebates.span_of(period, day)
    span = {"starts_on": starts_on, "ends_on": ends_on}
    context: dict[str, Any] = {"form": form, "query": request.GET.urlencode(), **span}
    rows = list(rebates.computed(period, day, at=at))
    known = {row.partner_id: row for row in Rebate.objects.filter(period=period, starts_on=starts_on)}
    context["open"] = clock.today() >= ends_on and any(row.partner_id not in known for row in rows)
    context["rows"] = [(row, known.get(row.partner_id)) for row in rows]
    context["total"] = sum((row.amount_yuan for row in rows), start=0)
    return page(request, "console/rebates.html", _("Rebates"), **context)


def _period(form: PeriodForm, otherwise: date) -> tuple[str, date]:
    if form.is_valid():
        return form.cleaned_data["period"], form.cleaned_data["day"]
    return RebatePeriod.MONTH, otherwise
