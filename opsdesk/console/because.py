"""AS-7: the machine-stable reasons of repairs as a person would say them."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from aftersales.states.repair import Covered, Fault


def said(reasons: Sequence[str]) -> str:
    """Say the reasons of a decision about a repair."""
    return "；".join(one(*str(reason).partition(":")[::2]) for reason in reasons)


def one(kind: str, rest: str) -> str:
    """Say one reason; one that is not known here stays as it is."""
    first, _colon, second = rest.partition(":")
    words = {
        "from_exchange": _("counts from the exchange on %(day)s") % {"day": rest},
        "from_installation": _("counts from the installation on %(day)s") % {"day": rest},
        "from_signature": _("counts from the signature on %(day)s") % {"day": rest},
        "from_purchase": _("counts from the purchase on %(day)s") % {"day": rest},
        "no_date_known": _("no installation, signature or purchase is known of this serial number"),
        "months": _("%(n)s months") % {"n": rest},
        "months_unknown": _("nobody has entered how many months this model is covered"),
        "extended_by_repair": _("longer by %(n)s days of repair from %(day)s") % {"n": first, "day": second},
        "until": _("until %(day)s, that day included") % {"day": rest},
        "serial_of_another_order": _("the serial number was installed for another order"),
        "installed_more_than_once": _("the serial number was reported by %(n)s installations") % {"n": rest},
        "reported_before_start": _("reported before the warranty begins"),
        "by_hand": _("decided by hand: %(why)s") % {"why": rest},
        "warranty": str(Covered(rest).label) if rest in Covered.values else rest,
        "fault_of": _("fault of: %(who)s") % {"who": Fault(rest).label if rest in Fault.values else rest},
        "quote_accepted": _("the customer has accepted the quote"),
        "agents_stock": _("agent's stock: after all end users"),
        "end_user_online": _("an end user waits: before agents' stock"),
        "end_user_of_agent": _("an agent's customer waits: before agents' stock"),
    }
    if kind == "exchange_right":
        return _right(*rest.split(":"))
    return words.get(kind, kind)


def _right(code: str, value: str, limit: str) -> str:
    facts = {"n": value, "limit": limit}
    return {
        "repairs": _("%(n)s repairs without success within the warranty (%(limit)s are enough)") % facts,
        "retests": _("%(n)s failed retests of this repair (%(limit)s are enough)") % facts,
        "days": _("%(n)s days with us by our own fault (more than %(limit)s)") % facts,
        "parts_days": _("%(n)s days of waiting for a part (more than %(limit)s)") % facts,
    }[code]
