"""The machines of a repair, of its parts and its loan unit, and the sentences of their events."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class RepairState(models.TextChoices):
    ANNOUNCED = "announced", _("announced")
    INBOUND = "inbound", _("on its way in")
    RECEIVED = "received", _("received")
    INSPECTED = "inspected", _("inspected")
    QUOTED = "quoted", _("quoted, waiting for the customer")
    APPROVED = "approved", _("quote accepted")
    REPAIRING = "repairing", _("on the bench")
    RETESTED = "retested", _("retested, to be sent back")
    REPLACED = "replaced", _("replaced, to be sent out")
    DECLINED = "declined", _("not to be repaired, to be sent back")
    OUTBOUND = "outbound", _("on its way back")
    RETURNED = "returned", _("returned")
    SCRAPPED = "scrapped", _("scrapped")
    CANCELLED = "cancelled", _("cancelled")


class Leg(models.TextChoices):
    """AS-7: the three legs of a repair's turnaround."""

    INBOUND = "inbound", _("inbound")
    BENCH = "bench", _("bench")
    OUTBOUND = "outbound", _("outbound")


ENDED = ("returned", "scrapped", "cancelled")
LIVE = tuple(state for state in RepairState.values if state not in ENDED)
BENCH = ("received", "inspected", "quoted", "approved", "repairing")
READY = ("retested", "replaced", "declined")
"""The bench is done with it: it can go out."""

LEG_OF = {
    **dict.fromkeys(("announced", "inbound"), Leg.INBOUND),
    **dict.fromkeys(BENCH, Leg.BENCH),
    **dict.fromkeys((*READY, "outbound"), Leg.OUTBOUND),
}
CLOCK_OF = {
    "announced": "repair_post",
    "inbound": "repair_inbound",
    "received": "repair_inspect",
    "inspected": "repair_decide",
    "quoted": "repair_answer",
    "approved": "repair_bench",
    "repairing": "repair_bench",
    **dict.fromkeys(READY, "repair_send"),
    "outbound": "repair_outbound",
}
"""Which policy gives each step its time; steps of the same policy share one clock."""

TOTAL = "repair_total"
"""The whole turnaround; it stands still while the customer thinks about a quote."""

REPAIR = Machine(
    "repair",
    post=(("announced",), "inbound"),
    receive=(("announced", "inbound"), "received"),
    inspect=(("received",), "inspected"),
    quote=(("inspected", "repairing", "declined"), "quoted"),
    approve=(("quoted",), "approved"),
    decline=(BENCH, "declined"),
    begin=(("inspected", "approved"), "repairing"),
    fail_retest=(("repairing", "retested"), "repairing"),
    pass_retest=(("repairing",), "retested"),
    replace=(("inspected", "approved", "repairing"), "replaced"),
    scrap=(("inspected", "repairing", "declined"), "scrapped"),
    send=(READY, "outbound"),
    deliver=(("outbound",), "returned"),
    hand_back=(READY, "returned"),
    cancel=(("announced", "inbound"), "cancelled"),
)
RIGHTS = {
    "post": "aftersales.register_repair",
    "receive": "aftersales.receive_repair",
    "inspect": "aftersales.work_repair",
    "judge": "aftersales.decide_repair",
    "quote": "aftersales.decide_repair",
    "approve": "aftersales.register_repair",
    "decline": "aftersales.register_repair",
    "begin": "aftersales.work_repair",
    "part": "aftersales.work_repair",
    "retest": "aftersales.work_repair",
    "replace": "aftersales.decide_repair",
    "scrap": "aftersales.decide_repair",
    "send": "aftersales.receive_repair",
    "deliver": "aftersales.receive_repair",
    "hand_back": "aftersales.work_repair",
    "hand_over": "aftersales.work_repair",
    "lend": "aftersales.receive_repair",
    "cancel": "aftersales.register_repair",
}
"""Which right a person needs for a move or a button."""


class Sender(models.TextChoices):
    CUSTOMER = "customer", _("the customer")
    PARTNER = "partner", _("a partner")


class Place(models.TextChoices):
    SENT_IN = "sent_in", _("sent in")
    ON_SITE = "on_site", _("on site")


class Covered(models.TextChoices):
    """AS-7: what the warranty says."""

    IN = "in", _("under warranty")
    OUT = "out", _("not under warranty")
    UNKNOWN = "unknown", _("warranty unknown")


