from django.db import models
from django.utils.translation import gettext_lazy as _


class Spending(models.TextChoices):
    """PR-18: what happened to a pot: promised, paid for good, given back, its limit changed."""

    RESERVE = "reserve", _("reserved")
    COMMIT = "commit", _("spent")
    RELEASE = "release", _("given back")
    RETURN = "return", _("spent and taken back")


EVENTS = {
    "pot.open": _("Pot opened: ¥{limit_yuan}, {limit_count} times"),
    "pot.shut": _("Shut: nothing more is promised ({reason})"),
}
