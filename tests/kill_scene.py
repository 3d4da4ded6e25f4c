"""What the kill test runs inside the product's own processes: `python -m tests.kill_scene <what>`."""

import json
import os
import sys
from datetime import timedelta

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "opsdesk.settings"
HOW_MANY = 12_000
HEADER = (
    "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址 ,联系手机,"
    "订单创建时间,订单付款时间 ,确认收货时间,退款金额"
)
ROW = (
    '="{number}",b{n},201.12,201.12,交易成功,张{n},广东省 广州市 天河区 天河路{n}号(510000),'
    "'{phone},{ordered},{ordered},{signed},0.00"
)


def rows() -> str:
    """An export of orders that were all signed for, half of them long ago, half of them just now."""
    from opsdesk import clock
    from opsdesk.days import local

    now = local(clock.now())
    just_now, long_ago = (f"{now - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}" for hours in (2, 500))
    ordered = f"{now - timedelta(hours=600):%Y-%m-%d %H:%M:%S}"
    return "\r\n".join(
        ROW.format(
            number=3 * 10**15 + n,
            n=n,
            phone=19900000000 + n,
            ordered=ordered,
            signed=just_now if n % 2 else long_ago,
        )
        for n in range(HOW_MANY)
    )


def set_up() -> None:
    """One shop, one agent for all of Guangdong, one manager, and the file handed in."""
    from opsdesk import clock
    from opsdesk.actor import SYSTEM
    from opsdesk.console import reference
    from orders.operations import imports
    from tests import make

    reference.load()
    make.territory(make.partner("gd", email="gd@example.invalid"), "44")
    make.user("boss", "kpi.receive_report", company=True)
    content = "\r\n".join((HEADER, rows(), "")).encode("gb18030")
    imports.receive(make.shop().pk, name="big.csv", content=content, by=SYSTEM, at=clock.now())


def count() -> dict[str, object]:
    """What there is now: to be compared with what there should be."""
    from django.db.models import Count

    from aftersales.models import Job, Offer
    from opsdesk.audit.models import Event
    from opsdesk.notify.models import Mail
    from opsdesk.sla.models import Timer
    from orders.models import Customer, Import, Line, Order

    source = Import.objects.get()
    events = dict(Event.objects.values_list("action").annotate(n=Count("pk")))
    return {
        "import": [source.state, source.new, source.updated, source.unchanged, source.rejected],
        "orders": Order.objects.count(),
        "lines": Line.objects.count(),
        "customers": Customer.objects.count(),
        "jobs": Job.objects.count(),
        "job_states": sorted(set(Job.objects.values_list("state", flat=True))),
        "offers": Offer.objects.count(),
        "timers": Timer.objects.count(),
        "missed": events.get("installation.missed", 0),
        "entered": events.get("order.enter", 0),
        "opened": events.get("job.open", 0),
        "offered": events.get("job.offer", 0),
        "mails": Mail.objects.filter(key__startswith="kpi:").count(),
        "cursor": source.cursor,
    }


def age(minutes: int = 6) -> None:
    """Let time pass for a run whose worker was killed."""
    from datetime import timedelta

    from django.db.models import F

    from orders.models import Import

    Import.objects.update(moved_at=F("moved_at") - timedelta(minutes=minutes))


def nudge() -> None:
    """Put on the queue what beat would put there within the next minutes."""
    from opsdesk.celery import SCHEDULE, app

    for task, _when in SCHEDULE.values():
        app.send_task(task)


if __name__ == "__main__":
    django.setup()
    answer = {"set_up": set_up, "count": count, "age": age, "nudge": nudge}[sys.argv[1]]()
    sys.stdout.write(json.dumps(answer))
