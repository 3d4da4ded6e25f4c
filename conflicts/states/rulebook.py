"""The life of a version of a rulebook, and the words of its rows (CF-1 … CF-12)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class VersionState(models.TextChoices):
    DRAFT = "draft", _("being drafted")
    PROPOSED = "proposed", _("to be put in force")
    ADOPTED = "adopted", _("adopted")
    DROPPED = "dropped", _("draft dropped")


VERSION = Machine(
    "rulebookversion",
    propose=(("draft",), "proposed"),
    adopt=(("proposed",), "adopted"),
    send_back=(("proposed",), "draft"),
    drop=(("draft",), "dropped"),
)
"""An adopted version is never edited: the next one ends it on its first day (CF-11)."""


class Clazz(models.TextChoices):
    """CF-5, CF-6, CF-7: how grave an act is; decides who rules and signs."""

    GENERAL = "general", _("general fault")
    SERIOUS = "serious", _("serious fault")
    SEVERE = "severe", _("severe violation")


class Punished(models.TextChoices):
    """CF-5 … CF-7: whom a penalty row binds."""

    EMPLOYEE = "employee", _("employee")
    PARTNER = "partner", _("distributor or agent")


class Measure(models.TextChoices):
    """CF-6, CF-7, CF-12: what is done besides, or instead of, money."""

    DEMERIT = "demerit", _("major demerit")
    DISMISSAL = "dismissal", _("dismissed from the company")
    SUSPENSION = "suspension", _("authorisation suspended")
    REVOCATION = "revocation", _("authorisation revoked, end of cooperation")
    SUPPORT = "support", _("support ends")
    CAMPAIGN = "campaign", _("no part in campaigns")


class Stage(models.TextChoices):
    """CF-9, CF-10: where in its course a case is when somebody has a say in it."""

    ACCEPT = "accept", _("accepts the case")
    AGREED = "agreed", _("signs what both departments agree on")
    ARBITRATED = "arbitrated", _("signs what the GM office rules")
    APPEAL = "appeal", _("signs what is decided on an appeal")


class Seat(models.TextChoices):
    """CF-9, CF-10: for whom a signature stands."""

    ONLINE = "online", _("e-commerce department")
    OFFLINE = "offline", _("sales department")
    OFFICE = "office", _("GM office")


DRAFT, PROPOSE = "conflicts.draft_rulebook", "conflicts.propose_rulebook"
VIEW = "conflicts.view_rulebookversion"

OBJECTIONS = {
    "below_least": _("The amount is below the least of the penalty row."),
    "above_most": _("The amount is above the most of the penalty row."),
    "measure_missing": _("A measure that the penalty row asks for besides the money is missing."),
    "measure_unknown": _("A measure is not in the penalty row."),
    "both": _("The penalty row names a measure instead of money; both together go too far."),
    "reason_missing": _("This is not the usual penalty: give the reason."),
}
"""CF-5 … CF-7: why a penalty may not be ruled so."""

FAULTS = {
    "no_clauses": _("It has no clauses."),
    "no_acts": _("It forbids no act."),
    "no_penalty": _("{what}: no penalty row for anybody."),
    "no_first_time": _("{what}: there is no row for the first time."),
    "costs_nothing": _("{what}: neither money nor a measure."),
    "wrong_party": _("{what}: this measure is not for such a party."),
    "no_seat": _("{what}: nobody is named."),
    "fines_independent": _(
        "{what}: DS-12: about prices an independent reseller may lose support or campaigns, nothing else, unless a"
        " legal review of {review}, made after the last change, allows it."
    ),
    "nothing_changed": _("Nothing differs from the version that it was drafted from."),
}
"""What is wrong with a draft before it may be proposed."""

EVENTS: dict[str, Any] = {
    "rulebookversion.draft": _("Version {number} drafted from {source}: {reason}"),
    "rulebookversion.edit": _("Draft changed: {what}"),
    "rulebookversion.propose": _("Proposed for {valid_from}: {reason}"),
    "rulebookversion.adopt": _("Adopted, in force from {valid_from}"),
    "rulebookversion.send_back": _("Sent back: {reason}"),
    "rulebookversion.drop": _("Draft dropped: {reason}"),
    "rulebookversion.end": _("Ended on {valid_to}: version {number} follows"),
}
