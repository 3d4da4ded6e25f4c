from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.models import Job, Refund, Repair
from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.console import timeline
from opsdesk.console.pages import care
from opsdesk.console.pages.base import page, unmasked, visible
from opsdesk.console.pages.refund_forms import AskForm
from opsdesk.entry.web import actor_at, posted_from
from orders.models import Order
from orders.operations import orders
from promotions.models import PriceSignal

VIEW, VIEW_REFUND = "orders.view_order", "aftersales.view_refund"


def order(request: HttpRequest, pk: int) -> HttpResponse:
    """OR-1: everything known of an order on one page, with its timeline."""
    return _page(request, pk)


@posted_from("order")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """AU-2: the same page with the personal data in clear; who looked and why is on the timeline."""
    return _page(request, pk, receiver=unmasked(request, pk, orders.show, right=VIEW))


def _page(request: HttpRequest, pk: int, **shown: object) -> HttpResponse:
    rows = Order.objects.select_related("shop__platform", "shop__operator", "region", "customer", "source")
    row = visible(request, rows, pk, _("order"), right=VIEW)
    by = actor_at(request)
    jobs = list(Job.objects.visible_to(by).filter(order=row).select_related("owner", "region").order_by("pk"))
    refunds = list(Refund.objects.visible_to(by).filter(order=row).order_by("pk")) if by.may(VIEW_REFUND) else []
    repairs = list(
        Repair.objects.visible_to(by)
        .filter(order=row)
        .select_related("product", "holder_user", "holder_partner")
        .order_by("pk")
    )
    signals = _price_signals(row, by)
    same = (
        Order.objects.visible_to(by).filter(customer=row.customer_id).exclude(pk=pk)
        if row.customer_id
        else Order.objects.none()
    )
    cared = care.of(by, jobs, row)
    return page(
        request,
        "console/order.html",
        _("Order %(number)s") % {"number": row.number},
        order=row,
        lines=row.lines.select_related("listing__product").order_by("pk"),
        jobs=jobs,
        refunds=refunds,
        ask_form=AskForm() if by.may("aftersales.ask_refund") else None,
        repairs=repairs,
        may_register=by.may("aftersales.register_repair"),
        others=same.select_related("shop").order_by("-ordered_at", "-pk")[:20],
        price_signals=signals,
        timeline=timeline.of(row, *jobs, *refunds, *repairs, *signals, *cared["callbacks"], *cared["complaints"]),
        may_show=by.may("orders.show_order"),
        back=reverse("admin:orders_order_changelist"),
        now=clock.now(),
        **cared,
        **shown,
    )


def _price_signals(row: Order, by: Actor) -> list[PriceSignal]:
    """DS-11: what is wrong with the prices that were paid, for who may see that."""
    if not by.may("promotions.view_pricesignal"):
        return []
    found = PriceSignal.objects.visible_to(by).filter(line__order=row)
    return list(found.select_related("product").order_by("pk"))
