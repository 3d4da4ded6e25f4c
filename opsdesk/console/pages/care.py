"""What order and job pages show of call-backs and complaints."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from aftersales.models import Callback, Complaint, Job
from opsdesk.actor import Actor
from orders.models import Order


def of(by: Actor, jobs: Sequence[Job], order: Order | None = None) -> dict[str, Any]:
    """AS-9, AS-10: return the call-backs and complaints of these jobs and this order, for who may see them."""
    callbacks, complaints = Callback.objects.none(), Complaint.objects.none()
    if by.may("aftersales.view_callback"):
        callbacks = Callback.objects.visible_to(by).filter(job__in=jobs).order_by("pk")
    if by.may("aftersales.view_complaint"):
        which = Q(job__in=jobs) | (Q(order=order) if order else Q(pk__in=()))
        complaints = Complaint.objects.visible_to(by).filter(which).select_related("owner", "kind").order_by("pk")
    return {"callbacks": list(callbacks), "complaints": list(complaints)}
