from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class TimerState(models.TextChoices):
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    MET = "met", _("met")
    DROPPED = "dropped", _("no longer needed")


TIMER = Machine(
    "timer",
    pause=(("running",), "paused"),
    resume=(("paused",), "running"),
    meet=(("running", "paused"), "met"),
    drop=(("running", "paused"), "dropped"),
    extend=(("running",), "running"),
)

EVENTS = {
    "timer.start": _("Clock “{policy}” started, due {due_at}"),
    "timer.pause": _("Clock paused: {reason}"),
    "timer.resume": _("Clock running again, due {due_at}"),
    "timer.meet": _("Clock met"),
    "timer.drop": _("Clock no longer needed"),
    "timer.extend": _("Clock counted again"),
}
