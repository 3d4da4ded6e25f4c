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
ORDERS = (
    "orders.add_import",
    "orders.sign_order",
    "orders.show_order",
    "orders.export_order",
)
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
REFUNDS: tuple[str, ...] = (
    "aftersales.ask_refund",
    "aftersales.review_refund",
    "aftersales.export_refund",
    "aftersales.tell_customer",
)
REFUNDS_PAY: tuple[str, ...] = (
    "aftersales.pay_refund",
    "aftersales.export_refund",
)
REPAIRS: tuple[str, ...] = (
    "aftersales.register_repair",
    "aftersales.receive_repair",
    "aftersales.work_repair",
    "aftersales.decide_repair",
    "aftersales.export_repair",
)
SCORES: tuple[str, ...] = (
    "aftersales.decide_score",
    "aftersales.export_score",
)
URGE: tuple[str, ...] = ("aftersales.urge_job",)
INSTALLERS: tuple[str, ...] = (
    "aftersales.add_installer",
    "aftersales.change_installer",
    "aftersales.show_installer",
    "aftersales.link_installer",
    "aftersales.assign_installer",
    "aftersales.add_certificate",
    "aftersales.change_certificate",
    "aftersales.add_capacity",
    "aftersales.change_capacity",
    "aftersales.urge_job",
)
CARE: tuple[str, ...] = (
    "aftersales.add_complaint",
    "aftersales.work_complaint",
    "aftersales.show_complaint",
    "aftersales.export_complaint",
)
CARE_HEAD: tuple[str, ...] = (
    "aftersales.approve_complaint",
    "aftersales.show_complaint",
    "aftersales.export_complaint",
    "aftersales.export_callback",
)
CALLBACKS: tuple[str, ...] = (
    "aftersales.make_callback",
    "aftersales.show_complaint",
    "aftersales.export_callback",
    "aftersales.add_complaint",
)
CARE_RULES: tuple[str, ...] = (
    "aftersales.*_callbackterms",
    "aftersales.*_script",
    "aftersales.*_scriptquestion",
    "aftersales.*_complaintclass",
    "aftersales.*_classword",
)
WAREHOUSE: tuple[str, ...] = (
    "aftersales.receive_return",
    "aftersales.receive_repair",
)
SIGN: tuple[str, ...] = ("approvals.sign_approval",)
MONEY: tuple[str, ...] = (
    "channels.send_statement",
    "channels.answer_statement",
    "channels.settle_statement",
    "channels.export_statement",
    "channels.propose_correction",
    "aftersales.propose_deduction",
    "aftersales.confirm_deduction",
)
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
LEGAL: tuple[str, ...] = (
    "promotions.add_legalreview",
    "promotions.dismiss_pricesignal",
)
RULES: tuple[str, ...] = (
    "aftersales.add_dispatchrule",
    "aftersales.change_dispatchrule",
    "aftersales.add_phonerule",
    "aftersales.change_phonerule",
    "aftersales.add_visitcause",
    "aftersales.change_visitcause",
    "aftersales.*_warrantyterm",
    "aftersales.*_exchangerule",
    "aftersales.*_faultcode",
    "aftersales.*_retestcheck",
    "aftersales.*_scoreformula",
    "aftersales.*_scoreweight",
    "aftersales.*_platformtimer",
    "aftersales.*_returnpolicy",
    "aftersales.*_customerright",
    "aftersales.add_feerate",
    "aftersales.change_feerate",
    "aftersales.add_feehold",
    "aftersales.change_feehold",
    "aftersales.add_deductionrate",
    "aftersales.change_deductionrate",
    "aftersales.add_extrakind",
    "aftersales.change_extrakind",
    "channels.add_statementterms",
    "channels.change_statementterms",
)
PLANS: tuple[str, ...] = (
    "promotions.plan_yearplan",
    "promotions.run_brandevent",
    "promotions.stop_brandevent",
    *(f"promotions.{verb}_{noun}" for noun in ("standingoffer", "standingtarget") for verb in ("add", "change")),
)
PLANS_STOP: tuple[str, ...] = ("promotions.stop_brandevent",)
PLANS_RULES: tuple[str, ...] = (
    "promotions.add_planrule",
    "promotions.change_planrule",
)
SUPPORT: tuple[str, ...] = (
    "promotions.verify_support",
    "promotions.run_rebate",
    "promotions.*_shoptrait",
)
SUPPORT_PAY: tuple[str, ...] = (
    "promotions.reimburse_support",
    "promotions.run_rebate",
)
PARTNER_SUPPORT: tuple[str, ...] = (
    "promotions.ask_support",
    "promotions.view_supportapplication",
    "promotions.view_rebate",
)
CLAIMS: tuple[str, ...] = (
    "promotions.enter_claim",
    "promotions.export_claim",
)
CLAIMS_RUN: tuple[str, ...] = (
    *CLAIMS,
    "promotions.run_draw",
    "promotions.add_claimrule",
    "promotions.change_claimrule",
)
CLAIMS_PAY: tuple[str, ...] = (
    "promotions.pay_claim",
    "promotions.export_claim",
)
EXTRAS = ("aftersales.propose_extra",)
SETTLE = ("channels.settle_statement",)
DEDUCTIONS = (
    "aftersales.propose_deduction",
    "aftersales.confirm_deduction",
)
NETWORK = (
    "channels.add_partner",
    "channels.change_partner",
    "channels.add_territory",
    "channels.change_territory",
    "channels.add_authorisation",
    "channels.change_authorisation",
    "channels.add_revocation",
)
PARTNER: tuple[str, ...] = (
    "aftersales.view_job",
    "aftersales.accept_job",
    "aftersales.work_job",
    "aftersales.view_extra",
    "aftersales.propose_extra",
    "aftersales.view_repair",
    "aftersales.register_repair",
    "aftersales.work_repair",
)
PARTNER_SCORE = (
    "aftersales.view_score",
    "aftersales.contest_score",
)
PARTNER_MONEY: tuple[str, ...] = (
    "channels.view_entry",
    "channels.view_statement",
    "channels.answer_statement",
    "channels.export_statement",
    "aftersales.view_deduction",
    "aftersales.answer_deduction",
)
PARTNER_REGISTRY = (
    "aftersales.view_installer",
    "aftersales.add_installer",
    "aftersales.change_installer",
    "aftersales.link_installer",
    "aftersales.assign_installer",
    "aftersales.view_certificate",
    "aftersales.add_certificate",
    "aftersales.change_certificate",
    "aftersales.view_capacity",
    "aftersales.view_phonelink",
    "aftersales.view_urge",
)
PARTNER_LOOK = (
    "orders.view_order",
    "channels.view_shop",
    "channels.view_territory",
    "channels.view_authorisation",
)
ROLES = (
    Role(
        "shop_operations",
        _("shop operations"),
        (
            *LOOK,
            *CLAIMS,
            *SIGN,
            *ORDERS,
            *SHOPS,
        ),
    ),
    Role(
        "customer_service",
        _("customer service"),
        (
            *LOOK,
            *REFUNDS,
            *CARE,
            *CLAIMS,
            *URGE,
            "aftersales.register_repair",
            "orders.show_order",
            "orders.sign_order",
        ),
    ),
    Role(
        "promotion_planner",
        _("promotion planner"),
        (
            *LOOK,
            *PRICES,
            *PLANS,
            *CLAIMS_RUN,
            *SUPPORT,
            *SIGN,
        ),
    ),
    Role(
        "dispatcher",
        _("after-sales dispatcher"),
        (
            *LOOK,
            *DISPATCH,
            *EXTRAS,
            *REFUNDS,
            *REPAIRS,
            *CARE,
            *INSTALLERS,
            "orders.show_order",
            "orders.sign_order",
        ),
    ),
    Role(
        "callback",
        _("call-back"),
        (
            *LOOK,
            *CALLBACKS,
            "orders.show_order",
        ),
    ),
    Role(
        "warehouse",
        _("warehouse"),
        (
            *LOOK,
            *WAREHOUSE,
            "orders.sign_order",
        ),
    ),
    Role(
        "finance",
        _("finance"),
        (
            *LOOK,
            *MONEY,
            *REFUNDS_PAY,
            *CLAIMS_PAY,
            *SUPPORT_PAY,
            *SIGN,
            "orders.export_order",
            "aftersales.export_job",
        ),
    ),
    Role(
        "ecommerce_head",
        _("e-commerce head"),
        (
            *LOOK,
            *ORDERS,
            *SHOPS,
            *PRICES,
            *SIGN,
            *PLANS_STOP,
            *PLANS_RULES,
            *CARE_HEAD,
            *REPORT,
        ),
    ),
    Role(
        "sales_director",
        _("sales director"),
        (
            *LOOK,
            *NETWORK,
            *INSTALLERS,
            *DISPATCH,
            *EXTRAS,
            *DEDUCTIONS,
            *SIGN,
            *SCORES,
            *CARE_HEAD,
            *REPORT,
        ),
    ),
    Role(
        "regional_manager",
        _("regional manager"),
        (
            *LOOK,
            *INSTALLERS,
            *DISPATCH,
            *EXTRAS,
            *SIGN,
            *CARE_HEAD,
            *REPORT,
        ),
    ),
    Role(
        "gm_office",
        _("GM office"),
        (
            *LOOK,
            *LEGAL,
            *SETTLE,
            *SIGN,
            *SCORES,
            *CARE_HEAD,
            *REPORT,
            "audit.view_event",
        ),
    ),
    Role(
        "general_manager",
        _("general manager"),
        (
            *LOOK,
            *SETTLE,
            *SIGN,
            *PLANS_STOP,
            *SCORES,
            *CARE_HEAD,
            *REPORT,
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
            *("audit.view_event", "kpi.*", *LOOK, *SHOPS, *NETWORK, *INSTALLERS, *RULES, *PLANS_RULES),
            *("audit.view_event", "kpi.*", *LOOK, *SHOPS, *NETWORK, *INSTALLERS, *RULES, *CARE_RULES),
        ),
    ),
    Role(
        "partner_office",
        _("partner: office"),
        (
            *PARTNER,
            *PARTNER_SCORE,
            *PARTNER_REGISTRY,
            *PARTNER_MONEY,
            *PARTNER_SUPPORT,
            *PARTNER_LOOK,
        ),
    ),
    Role("partner_installer", _("partner: installer"), (*PARTNER,)),
)
LABELS = {role.code: role.label for role in ROLES}
