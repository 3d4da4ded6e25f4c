"""A dispatch decision as a person would explain it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from aftersales.models import Offer
from aftersales.states.job import Answer
from channels.models import Region
from channels.states import Skill
from opsdesk.console import because, reasons_money


@dataclass(frozen=True)
class Explained:
    """An offer with its reasons in words."""

    offer: Offer
    because: str
    candidates: tuple[tuple[str, bool, str], ...]


def explained(offer: Offer) -> Explained:
    """Return an offer with its reasons in words."""
    rows = [(c["name"], c["chosen"], sentence(c["because"])) for c in offer.candidates]
    return Explained(offer, sentence(offer.because.split("；")), tuple(rows))


def sentence(reasons: Sequence[str]) -> str:
    """Say the machine-stable reasons of a decision as a person would."""
    return "；".join(_one(*reason.partition(":")[::2]) for reason in reasons)


def _one(kind: str, rest: str) -> str:
    words = {
        "overlap": _("%(n)s more claim the same region") % {"n": rest},
        "tried": _("asked before: %(answer)s") % {"answer": _answer(rest)},
        "after_another": _("another one comes first"),
        "region_unknown": _("the address has no known region"),
        "all_tried": _("everyone whose territory it is has been asked"),
        "no_territory": _("nobody's territory holds the address"),
        "no_certificate": _("no installer certified for %(skill)s") % {"skill": _skill(rest)},
        "full_until": _("has no day free until the deadline (%(day)s)") % {"day": rest},
        "free": _("%(n)s places free before the deadline") % {"n": rest},
        "score": _("service score %(score)s") % {"score": rest},
        "nobody_in_time": _("nobody can make it in time, this one is the least late"),
        "nobody_can": _("whoever may be asked is full or has no certified installer"),
        "no_third_party": _("no third-party installer covers the address"),
        "installer_there": _("the installer is there"),
        "appointed_in_time": _("appointed before the deadline"),
        "appointed_after_due": _("the appointment lies after the deadline"),
        "appointment_not_kept": _("the appointment has passed and nobody came"),
        "customers_wish": _("the customer wanted it so"),
        "speed": _("it usually takes %(hours)s hours after accepting") % {"hours": rest},
        "by_hand": _("chosen by hand: %(why)s") % {"why": rest},
    }
    if kind == "queue":
        place, _mark, per_day = rest.partition(":")
        return _("no. %(place)s in its queue at %(per_day)s a day") % {"place": place, "per_day": per_day}
    if kind == "territory":
        region = Region.objects.filter(code=rest.partition(":")[2]).values_list("full_name", flat=True).first()
        return _("its territory %(region)s holds the address") % {"region": region or rest}
    return words.get(kind) or reasons_money.word(kind, rest) or because.one(kind, rest)


def _skill(code: str) -> str:
    return str(Skill(code).label) if code in Skill.values else code


def _answer(code: str) -> str:
    return str(Answer(code).label) if code in Answer.values else code
