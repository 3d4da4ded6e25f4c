"""AS-6: never more back than was paid, whatever the order of events. Plain Python.

What "paid" is, where an export may already net refunds: 总金额 (total) is what was paid before refunds,
买家实际支付金额 (paid) is what is left of it on some platforms (Taobao, Tmall) and the whole on others
(Douyin). So what came in is paid plus what the platform gave back, but never more than the total; where a source says
only one of the two, that one. An order that was never paid has brought in only what the platform says it returned.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Money:
    """What is known of an order's money. `by_transfer` and `on_platform` are payouts, `promised` live grants unpaid."""

    total_yuan: Decimal | None
    paid_yuan: Decimal | None
    refunded_yuan: Decimal | None
    was_paid: bool
    on_platform: Decimal = ZERO
    by_transfer: Decimal = ZERO
    promised: Decimal = ZERO

    @property
    def returned(self) -> Decimal:
        """What the platform gave back: by our rows or by its own order export, whichever shows more."""
        return max(self.on_platform, self.refunded_yuan or ZERO)

    @property
    def received(self) -> Decimal:
        """What the customer paid, before refunds."""
        if not self.was_paid:
            return self.returned
        if self.total_yuan is None:
            return max(self.paid_yuan or ZERO, self.returned)
        if self.paid_yuan is None:
            return self.total_yuan
        return min(self.total_yuan, self.paid_yuan + self.returned)

    @property
    def left(self) -> Decimal:
        """What may still be granted."""
        return self.received - self.returned - self.by_transfer - self.promised

    def freeing(self, amount: Decimal) -> "Money":
        """The same with grants of so much taken back."""
        return replace(self, promised=self.promised - amount)

    def paying(self, amount: Decimal, *, on_platform: bool, promised: Decimal) -> "Money":
        """The same with one payout more, of which so much had been promised before."""
        later = replace(self, promised=self.promised - promised)
        if on_platform:
            return replace(later, on_platform=self.on_platform + amount)
        return replace(later, by_transfer=self.by_transfer + amount)
