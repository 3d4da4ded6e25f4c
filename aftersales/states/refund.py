"""The machine of a refund, return or exchange, and the sentences of its events (AS-6, AS-8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class Kind(models.TextChoices):
    """What the customer wants, and so which way through the machine (aftersales.rules.refund_steps)."""

    REFUND_ONLY = "refund_only", _("refund only")
    RETURN_REFUND = "return_refund", _("return and refund")
    EXCHANGE = "exchange", _("exchange")
    RESEND = "resend", _("send again")
    PRICE_DIFFERENCE = "price_difference", _("price difference")
    CASH_BACK = "cash_back", _("cash back")


class RefundState(models.TextChoices):
    ASKED = "asked", _("to be reviewed")
    REFUSED = "refused", _("refused")
    AGREED = "agreed", _("agreed")
    RETURNING = "returning", _("goods on the way back")
    RECEIVED = "received", _("goods arrived, to be inspected")
    INSPECTED = "inspected", _("goods accepted")
    GRANTED = "granted", _("granted, to be paid")
    PAID = "paid", _("paid back")
    SENT = "sent", _("replacement sent")
    CLOSED = "closed", _("closed without payment")
    WITHDRAWN = "withdrawn", _("withdrawn")


LIVE = ("asked", "agreed", "returning", "received", "inspected", "granted")
"""Somebody has something to do; after a refusal it is the customer."""
_BEFORE_MONEY = ("asked", "refused", "agreed", "returning", "received", "inspected")
_UNDONE = (*_BEFORE_MONEY, "granted")

REFUND = Machine(
    "refund",
    agree=(("asked", "refused"), "agreed"),
    refuse=(("asked", "received", "inspected"), "refused"),
    ask_again=(("refused",), "asked"),
    post=(("agreed",), "returning"),
    receive=(("agreed", "returning", "received"), "received"),
    inspect=(("received",), "inspected"),
    grant=(("agreed", "inspected"), "granted"),
    retract=(("granted",), "agreed"),
    pay=(("granted",), "paid"),
    send=(("agreed", "inspected"), "sent"),
    close=(_UNDONE, "closed"),
    withdraw=(("asked", "refused", "agreed", "returning"), "withdrawn"),
    see_asked=(("refused",), "asked"),
    see_refused=(("asked", "agreed", "returning", "received"), "refused"),
    see_agreed=(("asked", "refused"), "agreed"),
    see_returning=(("asked", "refused", "agreed"), "returning"),
    see_paid=((*_UNDONE, "closed", "withdrawn"), "paid"),
    see_sent=(_UNDONE, "sent"),
    see_closed=(_UNDONE, "closed"),
)
"""One machine for all kinds; which of its moves a kind has says `aftersales.rules.refund_steps`.

`see_…` are what a platform's file says has happened there: it may show several steps at once, never one back.
`retract` takes a grant back (goods then already accepted stay accepted); a refusal may be asked again or revised.
"""

RIGHTS = {
    "agree": "aftersales.review_refund",
    "refuse": "aftersales.review_refund",
    "ask_again": "aftersales.review_refund",
    "post": "aftersales.review_refund",
    "receive": "aftersales.receive_return",
    "inspect": "aftersales.receive_return",
    "grant": "aftersales.review_refund",
    "retract": "aftersales.review_refund",
    "pay": "aftersales.pay_refund",
    "send": "aftersales.review_refund",
    "send_ahead": "aftersales.review_refund",
    "choose": "aftersales.review_refund",
    "prove": "aftersales.review_refund",
    "close": "aftersales.review_refund",
    "withdraw": "aftersales.review_refund",
}
"""Which right a person needs for a move; what is missing here only the system does."""


class Reason(models.TextChoices):
    """AS-8: why, in the words of the rules; each has a dated policy of its own (ReturnPolicy)."""

    QUALITY = "quality", _("serious quality fault")
    WRONG_GOODS = "wrong_goods", _("wrong goods")
    DAMAGE = "damage", _("damaged in transit")
    MISSING_PARTS = "missing_parts", _("parts missing")
    WRONG_CHOICE = "wrong_choice", _("chose the wrong one")
    DISLIKE = "dislike", _("does not like it")
    NOT_SHIPPED = "not_shipped", _("not shipped yet")
    PRICE = "price", _("price question")
    OTHER = "other", _("other reason")


class Through(models.TextChoices):
    """How money goes back: on the platform (its order export then shows it), or by a transfer of ours."""

    PLATFORM = "platform", _("on the platform")
    TRANSFER = "transfer", _("by transfer")


class Remedy(models.TextChoices):
    """AS-8: what the customer gets; where none is in stock, he chooses."""

    REFUND = "refund", _("refund")
    EXCHANGE = "exchange", _("exchange for the same model")
    OTHER_MODEL = "other_model", _("exchange for another model")
    REPAIR = "repair", _("repair")
    RESEND = "resend", _("send what is missing")


class FreightPayer(models.TextChoices):
    COMPANY = "company", _("the company")
    CUSTOMER = "customer", _("the customer")


class Limit(models.TextChoices):
    """AS-6: which of the two deadlines slipped."""

    INNER = "inner", _("our own")
    OUTER = "outer", _("the platform's")


class Step(models.TextChoices):
    """AS-6: what is waited for; the platform's timers are rows by step."""

    REVIEW = "review", _("review")
    REVIEW_UNSHIPPED = "review_unshipped", _("review, goods not shipped")
    RETURN = "return", _("goods back")
    INSPECT = "inspect", _("inspection")
    PAY = "pay", _("pay or send")


