"""Choices of the channels app (CH-1, CH-2, CH-5, CH-6, CH-7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class PlatformKind(models.TextChoices):
    MARKETPLACE = "marketplace", _("marketplace")
    OWN = "own", _("own mall")
    OFFLINE = "offline", _("offline")


class Mode(models.TextChoices):
    """CH-2: operating mode of a shop."""

    FLAGSHIP = "flagship", _("flagship shop")
    SPECIALITY = "speciality", _("speciality shop")
    DISTRIBUTION = "distribution", _("distribution shop")
    POP = "pop", _("POP shop")
    SELF_OPERATED = "self_operated", _("platform self-operated")
    OWN_MALL = "own_mall", _("own mall")
    OUTLET = "outlet", _("offline outlet")


class PartnerKind(models.TextChoices):
    AGENT = "agent", _("agent")
    DISTRIBUTOR = "distributor", _("distributor")
    INSTALLER = "installer", _("third-party installer")


class PartnerLevel(models.TextChoices):
    """CH-5: national → province → city → outlet."""

    NATIONAL = "national", _("national")
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    OUTLET = "outlet", _("outlet")


class RegionLevel(models.IntegerChoices):
    """The number is the precedence: the greater, the more specific (CH-6)."""

    PROVINCE = 1, _("province")
    CITY = 2, _("city")
    COUNTY = 3, _("county")
    TOWN = 4, _("town")


class Duty(models.TextChoices):
    """CH-6: what a partner covers a region for."""

    SALES = "sales", _("sales")
    INSTALLATION = "installation", _("installation")
    REPAIR = "repair", _("repair")


class SoldWhere(models.TextChoices):
    """CH-7: where a model may be sold."""

    ANYWHERE = "anywhere", _("online and offline")
    ONLINE = "online", _("online only")
    OFFLINE = "offline", _("offline only")
    NAMED = "named", _("named distributors only")


class CertificateState(models.TextChoices):
    """CH-4: what the public page answers."""

    VALID = "valid", _("valid")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")
    SUSPENDED = "suspended", _("suspended")
    NOT_YET = "not_yet", _("not yet in force")
    UNKNOWN = "unknown", _("unknown")


class Skill(models.TextChoices):
    """AS-2: what an installer must have a certificate for."""

    INSTANT = "instant", _("instant water heaters (heavy wiring)")
    STORAGE = "storage", _("storage water heaters (load-bearing wall)")
    MULTIMODE = "multimode", _("multi-mode water heaters")


class EntryKind(models.TextChoices):
    """FI-1: what is booked on a partner's account."""

    FEE = "fee", _("installation fee")
    EXTRA = "extra", _("extra work")
    PENALTY = "penalty", _("penalty")
    REBATE = "rebate", _("rebate")
    REIMBURSEMENT = "reimbursement", _("reimbursement")
    CORRECTION = "correction", _("correction")
    PAYMENT = "payment", _("payment")


class StatementState(models.TextChoices):
    DRAWN = "drawn", _("drawn up")
    SENT = "sent", _("sent, not confirmed")
    DISPUTED = "disputed", _("disputed")
    CONFIRMED = "confirmed", _("confirmed by the partner")
    SETTLED = "settled", _("settled")


STATEMENT = Machine(
    "statement",
    send=(("drawn",), "sent"),
    confirm=(("sent",), "confirmed"),
    dispute=(("sent", "disputed"), "disputed"),
    answer=(("disputed",), "sent"),
    settle=(("confirmed",), "settled"),
)
"""AS-12: silence confirms nothing; a dispute is answered line by line, then the partner is asked once more."""


class LineState(models.TextChoices):
    LISTED = "listed", _("listed")
    DISPUTED = "disputed", _("disputed")
    KEPT = "kept", _("kept")
    TAKEN_BACK = "taken_back", _("taken back")


STATEMENT_LINE = Machine(
    "statementline",
    dispute=(("listed",), "disputed"),
    keep=(("disputed",), "kept"),
    take_back=(("disputed",), "taken_back"),
)
"""A line is disputed once; taken back, its counter-entry stands on a later statement."""


class CorrectionState(models.TextChoices):
    PROPOSED = "proposed", _("to be approved")
    BOOKED = "booked", _("booked on the account")
    REFUSED = "refused", _("refused")


CORRECTION = Machine(
    "correction",
    book=(("proposed",), "booked"),
    refuse=(("proposed",), "refused"),
)
"""FI-2: nothing is corrected by hand without another's signature."""


EVENTS = {
    "record.add": _("Entered"),
    "record.change": _("Changed"),
    "authorisation.revoke": _("Authorisation revoked from {revoked_on}: {reason}"),
    "authorisation.suspend": _("Authorisation suspended from {revoked_on} until {until}: {reason}"),
    "authorisation.lift": _("Authorisation given back from {lifted_on}: {reason}"),
    "entry.book": _("Booked: {text}, ¥{amount}"),
    "entry.reverse": _("Reversed by a counter-entry: {text}, ¥{amount} ({reason})"),
    "listing.map": _("Listing mapped to a model"),
    "statement.draw": _("Statement drawn up: {lines} lines, ¥{total}"),
    "statement.send": _("Sent to the partner, answer due {due_at}"),
    "statement.confirm": _("Confirmed{how}"),
    "statement.dispute": _("Disputed by the partner: {lines}"),
    "statement.answer": _("All disputed lines answered; the partner is asked once more"),
    "statement.settle": _("Settled: ¥{amount} on {paid_on}, {reference}"),
    "statement.export": _("Statement taken out as {format}"),
    "statementline.dispute": _("Line disputed: {reason}"),
    "statementline.keep": _("Line kept: {answer}"),
    "statementline.take_back": _("Line taken back: {answer}"),
    "statement_confirmation.warned": _("The partner's confirmation is due soon ({due_at})"),
    "statement_confirmation.missed": _("Not confirmed in time, was due {due_at}"),
    "statement_confirmation.escalated": _("Still not confirmed, was due {due_at}"),
    "statement_answer.warned": _("Answer to the dispute is due soon ({due_at})"),
    "statement_answer.missed": _("Dispute not answered in time, was due {due_at}"),
    "statement_answer.escalated": _("Dispute still not answered, was due {due_at}"),
    "correction.propose": _("Proposed: {text}, ¥{amount} ({reason})"),
    "correction.book": _("Approved and booked"),
    "correction.refuse": _("Not approved: {reason}"),
}
