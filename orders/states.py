"""The machine of an order and of an import, and the sentences of their events."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opsdesk.machine import Machine


class OrderState(models.TextChoices):
    """How far the platform says the order has come (channels.connectors.base.Progress)."""

    UNPAID = "unpaid", _("waiting for payment")
    PAID = "paid", _("paid, to be shipped")
    PART_SHIPPED = "part_shipped", _("partly shipped")
    SHIPPED = "shipped", _("shipped")
    SIGNED = "signed", _("signed for")
    COMPLETED = "completed", _("completed")
    CLOSED = "closed", _("closed")


_UNSHIPPED = ("unpaid", "paid")
_ON_THE_WAY = (*_UNSHIPPED, "part_shipped", "shipped")

ORDER = Machine(
    "order",
    pay=(("unpaid",), "paid"),
    ship_part=(_UNSHIPPED, "part_shipped"),
    ship=((*_UNSHIPPED, "part_shipped"), "shipped"),
    sign=(_ON_THE_WAY, "signed"),
    complete=((*_ON_THE_WAY, "signed"), "completed"),
    close=((*_ON_THE_WAY, "signed", "completed"), "closed"),
)
"""A file may show an order after several steps at once, so each move starts from every earlier state (OR-2)."""

INTO = {target: action for action, (_sources, target) in ORDER.moves.items()}
"""The move that leads into each state; nothing leads back to unpaid."""


class ImportState(models.TextChoices):
    PREVIEW = "preview", _("to be confirmed")
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    DISCARDED = "discarded", _("discarded")


IMPORT = Machine(
    "import",
    start=(("preview",), "waiting"),
    discard=(("preview",), "discarded"),
    retry=(("failed",), "waiting"),
    run=(("preview", "waiting"), "running"),
    finish=(("running",), "done"),
    fail=(("waiting", "running"), "failed"),
)

EVENTS = {
    "order.enter": _("Order entered from {file}"),
    "order.update": _("Order updated from {file}"),
    "order.pay": _("Paid"),
    "order.ship_part": _("Partly shipped"),
    "order.ship": _("Shipped"),
    "order.sign": _("Signed for (recorded by hand)"),
    "order.complete": _("Completed"),
    "order.close": _("Closed"),
    "order.show": _("Personal data shown: {why}"),
    "import.start": _("Import started"),
    "import.discard": _("Import discarded"),
    "import.retry": _("Import to be tried again"),
    "import.run": _("Import running"),
    "import.finish": _("Import finished"),
    "import.fail": _("Import failed: {error}"),
    "order.export": _("Orders exported: {rows}"),
    "rejected.dismiss": _("Rejected row dismissed: {reason}"),
    "rejected.export": _("Rejected rows downloaded"),
    "import.download": _("File downloaded"),
}
