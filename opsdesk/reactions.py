"""What may follow a moment after an event: event name → tasks, each called once per batch with `event_ids`.

This page replaces signals and upward imports. Whatever is started here, a sweep would find if the broker lost it.
"""

REACTIONS: dict[str, list[str]] = {
    "import.start": ["orders.tasks.run_imports"],
    "import.finish": [
        "aftersales.tasks.follow_imports",
        "promotions.tasks.follow_imports",
        "conflicts.tasks.follow_imports",
    ],
    "order.sign": ["aftersales.tasks.follow_signatures"],
    "listing.map": ["aftersales.tasks.follow_mappings", "conflicts.tasks.follow_events"],
    "job.move": ["aftersales.tasks.dispatch_all_due"],
    "job.open": ["aftersales.tasks.dispatch_all_due"],
    "job.offer": ["aftersales.tasks.tell_all_due"],
    "acceptance.missed": ["aftersales.tasks.offer_onward_all_due"],
    "job.offer_hand_over": ["aftersales.tasks.tell_all_due"],
    "hand_over.missed": ["aftersales.tasks.hand_over_all_due"],
    "absence.missed": ["aftersales.tasks.go_on_all_due"],
    "job.complete": ["aftersales.tasks.open_callbacks_all_due", "conflicts.tasks.follow_events"],
    "refund_review.missed": ["aftersales.tasks.note_slips_all_due"],
    "refund_return.missed": ["aftersales.tasks.note_slips_all_due"],
    "refund_inspect.missed": ["aftersales.tasks.note_slips_all_due"],
    "refund_pay.missed": ["aftersales.tasks.note_slips_all_due"],
    "pricerule.enter": ["promotions.tasks.follow_changes"],
    "pricerule.replace": ["promotions.tasks.follow_changes"],
    "pricegrant.give": ["promotions.tasks.follow_changes"],
    "pricegrant.end": ["promotions.tasks.follow_changes"],
    "campaignwindow.announce": ["promotions.tasks.follow_changes"],
    "pricecut.announce": ["promotions.tasks.follow_changes"],
    "pricecut.agree": ["promotions.tasks.follow_changes"],
    "pricecut.end": ["promotions.tasks.follow_changes"],
    "claim.approve": ["promotions.tasks.follow_claims"],
    "claim.reverse": ["promotions.tasks.follow_claims"],
    "approval.ask": ["opsdesk.approvals.tasks.remind"],
    "approval.warned": ["opsdesk.approvals.tasks.remind"],
    "approval.missed": ["opsdesk.approvals.tasks.remind"],
    "approval.lapsing": ["opsdesk.approvals.tasks.lapse_all_due"],
    "complaint_judge.escalated": ["aftersales.tasks.escalate_complaints_all_due"],
    "complaint_answer.escalated": ["aftersales.tasks.escalate_complaints_all_due"],
    "complaint_investigate.escalated": ["aftersales.tasks.escalate_complaints_all_due"],
    "complaint_propose.escalated": ["aftersales.tasks.escalate_complaints_all_due"],
    "complaint_approve.escalated": ["aftersales.tasks.escalate_complaints_all_due"],
    "complaint_carry_out.escalated": ["aftersales.tasks.escalate_complaints_all_due"],
    "complaint_confirm.escalated": ["aftersales.tasks.escalate_complaints_all_due"],
    "complaint_close.escalated": ["aftersales.tasks.escalate_complaints_all_due"],
    "case_answer.missed": ["conflicts.tasks.go_on_all_due"],
    "case_negotiate.missed": ["conflicts.tasks.go_on_all_due"],
    "case_appeal.missed": ["conflicts.tasks.go_on_all_due"],
    **dict.fromkeys(
        (
            *("refund.ask", "refund.enter", "refund.update", "refund.refuse", "refund.ask_again", "refund.withdraw"),
            *("refund.grant", "refund.retract", "refund.pay", "refund.close", "refund.see_asked", "refund.see_refused"),
            *("refund.see_agreed", "refund.see_returning", "refund.see_paid", "refund.see_closed"),
            *("job.decline", "job.take_over", "job.fail", "job.cancel", "installation.missed"),
            *("complaint.investigate", "complaint.uphold", "deduction.propose", "deduction.book", "deduction.drop"),
            *("pricesignal.dismiss", "pricesignal.close", "pricesignal.reopen"),
        ),
        ["conflicts.tasks.follow_events"],
    ),
}
DECIDED: dict[str, str] = {
    "part": "aftersales.operations.parts.part_decided",
    "compensation": "aftersales.operations.complaints.decided",
    "extra": "aftersales.operations.extras.decided",
    "deduction": "aftersales.operations.deductions.decided",
    "correction": "channels.operations.corrections.decided",
    "claim": "promotions.operations.claims.decided",
    "support": "promotions.operations.supports.decided",
    "rebate": "promotions.operations.rebates.decided",
    "plan": "promotions.operations.plans.decided",
    "festival": "promotions.operations.events.decided",
    "rulebook": "conflicts.operations.rulebooks.decided",
    "reduction": "promotions.operations.reductions.decided",
    "gift": "promotions.operations.reductions.decided",
}
"""What a decided approval does, by kind: an operation called with (approval, by=, at=) in the same transaction."""
SCORE_EVENTS: dict[str, str] = {"cases_lost": "conflicts.queries.lost.cases_lost"}
"""AS-11: measures of a partner's score that an app above aftersales makes: a function of a span (start, end)."""
INTAKES: dict[str, str] = {"PlatformRefund": "aftersales.operations.refund_intake"}
"""Who enters what an export file holds besides orders, by type: a module with `write` (in the import's transaction) and
`known` (for its preview); orders import nothing of those above them."""
FIELD_CAPACITY = "aftersales.queries.field.field_on"
"""AS-1: who knows what installers can do on given days; promotions ask it by name, as neither app imports the other."""
