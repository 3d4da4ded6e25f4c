"""Pages without a login: health, readiness, and the verification of certificates (CH-4)."""

import logging
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from channels.queries import certificates
from opsdesk import clock
from opsdesk.sla.models import Heartbeat

logger = logging.getLogger(__name__)

BEAT_LATE_AFTER = timedelta(minutes=5)


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations and beat: what must hold for the product to do its work."""
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        last = Heartbeat.objects.filter(name="beat").values_list("at", flat=True).first()
    except DatabaseError as why:
        logger.error("Not ready: %s", why)
        return JsonResponse({"database": "unavailable"}, status=503)
    alive = last is not None and last > clock.now() - BEAT_LATE_AFTER
    answer = {"database": "ok", "migrations": "behind" if behind else "ok", "beat": "ok" if alive else "silent"}
    return JsonResponse(answer, status=503 if behind else 200)


def certificate(request: HttpRequest) -> HttpResponse:
    """CH-4: anybody may ask whether a certificate number is valid."""
    number = request.GET.get("number", "").strip()[:40]
    found = certificates.verify(number, on=clock.today()) if number else None
    return render(request, "console/certificate.html", {"number": number, "found": found})
