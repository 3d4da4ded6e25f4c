from typing import Any

from django import forms
from django.db.models import Count, Max, Q, Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from channels.models import Correction, Entry, Partner, Statement
from channels.models.correction import BY_HAND
from channels.operations import corrections
from channels.queries import accounts as queries
from opsdesk import clock
from opsdesk.approvals.models import Approval
from opsdesk.console import reasons, sources, timeline
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at, posted_from

VIEW, PROPOSE = "channels.view_entry", "channels.propose_correction"
_MOST = 200  # entries on a page; the list behind it has them all


class CorrectionForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("kind"),
        choices=[(kind.value, kind.label) for kind in BY_HAND],
        widget=UnfoldAdminSelectWidget,
    )
    amount_yuan = forms.DecimalField(
        label=gettext_lazy("amount (yuan); positive: the company owes it"),
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    text = forms.CharField(label=gettext_lazy("what for"), max_length=160, widget=UnfoldAdminTextInputWidget)
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)
    receipt = forms.ImageField(label=gettext_lazy("receipt"), required=False, widget=UnfoldAdminFileFieldWidget)


def overview(request: HttpRequest) -> HttpResponse:
    """FI-1: the accounts that this person may see: balance, what stands on no statement yet, last statement."""
    by = actor_at(request)
    by.need(VIEW)
    totals = {"balance": Sum("amount_yuan"), "open": Sum("amount_yuan", filter=Q(line=None)), "count": Count("pk")}
    sums = Entry.objects.visible_to(by).order_by().values("partner").annotate(**totals)
    by_partner = {row["partner"]: row for row in sums}
    last = Statement.objects.visible_to(by).order_by().values("partner").annotate(last=Max("month"))
    months = dict(last.values_list("partner", "last"))
    rows = [
        (partner, by_partner[partner.pk], months.get(partner.pk))
        for partner in Partner.objects.filter(pk__in=by_partner).order_by("code")
    ]
    if by.partners and len(rows) == 1:
        return redirect("account", rows[0][0].pk)
    total = sum(row["balance"] for _partner, row, _month in rows)
    return page(request, "console/accounts.html", _("Partners' accounts"), rows=rows, total=total)


def account(request: HttpRequest, pk: int) -> HttpResponse:
    """FI-1: one partner's account: balance, entries, statements, what waits."""
    return _page(request, pk)


@posted_from("account")
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """FI-2: ask for a correction or a reimbursement; another signs it."""
    form = CorrectionForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, pk, form)
    wanted = corrections.Wanted(partner_id=pk, **form.cleaned_data)
    return trying(
        request,
        reverse("account", args=[pk]),
        lambda: corrections.propose(wanted, by=actor_at(request), at=clock.now()),
        _("Sent for a signature"),
    )


def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """FI-1: one booking: from what, why this amount, on which statement, taken back by what."""
    rows = Entry.objects.select_related("partner", "line__statement", "reverses", "reversed_by")
    row = visible(request, rows, pk, _("ledger entry"), right=VIEW)
    asked = list(Correction.objects.visible_to(actor_at(request)).filter(takes_back=row).order_by("pk"))
    whole = not row.reverses_id and not hasattr(row, "reversed_by") and not any(c.state != "refused" for c in asked)
    return page(
        request,
        "console/entry.html",
        _("Booking no. %(row)s") % {"row": row.pk},
        entry=row,
        source=sources.of([row])[row.pk],
        because=[reasons.sentence([one]) for one in row.because],
        corrections=asked,
        may_take_back=actor_at(request).may(PROPOSE) and whole and row.kind != "payment",
        timeline=timeline.of(row, *asked),
    )


@posted_from("entry")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """FI-1: ask for a booking to be reversed; another signs it."""
    said = request.POST.get("reason", "")
    return trying(
        request,
        reverse("entry", args=[pk]),
        lambda: corrections.take_back(pk, reason=said, by=actor_at(request), at=clock.now()),
        _("Sent for a signature"),
    )


def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """FI-2: one booking by hand: why, who asked, who signed, its receipt."""
    row = visible(request, Correction.objects.select_related("partner", "takes_back"), pk, _("correction"), right=VIEW)
    approvals = Approval.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk)
    found = list(approvals.prefetch_related("signatures").order_by("pk"))
    return page(
        request,
        "console/correction.html",
        str(row),
        correction=row,
        approvals=found,
        timeline=timeline.of(row, *found),
    )


def receipt(request: HttpRequest, pk: int) -> FileResponse:
    """The receipt of a reimbursement, for who may see the booking."""
    row = visible(request, Correction.objects.exclude(receipt=""), pk, _("receipt"), right=VIEW)
    return FileResponse(row.receipt.open("rb"), content_type="image/jpeg")


def _page(request: HttpRequest, pk: int, form: Any = None) -> HttpResponse:
    by = actor_at(request)
    by.need(VIEW)
    partners = Partner.objects.all() if by.company else Partner.objects.within(by.partners)
    partner: Partner = visible(request, partners, pk, _("partner"), right=VIEW)
    entries = list(
        Entry.objects.visible_to(by)
        .filter(partner=partner)
        .select_related("line__statement")
        .order_by("-booked_on", "-pk")[:_MOST]
    )
    where = sources.of(entries)
    return page(
        request,
        "console/account.html",
        _("Account of %(partner)s") % {"partner": partner},
        partner=partner,
        account=queries.account_of(partner.pk),
        entries=[(row, where[row.pk]) for row in entries],
        most=_MOST,
        statements=Statement.objects.visible_to(by).filter(partner=partner).order_by("-month")[:36],
        waiting=Correction.objects.visible_to(by).filter(partner=partner).waiting().order_by("pk"),
        form=(form or CorrectionForm()) if by.may(PROPOSE) else None,
    )
