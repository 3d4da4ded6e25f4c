import io
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from aftersales.states.refund import RefundState
from channels.connectors import files
from channels.connectors.base import PlatformOrder, PlatformRefund
from channels.models import Shop
from opsdesk import clock
from opsdesk.console.pages.base import page, trying, visible
from opsdesk.entry.web import actor_at, posted_from
from opsdesk.errors import Invalid, NotFound
from orders.models import Import
from orders.operations import imports, rejects
from orders.queries import preview
from orders.states import ImportState, OrderState


class UploadForm(forms.Form):
    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("shop"), widget=UnfoldAdminSelectWidget)
    file = forms.FileField(label=gettext_lazy("export file"), widget=UnfoldAdminFileFieldWidget)

    def clean_file(self) -> Any:
        """Refuse what no import takes before a byte of it is read."""
        file = self.cleaned_data["file"]
        if file.size > imports.MOST_BYTES:
            raise forms.ValidationError(str(imports.TooLarge(name=file.name)))
        return file


def upload(request: HttpRequest) -> HttpResponse:
    """OR-3: hand a file in; its page then shows what it would bring, and waits for a yes."""
    by = actor_at(request)
    by.need("orders.add_import")
    form = UploadForm(request.POST or None, request.FILES or None)
    form.fields["shop"].queryset = Shop.objects.visible_to(by).filter(active=True).order_by("platform", "name")  # type: ignore[attr-defined]
    if form.is_valid():
        file = form.cleaned_data["file"]
        held = imports.hold(form.cleaned_data["shop"].pk, name=file.name, content=file.read(), by=by, at=clock.now())
        return redirect("import", held.pk)
    return page(request, "console/upload.html", _("Import orders"), form=form)


def source(request: HttpRequest, pk: int) -> HttpResponse:
    """OR-3: one import: what it would bring, its progress, its counts, its rejected rows."""
    row = visible(request, Import.objects.select_related("shop__platform"), pk, _("import"), right="orders.view_import")
    open_rows = row.rejected_rows.all().open().order_by("line")
    seen, error = _looked(row) if row.state == ImportState.PREVIEW else (None, "")
    title = _("Import %(name)s") % {"name": row.name}
    return page(
        request,
        "console/import.html",
        title,
        source=row,
        rejects=open_rows[:200],
        seen=seen,
        of_refunds=seen.refunds if seen else files.brings_refunds(row.format),
        sample=_sample(seen),
        error=error,
    )


def _sample(seen: preview.Preview | None) -> list[tuple[PlatformOrder | PlatformRefund, str]]:
    """The first orders or refunds with their state in words."""
    return [(item, _state(item)) for item in (seen.sample if seen else ())]


def _state(item: PlatformOrder | PlatformRefund) -> str:
    if isinstance(item, PlatformRefund):
        return str(RefundState(item.progress).label) if item.progress else "–"
    return str(OrderState(item.state).label) if item.state else "–"


def _looked(row: Import) -> tuple[preview.Preview | None, str]:
    try:
        return preview.look(
            imports.read(row), name=row.name, shop_code=row.shop.code, most_rejects=20, most_rows=20_000
        ), ""
    except Invalid as why:
        return None, str(why)


@posted_from("import")
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Start or discard a held file."""
    buttons = {"start": imports.start, "discard": imports.discard}
    if action not in buttons:
        raise NotFound(what=action)
    by, at = actor_at(request), clock.now()
    return trying(request, reverse("import", args=[pk]), lambda: buttons[action](pk, by=by, at=at))


def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """How far an import is, for its page while it runs."""
    row = visible(request, Import.objects.all(), pk, _("import"), right="orders.view_import")
    return JsonResponse({"state": row.state, "rows": row.rows, "new": row.new, "rejected": row.rejected})


def rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """OR-3: the rejected rows as a file that can be mended and imported again."""
    by = actor_at(request)
    row = visible(request, Import.objects.all(), pk, _("import"), right="orders.add_import")
    content = rejects.as_file(row.pk, by=by, at=clock.now())
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejected-{row.pk}.csv"'
    return response


def original(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it was handed in, for who may import; the download is written down."""
    row = visible(request, Import.objects.all(), pk, _("import"), right="orders.add_import")
    content = rejects.original(row.pk, by=actor_at(request), at=clock.now())
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=row.name)
