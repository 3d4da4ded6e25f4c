"""AS-7: in which order machines are worked on. Plain Python."""

from dataclasses import dataclass

END_USER, STOCK = 1, 2


@dataclass(frozen=True, slots=True)
class Precedence:
    """The rank of a machine in every queue (lower first; within a rank the earlier deadline first), and why."""

    rank: int
    because: tuple[str, ...]


def precedence(*, end_user: bool, sender: str) -> Precedence:
    """AS-7: return an end user's rank before agents' stock: whoever has no hot water does not wait behind a shelf.

    An agent that sends in its customer's machine stands for the customer, not for its stock.
    """
    if not end_user:
        return Precedence(STOCK, ("agents_stock",))
    return Precedence(END_USER, ("end_user_online",) if sender == "customer" else ("end_user_of_agent",))
