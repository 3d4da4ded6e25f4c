"""What may follow a moment after an event: event name → tasks, each called once per batch with `event_ids`.

This page replaces signals and upward imports. Whatever is started here, a sweep would find if the broker lost it.
"""

REACTIONS: dict[str, list[str]] = {
    "import.start": ["orders.tasks.run_imports"],
    "import.finish": ["aftersales.tasks.follow_imports", "promotions.tasks.follow_imports"],
    "order.sign": ["aftersales.tasks.follow_signatures"],
    "listing.map": ["aftersales.tasks.follow_mappings"],
    "job.move": ["aftersales.tasks.dispatch_all_due"],
    "job.open": ["aftersales.tasks.dispatch_all_due"],
    "job.offer": ["aftersales.tasks.tell_all_due"],
    "acceptance.missed": ["aftersales.tasks.offer_onward_all_due"],
    "pricerule.enter": ["promotions.tasks.follow_changes"],
    "pricerule.replace": ["promotions.tasks.follow_changes"],
    "pricegrant.give": ["promotions.tasks.follow_changes"],
    "pricegrant.end": ["promotions.tasks.follow_changes"],
    "campaignwindow.announce": ["promotions.tasks.follow_changes"],
    "approval.ask": ["opsdesk.approvals.tasks.remind"],
    "approval.warned": ["opsdesk.approvals.tasks.remind"],
    "approval.missed": ["opsdesk.approvals.tasks.remind"],
    "approval.lapsing": ["opsdesk.approvals.tasks.lapse_all_due"],
}
DECIDED: dict[str, str] = {
    "plan": "promotions.operations.plans.decided",
    "festival": "promotions.operations.events.decided",
}
"""What a decided approval does, by kind: an operation called with (approval, by=, at=) in the same transaction."""