class Fault(models.TextChoices):
    """AS-7: whose fault it is; only a fault of the product is covered."""

    PRODUCT = "product", _("the product")
    INSTALLATION = "installation", _("the installation")
    TRANSPORT = "transport", _("transport")
    USE = "use", _("the way it was used")


class Result(models.TextChoices):
    REPAIRED = "repaired", _("repaired")
    REPLACED = "replaced", _("replaced")
    UNREPAIRED = "unrepaired", _("sent back unrepaired")
    SCRAPPED = "scrapped", _("scrapped")


class PartState(models.TextChoices):
    WAITING = "waiting", _("waiting for approval")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    FITTED = "fitted", _("fitted")
    WITHDRAWN = "withdrawn", _("withdrawn")


PART = Machine(
    "part",
    grant=(("waiting",), "granted"),
    refuse=(("waiting",), "refused"),
    fit=(("granted",), "fitted"),
    withdraw=(("waiting", "granted"), "withdrawn"),
)


class QuoteAnswer(models.TextChoices):
    WAITING = "waiting", _("waiting for an answer")
    APPROVED = "approved", _("accepted")
    DECLINED = "declined", _("declined")


class RightCode(models.TextChoices):
    """AS-7: what gives the customer a right to another machine; the figures are dated rows."""

    REPAIRS = "repairs", _("repairs without success within the warranty")
    RETESTS = "retests", _("failed retests of one repair")
    DAYS = "days", _("days that a repair takes by our own fault")
    PARTS_DAYS = "parts_days", _("days of waiting for a part")


EVENTS = {
    "repair.register": _("Repair registered: {because}"),
    "repair.post": _("Posted by {carrier} {tracking_in}"),
    "repair.receive": _("Machine received by {holder}"),
    "repair.inspect": _("Inspected: {findings}"),
    "repair.judge": _("Warranty decided by hand: {warranty} ({reason})"),
    "repair.quote": _("Quoted ¥{total}"),
    "repair.approve": _("The customer accepts the quote of ¥{total}"),
    "repair.decline": _("Not to be repaired: {reason}"),
    "repair.begin": _("Work on it begins: {because}"),
    "repair.pass_retest": _("Retest passed"),
    "repair.fail_retest": _("Retest failed, back to the bench: {failed}"),
    "repair.replace": _("Replaced by {new_serial_number}: {reason}"),
    "repair.scrap": _("Scrapped: {reason}"),
    "repair.send": _("Sent back by {carrier} {tracking_out}"),
    "repair.deliver": _("The customer has it back"),
    "repair.hand_back": _("Handed back on the spot"),
    "repair.hand_over": _("{holder} holds it now: {reason}"),
    "repair.cancel": _("Repair cancelled: {reason}"),
    "repair.show": _("Customer's data shown: {why}"),
    "repair.export": _("Repairs exported: {rows}"),
    "part.ask": _("Part asked for: {part} × {quantity}, ¥{amount}"),
    "part.grant": _("Part granted"),
    "part.refuse": _("Part refused: {reason}"),
    "part.fit": _("Part fitted"),
    "part.withdraw": _("Part not needed: {reason}"),
    "loan.lend": _("Loan unit {serial_number} given out"),
    "loan.ask_back": _("Loan unit is due back by {due_at}"),
    "loan.take_back": _("Loan unit {serial_number} is back: {note}"),
    "repair_post.missed": _("The machine was not posted in time, was due {due_at}"),
    "repair_inbound.missed": _("The machine did not arrive in time, was due {due_at}"),
    "repair_inspect.missed": _("Not inspected in time, was due {due_at}"),
    "repair_decide.missed": _("Neither quoted nor begun in time, was due {due_at}"),
    "repair_answer.missed": _("The customer has not answered the quote, was due {due_at}"),
    "repair_bench.missed": _("Not repaired in time, was due {due_at}"),
    "repair_send.missed": _("Not sent back in time, was due {due_at}"),
    "repair_outbound.missed": _("Not back with the customer in time, was due {due_at}"),
    "repair_total.missed": _("The repair takes longer than promised, was due {due_at}"),
    "repair_loan.missed": _("Loan unit not back in time, was due {due_at}"),
    **{
        f"{clock}.{rung}": sentence
        for clock in (*dict.fromkeys(CLOCK_OF.values()), TOTAL, "repair_loan")
        for rung, sentence in (
            ("warned", _("A step of the repair is due soon ({due_at})")),
            ("escalated", _("A step of the repair is long overdue, was due {due_at}")),
        )
    },
}
