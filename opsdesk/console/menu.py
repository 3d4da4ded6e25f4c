"""The sidebar: work first, then records, then what is set up; each entry only for who may open it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _may(*rights: str) -> Callable[[HttpRequest], bool]:
    return lambda request: any(request.user.has_perm(right) for right in rights)  # type: ignore[union-attr]


def _list(name: str, query: str = "") -> Any:
    address = reverse_lazy(f"admin:{name}_changelist")
    return _Link(address, query) if query else address


class _Link:
    """An address with a query, resolved when it is shown."""

    def __init__(self, address: Any, query: str) -> None:
        self.address, self.query = address, query

    def __str__(self) -> str:
        return f"{self.address}?{self.query}"


def _item(title: Any, icon: str, link: Any, right: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": link, "permission": _may(right)}


_JOB, _VIEW_JOB = "aftersales_job", "aftersales.view_job"
REFUNDS: tuple[dict[str, Any], ...] = ()
REPAIRS: tuple[dict[str, Any], ...] = ()
CARE: tuple[dict[str, Any], ...] = ()
NETWORK: tuple[dict[str, Any], ...] = ()
MONEY: tuple[dict[str, Any], ...] = ()
APPROVALS: tuple[dict[str, Any], ...] = (
    _item(_("For my signature"), "draw", _list("approvals_approval", "queue=mine"), "approvals.sign_approval"),
    _item(_("All approvals"), "fact_check", _list("approvals_approval"), "approvals.view_approval"),
    _item(_("Limits of authority"), "rule_settings", _list("approvals_limit"), "approvals.change_limit"),
    _item(_("Second signatures"), "group", _list("approvals_secondsignature"), "approvals.change_limit"),
    _item(_("Delegations"), "swap_horiz", _list("approvals_delegation"), "approvals.view_delegation"),
)
PRICES: tuple[dict[str, Any], ...] = (
    _item(_("Why this price?"), "help", reverse_lazy("price_floor"), "promotions.view_pricerule"),
    _item(_("Floors of a shop"), "price_check", reverse_lazy("shop_floors"), "promotions.view_pricerule"),
    _item(_("Price signals"), "sell", _list("promotions_pricesignal", "queue=waiting"), "promotions.view_pricesignal"),
    _item(_("Price rules"), "gavel", _list("promotions_pricerule"), "promotions.view_pricerule"),
    _item(_("Marks of models"), "label", _list("promotions_producttag"), "promotions.view_producttag"),
    _item(_("Price grants"), "lock_open", _list("promotions_pricegrant"), "promotions.view_pricegrant"),
    _item(_("Price reductions"), "confirmation_number", _list("promotions_pricecut"), "promotions.view_pricecut"),
    _item(
        _("Legal standings of shops"), "balance", _list("promotions_sellerstanding"), "promotions.view_sellerstanding"
    ),
    _item(_("Legal reviews"), "policy", _list("promotions_legalreview"), "promotions.view_legalreview"),
)
PLANS: tuple[dict[str, Any], ...] = (
    _item(_("Brand days by year"), "calendar_month", reverse_lazy("plans"), "promotions.view_yearplan"),
    _item(_("Brand days"), "celebration", _list("promotions_brandevent"), "promotions.view_brandevent"),
    _item(_("Budgets and quotas"), "savings", _list("promotions_pot"), "promotions.view_pot"),
    _item(_("Standing plan"), "event_repeat", _list("promotions_standingoffer"), "promotions.change_standingoffer"),
    _item(
        _("Standing targets"), "track_changes", _list("promotions_standingtarget"), "promotions.change_standingtarget"
    ),
    _item(_("Rules of planning"), "checklist", _list("promotions_planrule"), "promotions.change_planrule"),
)
GROUPS: tuple[tuple[Any, tuple[dict[str, Any], ...]], ...] = (
    (
        _("Installation"),
        (
            _item(_("Overdue"), "alarm", _list(_JOB, "queue=overdue"), _VIEW_JOB),
            _item(_("Due today"), "today", _list(_JOB, "queue=due_today"), _VIEW_JOB),
            _item(_("Not accepted"), "hourglass_top", _list(_JOB, "queue=not_accepted"), _VIEW_JOB),
            _item(_("No agent"), "person_off", _list(_JOB, "queue=no_agent"), _VIEW_JOB),
            _item(_("All jobs"), "handyman", _list(_JOB), _VIEW_JOB),
            *NETWORK,
        ),
    ),
    (_("Refunds and returns"), REFUNDS),
    (_("Repairs"), REPAIRS),
    (_("Complaints and call-backs"), CARE),
    (_("Settlement"), MONEY),
    (_("Promotions"), (*PRICES, *PLANS)),
    (_("Approvals"), APPROVALS),
    (
        _("Orders"),
        (
            _item(_("Orders"), "receipt_long", _list("orders_order"), "orders.view_order"),
            _item(_("Import a file"), "upload_file", reverse_lazy("upload"), "orders.add_import"),
            _item(_("Imports"), "history", _list("orders_import"), "orders.view_import"),
            _item(_("Rejected rows"), "report", _list("orders_rejectedrow", "queue=open"), "orders.view_rejectedrow"),
            _item(_("Items to map"), "link", _list("channels_listing", "queue=unmapped"), "channels.view_listing"),
        ),
    ),
    (
        _("Channels"),
        (
            _item(_("Shops"), "storefront", _list("channels_shop"), "channels.view_shop"),
            _item(_("Partners"), "groups", _list("channels_partner"), "channels.view_partner"),
            _item(_("Authorisations"), "verified", _list("channels_authorisation"), "channels.view_authorisation"),
            _item(_("Territories"), "map", _list("channels_territory"), "channels.view_territory"),
            _item(
                _("Gaps and overlaps"),
                "rule",
                reverse_lazy("coverage", args=["installation"]),
                "channels.change_territory",
            ),
            _item(_("Products"), "inventory_2", _list("channels_product"), "channels.view_product"),
            _item(_("Listings"), "sell", _list("channels_listing"), "channels.view_listing"),
            _item(_("Platforms"), "hub", _list("channels_platform"), "channels.change_platform"),
            _item(_("Regions"), "public", _list("channels_region"), "channels.view_region"),
        ),
    ),
    (
        _("Set-up"),
        (
            _item(_("Deadline policies"), "timer", _list("sla_policy"), "sla.change_policy"),
            _item(_("Work calendars"), "calendar_month", _list("sla_workcalendar"), "sla.change_workcalendar"),
            _item(_("Calendar days"), "event", _list("sla_calendarday"), "sla.change_calendarday"),
            _item(_("Targets"), "flag", _list("kpi_target"), "kpi.change_target"),
            _item(_("Mail"), "mail", _list("notify_mail"), "notify.view_mail"),
            _item(_("Audit trail"), "history_edu", _list("audit_event"), "audit.view_event"),
            _item(_("Users"), "person", _list("people_user"), "people.view_user"),
            _item(_("Roles"), "badge", _list("auth_group"), "auth.view_group"),
        ),
    ),
)


def _is_here(request: HttpRequest, item: dict[str, Any]) -> bool:
    """Whether this is the entry of the page: its path, and its queue if it is one."""
    path, _mark, query = str(item["link"]).partition("?")
    return request.path == path and request.GET.get("queue", "") == query.removeprefix("queue=")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar of this person."""
    home = {"title": "", "items": [{"title": _("Start page"), "icon": "home", "link": reverse_lazy("admin:index")}]}
    shown = [
        {
            "title": title,
            "separator": True,
            "items": [item | {"active": _is_here(request, item)} for item in items if item["permission"](request)],
        }
        for title, items in GROUPS
    ]
    return [home, *(group for group in shown if group["items"])]
