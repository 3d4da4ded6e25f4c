"""AU-1: the rights that go together, as bundles that `roles` hands out. A `*` stands for any verb or noun."""

LOOK = (
    "channels.view_*",
    "orders.view_*",
    "aftersales.view_*",
    "promotions.view_*",
    "approvals.view_*",
    "sla.view_*",
    "kpi.view_*",
    "conflicts.view_rulebook",
    "conflicts.view_rulebookversion",
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
REFUNDS = (
    "aftersales.ask_refund",
    "aftersales.review_refund",
    "aftersales.export_refund",
    "aftersales.tell_customer",
)
REFUNDS_PAY = (
    "aftersales.pay_refund",
    "aftersales.export_refund",
)
REPAIRS = (
    "aftersales.register_repair",
    "aftersales.receive_repair",
    "aftersales.work_repair",
    "aftersales.decide_repair",
    "aftersales.export_repair",
)
SCORES = (
    "aftersales.decide_score",
    "aftersales.export_score",
)
URGE = ("aftersales.urge_job",)
INSTALLERS = (
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
CARE = (
    "aftersales.add_complaint",
    "aftersales.work_complaint",
    "aftersales.show_complaint",
    "aftersales.export_complaint",
)
CARE_HEAD = (
    "aftersales.approve_complaint",
    "aftersales.show_complaint",
    "aftersales.export_complaint",
    "aftersales.export_callback",
)
CALLBACKS = (
    "aftersales.make_callback",
    "aftersales.show_complaint",
    "aftersales.export_callback",
    "aftersales.add_complaint",
)
CARE_RULES = (
    "aftersales.*_callbackterms",
    "aftersales.*_script",
    "aftersales.*_scriptquestion",
    "aftersales.*_complaintclass",
    "aftersales.*_classword",
)
WAREHOUSE = (
    "aftersales.receive_return",
    "aftersales.receive_repair",
)
SIGN = ("approvals.sign_approval",)
MONEY = (
    "channels.send_statement",
    "channels.answer_statement",
    "channels.settle_statement",
    "channels.export_statement",
    "channels.propose_correction",
    "aftersales.propose_deduction",
    "aftersales.confirm_deduction",
)
PRICES = (
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
LEGAL = (
    "promotions.add_legalreview",
    "promotions.dismiss_pricesignal",
)
RULES = (
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
PLANS = (
    "promotions.plan_yearplan",
    "promotions.run_brandevent",
    "promotions.stop_brandevent",
    *(f"promotions.{verb}_{noun}" for noun in ("standingoffer", "standingtarget") for verb in ("add", "change")),
)
PLANS_STOP = ("promotions.stop_brandevent",)
PLANS_RULES = (
    "promotions.add_planrule",
    "promotions.change_planrule",
    "promotions.add_moresupport",
    "promotions.change_moresupport",
)
SUPPORT = (
    "promotions.verify_support",
    "promotions.run_rebate",
    "promotions.*_shoptrait",
)
SUPPORT_PAY = (
    "promotions.reimburse_support",
    "promotions.run_rebate",
)
PARTNER_SUPPORT = (
    "promotions.ask_support",
    "promotions.view_supportapplication",
    "promotions.view_rebate",
)
CLAIMS = (
    "promotions.enter_claim",
    "promotions.export_claim",
)
CLAIMS_RUN = (
    *CLAIMS,
    "promotions.run_draw",
    "promotions.run_auction",
    "promotions.show_auction",
    "promotions.add_claimrule",
    "promotions.change_claimrule",
    "promotions.add_claimshare",
    "promotions.change_claimshare",
)
CLAIMS_PAY = (
    "promotions.pay_claim",
    "promotions.hand_out_auction",
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
RULEBOOK_LOOK = (
    "conflicts.view_rulebook",
    "conflicts.view_rulebookversion",
)
CONFLICT_LOOK = (
    "conflicts.view_case",
    "conflicts.view_party",
    "conflicts.view_statement",
    "conflicts.view_evidence",
    "conflicts.view_ruling",
    "conflicts.view_signature",
    "conflicts.view_measuretaken",
)
CONFLICT_ANSWER = (
    *CONFLICT_LOOK,
    "conflicts.answer_case",
    "conflicts.look_evidence",
)
"""Of everybody who may be accused: nobody sees a case that is not his own."""
CONFLICT_FILE = (
    *CONFLICT_ANSWER,
    "conflicts.file_case",
    "conflicts.view_inquiry",
    "conflicts.register_inquiry",
)
CONFLICT_JUDGE = (
    "conflicts.view_signal",
    "conflicts.view_look",
    "conflicts.view_inquiry",
    "conflicts.judge_signal",
    "conflicts.export_signal",
    "conflicts.view_detectorfigure",
)
CONFLICT_HANDLE = (
    *CONFLICT_ANSWER,
    *CONFLICT_JUDGE,
    "conflicts.file_case",
    "conflicts.handle_case",
    "conflicts.speak_case",
    "conflicts.sign_ruling",
    "conflicts.show_witness",
    "conflicts.export_case",
)
CONFLICT_RULE = (
    *CONFLICT_ANSWER,
    *CONFLICT_JUDGE,
    "conflicts.handle_case",
    "conflicts.rule_case",
    "conflicts.sign_ruling",
    "conflicts.show_witness",
    "conflicts.export_case",
    "conflicts.view_payrollentry",
)
RULEBOOK = (
    "conflicts.draft_rulebook",
    "conflicts.propose_rulebook",
)
CONFLICT_RULES = ("conflicts.*_detectorfigure", "conflicts.view_look")
PAYROLL = (
    "conflicts.view_payrollentry",
    "conflicts.export_payrollentry",
)
PARTNER = (
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
PARTNER_MONEY = (
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
