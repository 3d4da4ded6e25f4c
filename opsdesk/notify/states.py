from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class MailState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("given up")


MAIL = Machine(
    "mail",
    send=(("waiting",), "sent"),
    give_up=(("waiting",), "failed"),
    retry=(("failed",), "waiting"),
)

EVENTS = {
    "mail.send": _("Mail sent"),
    "mail.give_up": _("Mail given up: {error}"),
    "mail.retry": _("Mail to be sent again"),
}
