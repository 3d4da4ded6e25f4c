"""PR-8, PR-9, PR-10, PR-11: whether an order may claim, how much, and why not. Plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from opsdesk.money import to_fen


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A kind's rule in force on the day: from how much to how much, on which platforms (none: all), for how long after
    the payment, whether the goods must have arrived, and whether the platform's checkout takes it off."""

    id: int
    least_yuan: Decimal
    most_yuan: Decimal
    platforms: frozenset[str]
    days: int
    after_arrival: bool
    at_checkout: bool = False


@dataclass(frozen=True, slots=True)
class Bought:
    """What a claim needs to know of its order."""

    platform: str
    state: str
    paid_at: datetime | None
    refunded_yuan: Decimal


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it may be claimed; `because` names the row, or what speaks against it; `at_checkout` as the row says."""

    may: bool
    because: tuple[str, ...]
    at_checkout: bool = False


def verdict(bought: Bought, amount: Decimal, rows: Sequence[ClaimRow], *, at: datetime) -> Verdict:
    """PR-18: return whether this order may claim this amount now; the first thing against it is told."""
    if not rows:
        return Verdict(False, ("no_rule",))
    [row] = rows
    against = _against(bought, amount, row, at)
    return Verdict(not against, (against,) if against else (f"claim_rule:{row.id}",), row.at_checkout)


def _against(bought: Bought, amount: Decimal, row: ClaimRow, at: datetime) -> str:
    if bought.paid_at is None:
        return "not_paid"
    if bought.state == "closed" or bought.refunded_yuan > 0:
        return "refunded"
    if row.platforms and bought.platform not in row.platforms:
        return f"platform:{bought.platform}"
    if row.after_arrival and bought.state not in ("signed", "completed"):
        return "not_arrived"
    if (at - bought.paid_at).days >= row.days:
        return f"too_late:{row.days}"
    if not row.least_yuan <= amount <= row.most_yuan:
        return f"amount:{row.least_yuan}-{row.most_yuan}"
    return ""


@dataclass(frozen=True, slots=True)
class ShareRow:
    """PR-9: the share in force of a platform."""

    id: int
    platform: str
    most_share: Decimal


@dataclass(frozen=True, slots=True)
class Given:
    """What an event may give of a kind (None: no limit), what the platform has of it already, and all have."""

    limit_count: int | None
    limit_yuan: Decimal | None
    count: int
    yuan: Decimal
    count_of_all: int


def places(row: ShareRow, limit: int) -> int:
    """PR-9: return how many places of a quota a platform may have."""
    return int(limit * row.most_share)


def beyond_share(row: ShareRow, given: Given, amount: Decimal) -> str:
    """PR-9: return why one more claim would bring a platform above its share; empty: it would not.

    Measured against the quota of the event (without one its budget), not against what was claimed so far: else the
    first claim of a platform would always be refused, and it would matter who comes first elsewhere (PR-18). Only
    where an event has neither, the claims so far are all there is to measure against.
    """
    if given.limit_count is not None:
        most = places(row, given.limit_count)
        return f"share:{row.platform}:{most}:{given.limit_count}" if given.count + 1 > most else ""
    if given.limit_yuan is not None:
        yuan = to_fen(given.limit_yuan * row.most_share)
        return f"share_yuan:{row.platform}:{yuan}:{given.limit_yuan}" if given.yuan + amount > yuan else ""
    beyond = given.count + 1 > row.most_share * (given.count_of_all + 1)
    return f"share_so_far:{row.platform}:{given.count}:{given.count_of_all}" if beyond else ""
