"""AU-1: the roles of the handbook and their first rights; an administrator may change them later as rows (groups)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    """A group of users. `rights` are Django permissions; a `*` stands for all of an app's view rights."""

    code: str
    label: object
    rights: tuple[str, ...]
    staff: bool = True


LOOK = (
    "channels.view_*",
    "orders.view_*",
    "aftersales.view_*",
    "promotions.view_*",
    "approvals.view_*",
    "sla.view_*",
    "kpi.view_*",
)
REPORT = ("kpi.receive_report",)
ORDERS = ("orders.add_import", "orders.sign_order", "orders.show_order", "orders.export_order")
SHOPS = (
    "channels.change_listing",
    "channels.change_shop",
    "channels.add_shop",
    "channels.change_product",
    "channels.add_product",
    "channels.add_listprice",
    "channels.add_namedseller",
)
DISPATCH = (
    "aftersales.dispatch_job",
    "aftersales.accept_job",
    "aftersales.work_job",
    "aftersales.cancel_job",
    "aftersales.export_job",
)
REFUNDS: tuple[str, ...] = ()
REFUNDS_PAY: tuple[str, ...] = ()
REPAIRS: tuple[str, ...] = ()
CARE: tuple[str, ...] = ()
CALLBACKS: tuple[str, ...] = ()
INSTALLERS: tuple[str, ...] = ()
WAREHOUSE: tuple[str, ...] = ()
SIGN: tuple[str, ...] = ("approvals.sign_approval",)
MONEY: tuple[str, ...] = ()
PRICES: tuple[str, ...] = (
    "promotions.add_pricerule",
    "promotions.change_pricerule",
    "promotions.add_producttag",
    "promotions.change_producttag",
    "promotions.add_sellerstanding",
    "promotions.change_sellerstanding",
    "promotions.add_pricecut",
    "promotions.change_pricecut",
    "promotions.add_grantlimit",
    "promotions.change_grantlimit",
    "promotions.add_listpriceproof",
    "promotions.change_listpriceproof",
    "promotions.dismiss_pricesignal",
)
LEGAL: tuple[str, ...] = ("promotions.add_legalreview", "promotions.dismiss_pricesignal")
RULES: tuple[str, ...] = ()
PLANS: tuple[str, ...] = (
    "promotions.plan_yearplan",
    "promotions.run_brandevent",
    "promotions.stop_brandevent",
    *(f"promotions.{verb}_{noun}" for noun in ("standingoffer", "standingtarget") for verb in ("add", "change")),
)
PLANS_STOP: tuple[str, ...] = ("promotions.stop_brandevent",)
PLANS_RULES: tuple[str, ...] = ("promotions.add_planrule", "promotions.change_planrule")
NETWORK = (
    "channels.add_partner",
    "channels.change_partner",
    "channels.add_territory",
    "channels.change_territory",
    "channels.add_authorisation",
    "channels.change_authorisation",
    "channels.add_revocation",
)
PARTNER: tuple[str, ...] = ("aftersales.view_job", "aftersales.accept_job", "aftersales.work_job")
PARTNER_MONEY: tuple[str, ...] = ()
PARTNER_LOOK = (
    "orders.view_order",
    "channels.view_shop",
    "channels.view_territory",
    "channels.view_authorisation",
)

ROLES = (
    Role("shop_operations", _("shop operations"), (*LOOK, *ORDERS, *SHOPS)),
    Role(
        "customer_service",
        _("customer service"),
        (*LOOK, *REFUNDS, *CARE, "orders.show_order", "orders.sign_order"),
    ),
    Role("promotion_planner", _("promotion planner"), (*LOOK, *PRICES, *PLANS)),
    Role(
        "dispatcher",
        _("after-sales dispatcher"),
        (*LOOK, *DISPATCH, *REFUNDS, *REPAIRS, *CARE, *INSTALLERS, "orders.show_order", "orders.sign_order"),
    ),
    Role("callback", _("call-back"), (*LOOK, *CALLBACKS, "orders.show_order")),
    Role("warehouse", _("warehouse"), (*LOOK, *WAREHOUSE, "orders.sign_order")),
    Role("finance", _("finance"), (*LOOK, *MONEY, *REFUNDS_PAY, *SIGN, "orders.export_order", "aftersales.export_job")),
    Role(
        "ecommerce_head",
        _("e-commerce head"),
        (*LOOK, *ORDERS, *SHOPS, *PRICES, *SIGN, *PLANS_STOP, *PLANS_RULES, *REPORT),
    ),
    Role("sales_director", _("sales director"), (*LOOK, *NETWORK, *INSTALLERS, *DISPATCH, *SIGN, *REPORT)),
    Role("regional_manager", _("regional manager"), (*LOOK, *INSTALLERS, *DISPATCH, *SIGN, *REPORT)),
    Role("gm_office", _("GM office"), (*LOOK, *LEGAL, *SIGN, *REPORT, "audit.view_event")),
    Role("general_manager", _("general manager"), (*LOOK, *SIGN, *PLANS_STOP, *REPORT, "audit.view_event")),
    Role(
        "system_admin",
        _("system administrator"),
        (
            *(
                "people.*",
                "auth.*",
                "notify.*",
                "sla.*",
                "approvals.*_limit",
                "approvals.*_secondsignature",
                "approvals.*_delegation",
            ),
            *("audit.view_event", "kpi.*", *LOOK, *SHOPS, *NETWORK, *INSTALLERS, *RULES, *PLANS_RULES),
        ),
    ),
    Role("partner_office", _("partner: office"), (*PARTNER, *PARTNER_MONEY, *PARTNER_LOOK)),
    Role("partner_installer", _("partner: installer"), PARTNER),
)
LABELS = {role.code: role.label for role in ROLES}
