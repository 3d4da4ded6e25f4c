"""AS-6, OR-2: what a platform's picture of a refund changes in ours: never a state back. Plain Python."""

from datetime import datetime

RANK = {
    "asked": 0,
    "refused": 1,
    "agreed": 2,
    "returning": 3,
    "received": 4,
    "inspected": 5,
    "granted": 6,
    "paid": 7,
    "sent": 7,
    "closed": 7,
    "withdrawn": 7,
}
_ENDS = frozenset({"paid", "sent", "closed"})
_DONE = frozenset({"paid", "sent"})
_REFUSABLE = frozenset({"agreed", "returning", "received"})


def is_earlier(seen_as_of: datetime | None, stored_as_of: datetime | None) -> bool:
    """Say whether a picture is known to be older than what is stored; then it only fills gaps."""
    return seen_as_of is not None and stored_as_of is not None and seen_as_of < stored_as_of


def move(seen: str | None, stored: str, *, earlier: bool, later: bool) -> str:
    """Return the move that a picture makes, "" for none.

    Money that went back is a fact in whatever state we had it, an end is never left. A refusal may follow an
    agreement, and a new request a refusal, only where the picture is known to be `later`; else the state decides.
    """
    if seen is None or seen == stored or stored in _DONE:
        return ""
    if seen == "paid" or (seen in _ENDS and RANK[stored] < RANK[seen]):
        return f"see_{seen}"
    if RANK[stored] == RANK["paid"] or seen in _ENDS or (earlier and "refused" in (seen, stored)):
        return ""
    if (seen == "refused" and stored in _REFUSABLE) or (seen == "asked" and stored == "refused"):
        return f"see_{seen}" if later else ""
    return f"see_{seen}" if RANK[seen] > RANK[stored] else ""
