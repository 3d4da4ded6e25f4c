from django.db import models
from django.utils.translation import gettext_lazy as _


class GrantKind(models.TextChoices):
    """DS-11: why a shop may sell a model below its ordinary floor for a while."""

    CAMPAIGN = "campaign", _("campaign price")
    FLASH = "flash", _("half-price flash sale")
    TRIAL = "trial", _("free trial")
    OPENING = "opening", _("opening promotion")
    HERO = "hero", _("hero model of a distribution shop")
    OWN_PLAN = "own_plan", _("promotion plan of its own")
    TAIL = "tail", _("end of line")


EVENTS = {
    "pricegrant.give": _("{kind}: {product} not below ¥{price_yuan} from {starts_at} to {ends_at}"),
    "pricegrant.end": _("Price no longer in force: {reason}"),
}
