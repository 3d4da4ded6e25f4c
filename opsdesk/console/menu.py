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


_APPLICATION = "promotions_supportapplication"
_JOB, _VIEW_JOB, _CERTIFICATE = "aftersales_job", "aftersales.view_job", "aftersales_certificate"
_STATEMENT = "channels_statement"
_REFUND, _VIEW_REFUND = "aftersales_refund", "aftersales.view_refund"
REFUNDS: tuple[dict[str, Any], ...] = (
    _item(_("Burning"), "local_fire_department", _list(_REFUND, "queue=burning"), _VIEW_REFUND),
    _item(_("Late"), "alarm", _list(_REFUND, "queue=late"), _VIEW_REFUND),
    _item(_("To review"), "rate_review", _list(_REFUND, "queue=to_review"), _VIEW_REFUND),
    _item(_("Goods back"), "assignment_return", _list(_REFUND, "queue=goods_back"), _VIEW_REFUND),
    _item(_("To pay"), "payments", _list(_REFUND, "queue=to_pay"), _VIEW_REFUND),
    _item(_("To send"), "local_shipping", _list(_REFUND, "queue=to_send"), _VIEW_REFUND),
    _item(_("Tell the customer"), "sms", _list("aftersales_slip", "queue=to_tell"), "aftersales.view_slip"),
    _item(_("Turn a parcel away"), "block", reverse_lazy("parcel"), "aftersales.receive_return"),
    _item(_("All refunds"), "currency_exchange", _list(_REFUND), _VIEW_REFUND),
    _item(_("Payouts"), "receipt", _list("aftersales_payout"), "aftersales.view_payout"),
    _item(_("Parcels turned away"), "inventory", _list("aftersales_reception", "queue=turned_away"), _VIEW_REFUND),
    _item(_("Platforms' timers"), "timer", _list("aftersales_platformtimer"), "aftersales.change_platformtimer"),
    _item(_("Return policies"), "policy", _list("aftersales_returnpolicy"), "aftersales.change_returnpolicy"),
    _item(_("Customers' rights"), "gavel", _list("aftersales_customerright"), "aftersales.change_customerright"),
)
_REPAIR, _VIEW_REPAIR = "aftersales_repair", "aftersales.view_repair"
REPAIRS: tuple[dict[str, Any], ...] = (
    _item(_("Register a repair"), "add_circle", reverse_lazy("repair_new"), "aftersales.register_repair"),
    _item(_("Over time"), "alarm", _list(_REPAIR, "queue=overdue"), _VIEW_REPAIR),
    _item(_("To receive"), "move_to_inbox", _list(_REPAIR, "queue=to_receive"), _VIEW_REPAIR),
    _item(_("On the bench"), "build", _list(_REPAIR, "queue=bench"), _VIEW_REPAIR),
    _item(_("Waiting for parts"), "settings_suggest", _list(_REPAIR, "queue=parts"), _VIEW_REPAIR),
    _item(_("Waiting for the customer"), "contact_phone", _list(_REPAIR, "queue=customer"), _VIEW_REPAIR),
    _item(_("Outbound"), "local_shipping", _list(_REPAIR, "queue=outbound"), _VIEW_REPAIR),
    _item(_("All repairs"), "home_repair_service", _list(_REPAIR), _VIEW_REPAIR),
    _item(_("Loan units"), "swap_horizontal_circle", _list("aftersales_loanunit"), "aftersales.view_loanunit"),
)
NETWORK: tuple[dict[str, Any], ...] = (
    _item(_("Hand-over wanted"), "swap_horiz", _list(_JOB, "queue=hand_over_wanted"), _VIEW_JOB),
    _item(_("Frozen by refund"), "ac_unit", _list(_JOB, "queue=frozen"), _VIEW_JOB),
    _item(_("Customer urges"), "campaign", _list(_JOB, "queue=urged"), _VIEW_JOB),
    _item(_("Appointments today"), "event_available", _list(_JOB, "queue=appointed_today"), _VIEW_JOB),
    _item(_("Visits"), "home_repair_service", _list("aftersales_visit"), "aftersales.view_visit"),
    _item(_("Offers"), "outbox", _list("aftersales_offer"), "aftersales.view_offer"),
    _item(_("Urges"), "record_voice_over", _list("aftersales_urge"), "aftersales.view_urge"),
    _item(_("Installers (persons)"), "engineering", _list("aftersales_installer"), "aftersales.view_installer"),
    _item(_("Installers’ certificates"), "workspace_premium", _list(_CERTIFICATE), "aftersales.view_certificate"),
    _item(_("Capacities"), "speed", _list("aftersales_capacity"), "aftersales.view_capacity"),
    _item(_("Service scores"), "leaderboard", _list("aftersales_score", "queue=current"), "aftersales.view_score"),
    _item(_("Contested events"), "balance", _list("aftersales_scorecontest", "queue=open"), "aftersales.decide_score"),
    _item(_("Score formulas"), "functions", _list("aftersales_scoreformula"), "aftersales.change_scoreformula"),
    _item(_("Dispatch rules"), "tune", _list("aftersales_dispatchrule"), "aftersales.change_dispatchrule"),
    _item(_("Phone rules"), "smartphone", _list("aftersales_phonerule"), "aftersales.change_phonerule"),
    _item(_("Causes of failed visits"), "rule", _list("aftersales_visitcause"), "aftersales.change_visitcause"),
)
_COMPLAINT, _VIEW_COMPLAINT = "aftersales_complaint", "aftersales.view_complaint"
_CALLBACK, _VIEW_CALLBACK = "aftersales_callback", "aftersales.view_callback"
CARE: tuple[dict[str, Any], ...] = (
    _item(_("Register a complaint"), "add_comment", reverse_lazy("complaint_register"), "aftersales.add_complaint"),
    _item(_("To judge"), "gavel", _list(_COMPLAINT, "queue=to_judge"), _VIEW_COMPLAINT),
    _item(_("My complaints"), "assignment_ind", _list(_COMPLAINT, "queue=mine"), "aftersales.work_complaint"),
    _item(_("Over time"), "alarm", _list(_COMPLAINT, "queue=overdue"), _VIEW_COMPLAINT),
    _item(_("To approve"), "draw", _list(_COMPLAINT, "queue=to_approve"), "aftersales.approve_complaint"),
    _item(_("To confirm"), "how_to_reg", _list(_COMPLAINT, "queue=to_confirm"), _VIEW_COMPLAINT),
    _item(_("All complaints"), "feedback", _list(_COMPLAINT), _VIEW_COMPLAINT),
    _item(_("Complaints by class"), "bar_chart", reverse_lazy("complaint_statistics"), _VIEW_COMPLAINT),
    _item(_("To call now"), "call", _list(_CALLBACK, "queue=due"), _VIEW_CALLBACK),
    _item(_("At the customer's time"), "event", _list(_CALLBACK, "queue=appointed"), _VIEW_CALLBACK),
    _item(_("Not reached"), "phone_missed", _list(_CALLBACK, "queue=unreached"), _VIEW_CALLBACK),
    _item(_("All call-backs"), "perm_phone_msg", _list(_CALLBACK), _VIEW_CALLBACK),
    _item(_("Scripts"), "list_alt", _list("aftersales_script"), "aftersales.change_script"),
    _item(_("Terms of call-backs"), "schedule", _list("aftersales_callbackterms"), "aftersales.change_callbackterms"),
    _item(_("Classes of complaints"), "label", _list("aftersales_complaintclass"), "aftersales.change_complaintclass"),
    _item(_("Words for classes"), "spellcheck", _list("aftersales_classword"), "aftersales.change_classword"),
)
MONEY: tuple[dict[str, Any], ...] = (
    _item(_("Partners' accounts"), "account_balance", reverse_lazy("accounts"), "channels.view_entry"),
    _item(_("Statements to send"), "outgoing_mail", _list(_STATEMENT, "queue=to_send"), "channels.send_statement"),
    _item(_("Disputed statements"), "gavel", _list(_STATEMENT, "queue=disputed"), "channels.send_statement"),
    _item(_("Statements to settle"), "payments", _list(_STATEMENT, "queue=to_settle"), "channels.settle_statement"),
    _item(_("Statements to confirm"), "rule", _list(_STATEMENT, "queue=to_confirm"), "channels.answer_statement"),
    _item(_("All statements"), "description", _list(_STATEMENT), "channels.view_statement"),
    _item(_("Bookings"), "list_alt", _list("channels_entry"), "channels.view_entry"),
    _item(_("Extra work"), "construction", _list("aftersales_extra"), "aftersales.view_extra"),
    _item(
        _("Deductions to decide"),
        "balance",
        _list("aftersales_deduction", "queue=to_decide"),
        "aftersales.confirm_deduction",
    ),
    _item(
        _("Deductions to answer"),
        "reply",
        _list("aftersales_deduction", "queue=to_answer"),
        "aftersales.answer_deduction",
    ),
    _item(_("All deductions"), "money_off", _list("aftersales_deduction"), "aftersales.view_deduction"),
    _item(_("Corrections"), "edit_note", _list("channels_correction"), "channels.propose_correction"),
    _item(_("Fee rates"), "price_change", _list("aftersales_feerate"), "aftersales.change_feerate"),
    _item(_("Holds on fees"), "pause_circle", _list("aftersales_feehold"), "aftersales.change_feehold"),
    _item(_("Deduction rates"), "percent", _list("aftersales_deductionrate"), "aftersales.change_deductionrate"),
    _item(_("Kinds of extra work"), "category", _list("aftersales_extrakind"), "aftersales.change_extrakind"),
    _item(_("Terms of statements"), "event", _list("channels_statementterms"), "channels.change_statementterms"),
)
CLAIMS: tuple[dict[str, Any], ...] = (
    _item(_("Enter claims"), "add_card", reverse_lazy("claims"), "promotions.enter_claim"),
    _item(_("Claims to pay"), "payments", _list("promotions_claim", "queue=to_pay"), "promotions.pay_claim"),
    _item(_("All claims"), "redeem", _list("promotions_claim"), "promotions.view_claim"),
    _item(_("Budgets and quotas"), "savings", _list("promotions_pot"), "promotions.view_pot"),
    _item(_("Open a draw"), "casino", reverse_lazy("draw_new"), "promotions.run_draw"),
    _item(_("Lucky draws"), "celebration", _list("promotions_draw"), "promotions.view_draw"),
    _item(_("Open an auction"), "gavel", reverse_lazy("auction_new"), "promotions.run_auction"),
    _item(_("Auctions"), "sell", _list("promotions_auction"), "promotions.view_auction"),
    _item(_("Shares of platforms"), "pie_chart", _list("promotions_claimshare"), "promotions.change_claimshare"),
    _item(_("Rules of claims"), "rule", _list("promotions_claimrule"), "promotions.change_claimrule"),
)
SUPPORT: tuple[dict[str, Any], ...] = (
    _item(_("To be verified"), "fact_check", _list(_APPLICATION, "queue=to_verify"), "promotions.verify_support"),
    _item(_("To be reimbursed"), "payments", _list(_APPLICATION, "queue=to_reimburse"), "promotions.reimburse_support"),
    _item(
        _("All support applications"), "volunteer_activism", _list(_APPLICATION), "promotions.view_supportapplication"
    ),
    _item(_("Rebates of a period"), "percent", reverse_lazy("rebates"), "promotions.run_rebate"),
    _item(_("All rebates"), "price_check", _list("promotions_rebate"), "promotions.view_rebate"),
    _item(_("Terms of support"), "rule", _list("promotions_supportpolicy"), "promotions.change_supportpolicy"),
    _item(_("Multi-mode shops"), "add_chart", _list("promotions_moresupport"), "promotions.change_moresupport"),
    _item(_("Traits of shops"), "label", _list("promotions_shoptrait"), "promotions.change_shoptrait"),
    _item(_("Rebate tiers"), "stairs", _list("promotions_rebatetier"), "promotions.change_rebatetier"),
)
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
RULEBOOKS: tuple[dict[str, Any], ...] = (
    _item(_("Rulebooks"), "menu_book", reverse_lazy("rulebooks"), "conflicts.view_rulebookversion"),
    _item(_("Versions of rulebooks"), "history", _list("conflicts_rulebookversion"), "conflicts.draft_rulebook"),
)
_CASE, _VIEW_CASE, _HANDLE = "conflicts_case", "conflicts.view_case", "conflicts.handle_case"
CASES: tuple[dict[str, Any], ...] = (
    _item(_("File a case"), "add_circle", reverse_lazy("case_new"), "conflicts.file_case"),
    _item(_("Mine to act"), "assignment_ind", _list(_CASE, "queue=mine"), _VIEW_CASE),
    _item(_("To accept"), "inbox", _list(_CASE, "queue=to_accept"), _HANDLE),
    _item(_("Answers due"), "reply", _list(_CASE, "queue=answers"), _VIEW_CASE),
    _item(_("Departments negotiate"), "forum", _list(_CASE, "queue=negotiating"), _HANDLE),
    _item(_("With the GM office"), "account_balance", _list(_CASE, "queue=office"), _HANDLE),
    _item(_("Rulings to sign"), "draw", _list(_CASE, "queue=to_sign"), _HANDLE),
    _item(_("Appeals"), "balance", _list(_CASE, "queue=appeals"), _HANDLE),
    _item(_("Over time"), "alarm", _list(_CASE, "queue=overdue"), _HANDLE),
    _item(_("All cases"), "folder_open", _list(_CASE), _VIEW_CASE),
    _item(_("Statistics of cases"), "bar_chart", reverse_lazy("case_statistics"), _HANDLE),
    _item(_("Payroll list"), "receipt_long", _list("conflicts_payrollentry"), "conflicts.view_payrollentry"),
    _item(_("Measures"), "report", _list("conflicts_measuretaken"), _HANDLE),
)
_SIGNAL, _VIEW_SIGNAL = "conflicts_signal", "conflicts.view_signal"
SIGNALS: tuple[dict[str, Any], ...] = (
    _item(_("Signals to look at"), "search_insights", _list(_SIGNAL, "queue=waiting"), _VIEW_SIGNAL),
    _item(_("Almost sure signals"), "priority_high", _list(_SIGNAL, "queue=sure"), _VIEW_SIGNAL),
    _item(_("All signals"), "list_alt", _list(_SIGNAL), _VIEW_SIGNAL),
    _item(_("Register an inquiry"), "person_add", reverse_lazy("inquiry_new"), "conflicts.register_inquiry"),
    _item(_("Registered inquiries"), "contact_page", _list("conflicts_inquiry"), "conflicts.view_inquiry"),
    _item(_("What was looked at"), "visibility", _list("conflicts_look"), "conflicts.view_look"),
    _item(_("Figures of detectors"), "tune", _list("conflicts_detectorfigure"), "conflicts.view_detectorfigure"),
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
    (_("Conflicts"), (*CASES, *SIGNALS, *RULEBOOKS)),
    (_("Settlement"), MONEY),
    (
        _("Promotions"),
        (
            *PRICES,
            *PLANS,
        ),
    ),
    (_("Claims and draws"), CLAIMS),
    (_("Support for distributors"), SUPPORT),
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
            _item(
                _("Warranty terms"), "verified_user", _list("aftersales_warrantyterm"), "aftersales.add_warrantyterm"
            ),
            _item(_("Rights to exchange"), "gavel", _list("aftersales_exchangerule"), "aftersales.add_exchangerule"),
            _item(_("Fault codes"), "bug_report", _list("aftersales_faultcode"), "aftersales.add_faultcode"),
            _item(_("Retest checklist"), "checklist", _list("aftersales_retestcheck"), "aftersales.add_retestcheck"),
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