class Standing(models.TextChoices):
    """How sure we are of a rule of a platform or of the law."""

    OFFICIAL = "official", _("official text")
    SECONDARY = "secondary", _("quoted by others")
    WEAK = "weak", _("a single weak source")
    OURS = "ours", _("our own reading")


class RightSource(models.TextChoices):
    LAW = "law", _("law")
    PLATFORM = "platform", _("marketplace")


EVENTS = {
    "refund.ask": _("Refund asked for: {kind}, ¥{asked_yuan} ({reason})"),
    "refund.enter": _("Refund entered from {file}: {kind}, ¥{asked_yuan}"),
    "refund.update": _("Refund updated from {file}"),
    "refund.agree": _("Agreed"),
    "refund.refuse": _("Refused: {reason}"),
    "refund.ask_again": _("Asked again: {reason}"),
    "refund.post": _("Posted by the customer, {carrier} {tracking}"),
    "refund.receive": _("Goods arrived: {ok} in order, {damaged} damaged, {missing} missing"),
    "refund.turn_away": _("Goods came without notice and were not accepted: {reason}"),
    "refund.inspect": _("Goods accepted: {note}"),
    "refund.grant": _("¥{granted_yuan} granted: {because}"),
    "refund.retract": _("Grant taken back: {reason}"),
    "refund.payout": _("¥{amount_yuan} paid back ({through}, {reference})"),
    "refund.pay": _("Paid back in full: ¥{paid_yuan}"),
    "refund.send": _("Replacement sent, {carrier} {tracking}"),
    "refund.send_ahead": _("Replacement sent before the goods came back ({reason}), {carrier} {tracking}"),
    "refund.choose": _("The customer chooses: {remedy} ({reason})"),
    "refund.prove": _("Evidence added: {what}"),
    "refund.close": _("Closed without payment: {reason}"),
    "refund.withdraw": _("Withdrawn by the customer: {reason}"),
    "refund.see_asked": _("The platform says: asked again"),
    "refund.see_refused": _("The platform says: refused"),
    "refund.see_agreed": _("The platform says: agreed"),
    "refund.see_returning": _("The platform says: goods on the way back"),
    "refund.see_paid": _("The platform says: ¥{paid_yuan} paid back"),
    "refund.see_sent": _("The platform says: replacement sent"),
    "refund.see_closed": _("The platform says: closed"),
    "refund.export": _("Refunds exported: {rows}"),
    "payout.export": _("Payouts exported: {rows}"),
    "slip.tell": _("The customer was told that it takes longer ({how})"),
    "refund_review.half": _("Review: half of the time is over, due {due_at}"),
    "refund_review.warned": _("Review: three quarters of the time are over, due {due_at}"),
    "refund_review.urgent": _("Review: nine tenths of the time are over, due {due_at}"),
    "refund_review.missed": _("Review: our deadline missed, was due {due_at}"),
    "refund_review.escalated": _("Review: long overdue, was due {due_at}"),
    "refund_return.half": _("Goods back: half of the time is over, due {due_at}"),
    "refund_return.warned": _("Goods back: three quarters of the time are over, due {due_at}"),
    "refund_return.urgent": _("Goods back: nine tenths of the time are over, due {due_at}"),
    "refund_return.missed": _("Goods back: our deadline missed, was due {due_at}"),
    "refund_return.escalated": _("Goods back: long overdue, was due {due_at}"),
    "refund_inspect.half": _("Inspection: half of the time is over, due {due_at}"),
    "refund_inspect.warned": _("Inspection: three quarters of the time are over, due {due_at}"),
    "refund_inspect.urgent": _("Inspection: nine tenths of the time are over, due {due_at}"),
    "refund_inspect.missed": _("Inspection: our deadline missed, was due {due_at}"),
    "refund_inspect.escalated": _("Inspection: long overdue, was due {due_at}"),
    "refund_pay.half": _("Payment: half of the time is over, due {due_at}"),
    "refund_pay.warned": _("Payment: three quarters of the time are over, due {due_at}"),
    "refund_pay.urgent": _("Payment: nine tenths of the time are over, due {due_at}"),
    "refund_pay.missed": _("Payment: our deadline missed, was due {due_at}"),
    "refund_pay.escalated": _("Payment: long overdue, was due {due_at}"),
}
