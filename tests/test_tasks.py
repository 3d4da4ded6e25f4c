"""Every task runs twice and changes nothing the second time; every task of the schedule and of the reactions exists."""

import pytest
from django.apps import apps
from django.db import connection
from django.utils.module_loading import import_string

from opsdesk.audit.models import Event
from opsdesk.celery import ROUTES, SCHEDULE
from opsdesk.reactions import REACTIONS
from tests import make

TASKS = {
    "opsdesk.sla.tasks.sweep": {},
    "opsdesk.sla.tasks.beat": {},
    "opsdesk.notify.tasks.send_all_due": {},
    "opsdesk.kpi.tasks.send_all_due": {},
    "opsdesk.kpi.tasks.freeze_all_due": {},
    "opsdesk.approvals.tasks.remind": {"event_ids": "approval.ask"},
    "opsdesk.approvals.tasks.lapse_all_due": {},
    "promotions.tasks.reverse_claims_all_due": {},
    "orders.tasks.run_imports": {"event_ids": "import.start"},
    "orders.tasks.run_all_due": {},
    "aftersales.tasks.follow_all_due": {},
    "aftersales.tasks.follow_imports": {"event_ids": "import.finish"},
    "aftersales.tasks.follow_signatures": {"event_ids": "order.sign"},
    "aftersales.tasks.follow_mappings": {"event_ids": "listing.map"},
    "aftersales.tasks.dispatch_all_due": {},
    "aftersales.tasks.offer_onward_all_due": {},
    "aftersales.tasks.tell_all_due": {},
    "aftersales.tasks.clear_drafts_all_due": {},
    "aftersales.tasks.hand_over_all_due": {},
    "aftersales.tasks.go_on_all_due": {},
    "aftersales.tasks.open_callbacks_all_due": {},
    "aftersales.tasks.score_all_due": {},
    "aftersales.tasks.escalate_complaints_all_due": {},
    "aftersales.tasks.note_slips_all_due": {},
    "aftersales.tasks.book_fees_all_due": {},
    "aftersales.tasks.propose_deductions_all_due": {},
    "channels.tasks.draw_up_all_due": {},
    "conflicts.tasks.go_on_all_due": {},
    "promotions.tasks.run_brand_days": {},
    "promotions.tasks.follow_all_due": {},
    "promotions.tasks.follow_imports": {"event_ids": "import.finish"},
    "promotions.tasks.follow_changes": {"event_ids": "pricerule.enter"},
    "promotions.tasks.follow_claims": {"event_ids": "claim.approve"},
    "conflicts.tasks.follow_imports": {"event_ids": "import.finish"},
    "conflicts.tasks.follow_events": {"event_ids": "listing.map"},
    "conflicts.tasks.follow_all_due": {},
    "conflicts.tasks.look_all_due": {},
}


def written() -> dict[str, int]:
    """How many rows each table holds; heartbeats are overwritten in place."""
    with connection.cursor() as cursor:
        counts = {}
        for model in apps.get_models():
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            counts[model._meta.label] = cursor.fetchone()[0]
        return counts


@pytest.mark.parametrize("name", TASKS)
def test_a_task_run_twice_changes_nothing_the_second_time(name, db):
    make.policies()
    agent = make.partner("gz", email="agent@example.invalid")
    make.territory(agent, "44")
    make.signed_order()
    make.user("boss", "kpi.receive_report", company=True)
    task = import_string(name)
    action = TASKS[name].get("event_ids")
    kwargs = {"event_ids": list(Event.objects.filter(action=action).values_list("pk", flat=True))} if action else {}
    task.apply(kwargs=kwargs, throw=True)
    before = written()
    task.apply(kwargs=kwargs | {"unknown_to_this_worker": 1}, throw=True)
    assert written() == before


def test_every_task_is_in_the_run_twice_table():
    from celery import current_app

    ours = {name for name in current_app.tasks if not name.startswith("celery.")}
    assert ours == set(TASKS)


def test_the_schedule_and_the_reactions_name_tasks_that_exist():
    named = {task for task, _ in SCHEDULE.values()} | {task for tasks in REACTIONS.values() for task in tasks}
    assert named <= set(TASKS)
    assert all(any(task.startswith(route.rstrip("*")) for task in TASKS) for route in ROUTES)
