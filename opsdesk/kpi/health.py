"""KP-4: what makes today's figures doubtful, said on top of the mail and of the start page."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Max, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from channels.models import Listing, Shop
from opsdesk.actor import Actor
from opsdesk.days import local
from opsdesk.kpi.definitions import BY_KEY
from opsdesk.kpi.figures import href_of
from opsdesk.kpi.models import Period
from opsdesk.kpi.spans import span
from opsdesk.sla.models import Heartbeat, WorkCalendar
from orders.models import Import, Order, RejectedRow
from orders.states import ImportState

STALE_AFTER = timedelta(days=2)
STUCK_AFTER = timedelta(hours=1)
SWEEP_LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Doubt:
    """A reason to mistrust the figures, with a link to where it can be mended."""

    text: str
    href: str = ""


def doubts(by: Actor, day: date, *, at: datetime) -> tuple[Doubt, ...]:
    """Return what is stale, failed or incomplete, the worst first. Five queries."""
    return (*_failed(by, day), *_stuck(by, at), *_stale(by, day), *_asleep(at), *_unread(by), *_calendar(at))


def _failed(by: Actor, day: date) -> list[Doubt]:
    today = span(Period.DAY, day)
    failed = BY_KEY["imports_failed"]
    rows = failed.rows(Import.objects.visible_to(by), today).order_by("pk").values_list("name", "shop__name", "error")
    return [
        Doubt(
            _("Import failed: %(file)s (%(shop)s): %(error)s") % {"file": file, "shop": shop, "error": error},
            href_of(failed, today),
        )
        for file, shop, error in rows[:10]
    ]


def _stuck(by: Actor, at: datetime) -> list[Doubt]:
    """Files that nobody takes in: no worker, or one that fails again and again."""
    waiting = Import.objects.visible_to(by).filter(state__in=(ImportState.WAITING, ImportState.RUNNING))
    names = waiting.filter(entered_at__lt=at - STUCK_AFTER).order_by("pk").values_list("name", flat=True)[:5]
    where = settings.SITE_URL + reverse("admin:orders_import_changelist")
    return [Doubt(_("Not taken in yet: %(file)s – is a worker running?") % {"file": name}, where) for name in names]


def _stale(by: Actor, day: date) -> list[Doubt]:
    """Shops that used to send files, whose last file and newest order are both days old when the business day ends."""
    end = span(Period.DAY, day).end
    done = Import.objects.visible_to(by).filter(state=ImportState.DONE, shop__active=True)
    files = dict(done.values_list("shop_id").annotate(last=Max("entered_at")))
    newest = Order.objects.filter(shop=OuterRef("pk"), ordered_at__isnull=False).order_by("-ordered_at")
    orders = Shop.objects.filter(pk__in=files).annotate(last=Subquery(newest.values("ordered_at")[:1]))
    seen = [(shop, files[shop], order) for shop, order in orders.values_list("pk", "last")]
    stale = {shop: order for shop, file, order in seen if order and max(file, order) < end - STALE_AFTER}
    names = Shop.objects.filter(pk__in=stale).order_by("name").values_list("name", flat=True)
    if not names:
        return []
    first = local(min(stale.values())).date()
    words = {"shops": "、".join(names), "days": STALE_AFTER.days, "day": first}
    return [Doubt(_("No file for more than %(days)d days: %(shops)s (oldest order %(day)s). Import theirs.") % words)]


def _asleep(at: datetime) -> list[Doubt]:
    last = Heartbeat.objects.filter(name="sla.sweep").values_list("at", flat=True).first()
    if last is None:
        return [Doubt(_("The deadline sweep has never run: start worker and beat."))]
    if last < at - SWEEP_LATE_AFTER:
        return [
            Doubt(
                _("The deadline sweep last ran at %(last)s: worker or beat stands still.")
                % {"last": f"{local(last):%Y-%m-%d %H:%M}"}
            )
        ]
    return []


def _unread(by: Actor) -> list[Doubt]:
    found = []
    if rows := RejectedRow.objects.visible_to(by).open().count():
        where = settings.SITE_URL + reverse("admin:orders_rejectedrow_changelist")
        found.append(
            Doubt(
                _("%(rows)d rejected rows wait to be mended: their orders are missing here.") % {"rows": rows},
                where,
            )
        )
    if items := Listing.objects.visible_to(by).unmapped().count():
        where = settings.SITE_URL + reverse("admin:channels_listing_changelist") + "?queue=unmapped"
        found.append(Doubt(_("%(items)d items are not mapped to a model yet.") % {"items": items}, where))
    return found


def _calendar(at: datetime) -> list[Doubt]:
    soon = (at + timedelta(days=14)).date()
    late = WorkCalendar.objects.filter(known_until__lt=soon).order_by("code").values_list("name", "known_until")
    return [
        Doubt(
            _("%(calendar)s: holidays are known only until %(day)s; deadlines beyond are provisional.")
            % {"calendar": name, "day": day}
        )
        for name, day in late
    ]
