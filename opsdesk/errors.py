"""The families of what can go wrong; each error class stands beside the operation that raises it.

An error's text is for the user: what, which, what now. `facts` are the values in the sentence, for the API.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _


class DeskError(Exception):
    """Something the user or the caller can act on."""

    status = 500
    code = "error"
    sentence: Any = _("Something went wrong.")

    def __init__(self, **facts: Any) -> None:
        super().__init__(facts)
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence).format_map(self.facts)


class Refused(DeskError):
    """The business does not allow it now: a state, a limit, a rule."""

    status = 409
    code = "refused"


class NotAllowed(DeskError):
    """This person may not do that."""

    status = 403
    code = "not_allowed"
    sentence = _("You do not have the right to do this ({right}). Ask an administrator for it.")


class NotFound(DeskError):
    """It does not exist, or not for this person: the two are told apart to nobody."""

    status = 404
    code = "not_found"
    sentence = _("{what} was not found.")


class Invalid(DeskError):
    """The input is wrong; the text says which part."""

    status = 422
    code = "invalid"
    sentence = _("{why}")


class WrongState(Refused):
    """The machine has no such move from here."""

    code = "wrong_state"
    sentence = _("{what}: this is not possible in the state “{state}”.")


class Transient(DeskError):
    """The other side failed and may work later: retried with growing pauses."""

    status = 503
    code = "transient"


class Permanent(DeskError):
    """The other side will never accept this: shown, not retried."""

    status = 502
    code = "permanent"


class Misconfigured(DeskError):
    """A shop's access is wrong or expired: its owner is told, nobody asks again."""

    status = 502
    code = "misconfigured"
