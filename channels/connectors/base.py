"""What a marketplace says, in one small vocabulary: every connector and every export-file reader produces it,
the one intake consumes it.

`None` means "this source does not say" and never changes what is stored; an empty string means "it says: empty".
Times are aware (Asia/Shanghai as the platforms print them), money is Decimal yuan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Progress(StrEnum):
    """How far an order has come, in the platforms' own order of things (orders.rules.freshness ranks them)."""

    UNPAID = "unpaid"
    PAID = "paid"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    SIGNED = "signed"
    COMPLETED = "completed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PlatformLine:
    """One item of an order. `key` is unique and stable within the order (child order number where there is one)."""

    key: str
    title: str | None = None
    item_id: str | None = None
    sku_id: str | None = None
    merchant_code: str | None = None
    properties: str | None = None
    quantity: int | None = None
    price_yuan: Decimal | None = None
    paid_yuan: Decimal | None = None
    refunded_yuan: Decimal | None = None
    refund_state: str | None = None
    serial_number: str | None = None


@dataclass(frozen=True, slots=True)
class PlatformOrder:
    """One order as a source shows it at one moment.

    `line` is the line of the file where it begins (0 from an API), `rows` how many rows of the file make it up.
    `sold_yuan` is what the shop sold it for after its own reductions: what platform or influencer paid is in it.
    `superseded` marks a parent that the platform has split: it must not be counted, its children are.
    `as_of` is the moment of this state where the source gives one (API `modified`, the stamp in an export's file name).
    """

    number: str
    line: int = 0
    rows: int = 1
    state: Progress | None = None
    held: bool | None = None
    superseded: bool | None = None
    as_of: datetime | None = None
    ordered_at: datetime | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    signed_at: datetime | None = None
    completed_at: datetime | None = None
    promised_ship_at: datetime | None = None
    goods_yuan: Decimal | None = None
    freight_yuan: Decimal | None = None
    total_yuan: Decimal | None = None
    paid_yuan: Decimal | None = None
    refunded_yuan: Decimal | None = None
    sold_yuan: Decimal | None = None
    buyer: str | None = None
    receiver_name: str | None = None
    receiver_phone: str | None = None
    receiver_address: str | None = None
    province: str | None = None
    city: str | None = None
    county: str | None = None
    town: str | None = None
    buyer_message: str | None = None
    seller_note: str | None = None
    close_reason: str | None = None
    after_sale: str | None = None
    carrier: str | None = None
    tracking: str | None = None
    installation_bought: bool | None = None
    lines: tuple[PlatformLine, ...] = ()


class RefundProgress(StrEnum):
    """How far a refund has come on its platform (aftersales.rules.refund_freshness ranks them)."""

    ASKED = "asked"
    REFUSED = "refused"
    AGREED = "agreed"
    RETURNING = "returning"
    PAID = "paid"
    SENT = "sent"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """OR-3: a row that cannot be read, kept with where it stood, what it said and why it was refused.

    `cells` are the trimmed-header → raw-text pairs (so it can be mended in a form), `raw` the row as text.
    `field` is the header of the offending column, "" when the whole row is the trouble. `reason` is for the user.
    """

    line: int
    raw: str
    code: str
    reason: str
    field: str = ""
    cells: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PlatformRefund:
    """One refund, return or exchange as a source shows it at one moment.

    `number` is the refund's own, `order_number` the order's or its child order's, `line_key` the child's where it is
    said apart. `kind` and `reason` are after-sales' own words for them, `said` is the platform's reason. `due_at` is
    the platform's own deadline of the present step. `cells` is the row as it stood, for who has to reject it.
    """

    number: str
    order_number: str
    line: int = 0
    rows: int = 1
    progress: RefundProgress | None = None
    kind: str | None = None
    reason: str | None = None
    said: str | None = None
    line_key: str | None = None
    amount_yuan: Decimal | None = None
    shipped: bool | None = None
    asked_at: datetime | None = None
    agreed_at: datetime | None = None
    posted_at: datetime | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    carrier: str | None = None
    tracking: str | None = None
    as_of: datetime | None = None
    cells: Mapping[str, str] | None = field(default=None, repr=False, compare=False)

    def refused(self, code: str, reason: str) -> Unreadable:
        """Keep it as a row that could be read and cannot be entered."""
        return Unreadable(self.line, "", code, reason, cells=self.cells)
