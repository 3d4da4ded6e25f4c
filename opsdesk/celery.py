"""What runs when (SCHEDULE) and where (ROUTES). No deadline lives here; a lost message costs the time to a sweep."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsdesk.settings")

SCHEDULE = {
    "sweep timers": ("opsdesk.sla.tasks.sweep", 60.0),
    "offer onward": ("aftersales.tasks.offer_onward_all_due", 60.0),
    "hand over": ("aftersales.tasks.hand_over_all_due", 300.0),
    "absences over": ("aftersales.tasks.go_on_all_due", 300.0),
    "tell agents": ("aftersales.tasks.tell_all_due", 60.0),
    "note slips": ("aftersales.tasks.note_slips_all_due", 60.0),
    "clear drafts": ("aftersales.tasks.clear_drafts_all_due", 3600.0),
    "follow orders": ("aftersales.tasks.follow_all_due", 300.0),
    "open call-backs": ("aftersales.tasks.open_callbacks_all_due", 300.0),
    "score partners": ("aftersales.tasks.score_all_due", crontab(minute=40, hour="4-8")),
    "escalate complaints": ("aftersales.tasks.escalate_complaints_all_due", 600.0),
    "finish imports": ("orders.tasks.run_all_due", 60.0),
    "look over prices": ("promotions.tasks.follow_all_due", crontab(minute=10, hour=3)),
    "follow conflicts": ("conflicts.tasks.follow_all_due", 600.0),
    "look for conflicts": ("conflicts.tasks.look_all_due", crontab(minute=50, hour=3)),
    "send mail": ("opsdesk.notify.tasks.send_all_due", 30.0),
    "book fees": ("aftersales.tasks.book_fees_all_due", crontab(minute=25)),
    "propose deductions": ("aftersales.tasks.propose_deductions_all_due", crontab(minute=40)),
    "draw up statements": ("channels.tasks.draw_up_all_due", crontab(minute=10, hour="1-6")),
    "freeze reports": ("opsdesk.kpi.tasks.freeze_all_due", crontab(minute=5, hour="6-23")),
    "reverse claims": ("promotions.tasks.reverse_claims_all_due", 600.0),
    "lapse approvals": ("opsdesk.approvals.tasks.lapse_all_due", 600.0),
    "morning mail": ("opsdesk.kpi.tasks.send_all_due", crontab(minute="*/10", hour="6-11")),
    "run brand days": ("promotions.tasks.run_brand_days", 60.0),
    "go on with cases": ("conflicts.tasks.go_on_all_due", 300.0),
    "beat is alive": ("opsdesk.sla.tasks.beat", 60.0),
}
TICK_IS_STALE = 300.0  # seconds: after a day without workers one tick is enough, not a thousand
ROUTES = {
    "orders.tasks.*": {"queue": "imports"},
    "opsdesk.notify.tasks.*": {"queue": "mail"},
    "opsdesk.kpi.tasks.*": {"queue": "mail"},
}
QUEUES = ("celery", "imports", "mail")

app = Celery("opsdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = {
    name: {"task": task, "schedule": when, "options": {"expires": TICK_IS_STALE}}
    for name, (task, when) in SCHEDULE.items()
}
app.conf.task_routes = ROUTES
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.autodiscover_tasks(
    [
        "opsdesk.sla",
        "opsdesk.notify",
        "opsdesk.approvals",
        "opsdesk.kpi",
        "channels",
        "orders",
        "aftersales",
        "promotions",
        "conflicts",
    ]
)
