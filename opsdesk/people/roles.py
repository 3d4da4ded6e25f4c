"""AU-1: the roles of the handbook and their first rights; an administrator may change them later as rows (groups)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from opsdesk.people import rights


@dataclass(frozen=True)
class Role:
    """A group of users. `rights` are Django permissions; a `*` stands for all of an app's view rights."""

    code: str
    label: object
    rights: tuple[str, ...]
    staff: bool = True


ROLES = (
    Role(
        "shop_operations",
        _("shop operations"),
        (
            *rights.LOOK,
            *rights.INQUIRIES,
            *rights.CLAIMS,
            *rights.SIGN,
            *rights.ORDERS,
            *rights.SHOPS,
        ),
    ),
    Role(
        "customer_service",
        _("customer service"),
        (
            *rights.LOOK,
            *rights.INQUIRIES,
            *rights.REFUNDS,
            *rights.CARE,
            *rights.CLAIMS,
            *rights.URGE,
            "aftersales.register_repair",
            "orders.show_order",
            "orders.sign_order",
        ),
    ),
    Role(
        "promotion_planner",
        _("promotion planner"),
        (
            *rights.LOOK,
            *rights.PRICES,
            *rights.PLANS,
            *rights.CLAIMS_RUN,
            *rights.SUPPORT,
            *rights.SIGN,
        ),
    ),
    Role(
        "dispatcher",
        _("after-sales dispatcher"),
        (
            *rights.LOOK,
            *rights.DISPATCH,
            *rights.EXTRAS,
            *rights.REFUNDS,
            *rights.REPAIRS,
            *rights.CARE,
            *rights.INSTALLERS,
            "orders.show_order",
            "orders.sign_order",
        ),
    ),
    Role(
        "callback",
        _("call-back"),
        (
            *rights.LOOK,
            *rights.CALLBACKS,
            "orders.show_order",
        ),
    ),
    Role(
        "warehouse",
        _("warehouse"),
        (
            *rights.LOOK,
            *rights.WAREHOUSE,
            "orders.sign_order",
        ),
    ),
    Role(
        "finance",
        _("finance"),
        (
            *rights.LOOK,
            *rights.MONEY,
            *rights.REFUNDS_PAY,
            *rights.CLAIMS_PAY,
            *rights.SUPPORT_PAY,
            *rights.SIGN,
            "orders.export_order",
            "aftersales.export_job",
        ),
    ),
    Role(
        "ecommerce_head",
        _("e-commerce head"),
        (
            *rights.LOOK,
            *rights.SIGNALS,
            *rights.ORDERS,
            *rights.SHOPS,
            *rights.PRICES,
            *rights.SIGN,
            *rights.PLANS_STOP,
            *rights.PLANS_RULES,
            *rights.CARE_HEAD,
            *rights.REPORT,
        ),
    ),
    Role(
        "sales_director",
        _("sales director"),
        (
            *rights.LOOK,
            *rights.SIGNALS,
            *rights.NETWORK,
            *rights.INSTALLERS,
            *rights.DISPATCH,
            *rights.EXTRAS,
            *rights.DEDUCTIONS,
            *rights.SIGN,
            *rights.SCORES,
            *rights.CARE_HEAD,
            *rights.REPORT,
        ),
    ),
    Role(
        "regional_manager",
        _("regional manager"),
        (
            *rights.LOOK,
            *rights.INSTALLERS,
            *rights.DISPATCH,
            *rights.EXTRAS,
            *rights.SIGN,
            *rights.CARE_HEAD,
            *rights.REPORT,
        ),
    ),
    Role(
        "gm_office",
        _("GM office"),
        (
            *rights.LOOK,
            *rights.SIGNALS,
            *rights.LEGAL,
            *rights.SETTLE,
            *rights.SIGN,
            *rights.SCORES,
            *rights.CARE_HEAD,
            *rights.REPORT,
            "audit.view_event",
        ),
    ),
    Role(
        "general_manager",
        _("general manager"),
        (
            *rights.LOOK,
            *rights.SIGNALS,
            *rights.SETTLE,
            *rights.SIGN,
            *rights.PLANS_STOP,
            *rights.SCORES,
            *rights.CARE_HEAD,
            *rights.REPORT,
            "audit.view_event",
        ),
    ),
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
            *(
                "audit.view_event",
                "kpi.*",
                *rights.LOOK,
                *rights.SHOPS,
                *rights.NETWORK,
                *rights.INSTALLERS,
                *rights.RULES,
                *rights.CARE_RULES,
                *rights.PLANS_RULES,
                *rights.DETECTORS,
            ),
        ),
    ),
    Role(
        "partner_office",
        _("partner: office"),
        (
            *rights.PARTNER,
            *rights.PARTNER_SCORE,
            *rights.PARTNER_REGISTRY,
            *rights.PARTNER_MONEY,
            *rights.PARTNER_SUPPORT,
            *rights.PARTNER_LOOK,
            *rights.INQUIRIES,
        ),
    ),
    Role("partner_installer", _("partner: installer"), (*rights.PARTNER,)),
)
LABELS = {role.code: role.label for role in ROLES}
