"""AS-1: the report, piece by piece: whatever has arrived stays, so that a broken line costs one photo at most."""

import base64
import binascii
import io
from typing import IO, Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from aftersales.models import Draft, Visit
from aftersales.operations import jobs, reports
from aftersales.operations.visits import MOST_PHOTOS
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console.phone.frame import phone
from opsdesk.console.phone.jobs import visible
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError, NotFound
from opsdesk.photos import NotAPhoto, small

_DRAWN = "data:image/png;base64,"


@phone
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """AS-1: serial number, photos, signature, and the button that hands them in; each is kept as it comes."""
    visible(request, pk)
    if request.method == "GET":
        return _page(request, pk)
    try:
        done = _take(request, pk)
    except NotFound:
        raise
    except reports.ReportedAlready as why:
        messages.success(request, str(why))
        return redirect("phone_job", pk)
    except DeskError as why:
        return _page(request, pk, status=why.status, error=str(why))
    messages.success(request, _("Reported as done. Thank you.") if done else _("Saved."))
    return redirect("phone_job", pk) if done else redirect("phone_report", pk)


def _take(request: HttpRequest, pk: int) -> bool:
    """Hand each part that was sent to its operation; return whether the report was handed in."""
    by, at = actor_at(request), clock.now()
    given, files = request.POST, request.FILES
    plate: Any = files.get("plate")
    if given.get("drop", "").isdecimal():
        reports.drop_photo(pk, photo_id=int(given["drop"]), by=by, at=at)
    reports.keep_serial(pk, serial_number=given.get("serial_number", ""), by=by, at=at)
    for photo in files.getlist("photos"):
        reports.keep_photo(pk, photo=photo, by=by, at=at)
    if plate:
        reports.scan(pk, photo=plate, by=by, at=at)
    if given.get("drawing") or given.get("signer", "").strip():
        jobs.sign(pk, signature=_drawn(given.get("drawing", "")), name=given.get("signer", ""), by=by, at=at)
    if "finish" in given:
        reports.finish(pk, serial_number=given.get("serial_number", ""), by=by, at=at)
    return "finish" in given


def _drawn(address: str) -> IO[bytes] | None:
    """Read the picture that a canvas wrote into a field."""
    if not address:
        return None
    try:
        return io.BytesIO(base64.b64decode(address.removeprefix(_DRAWN), validate=True))
    except binascii.Error as why:
        raise NotAPhoto(name=_("signature")) from why


@phone
@require_POST
def send(request: HttpRequest, pk: int) -> JsonResponse:
    """AS-1: take one photo from the page's script, which sends it again until it is here."""
    sent: Any = request.FILES.get("photo")
    try:
        if not sent:
            raise NotAPhoto(name="")
        row = reports.keep_photo(pk, photo=sent, by=actor_at(request), at=clock.now())
    except DeskError as why:
        return JsonResponse({"code": why.code, "message": str(why)}, status=why.status)
    return JsonResponse({"photo": row.pk, "photos": row.draft.photos.count()})


@phone
@require_GET
def photo(request: HttpRequest, pk: int, photo_id: int) -> FileResponse:
    """A photo of the draft, small, for who works on the job."""
    row = reports.photo_of(pk, photo_id, by=actor_at(request))
    return FileResponse(small(row.photo), content_type="image/jpeg")


def _page(request: HttpRequest, pk: int, *, status: int = 200, **shown: Any) -> HttpResponse:
    by: Actor = actor_at(request)
    row = visible(request, pk)
    draft = Draft.objects.visible_to(by).filter(job=row, partner=row.owner_id).first()
    photos = list(draft.photos.order_by("pk")) if draft else []
    context = {
        "job": row,
        "serial_number": request.POST.get("serial_number", "") or (draft.serial_number if draft else ""),
        "photos": photos,
        "most": MOST_PHOTOS,
        "left": MOST_PHOTOS - len(photos),
        "visit": Visit.objects.planned().filter(job=row).first(),
        "draft": draft,
    }
    if draft and not shown.get("error") and draft.serial_number:
        context["serial_number"] = draft.serial_number
    return render(request, "phone/report.html", context | shown, status=status)
