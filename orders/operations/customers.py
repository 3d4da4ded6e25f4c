from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from opsdesk.copying import copy_rows, reserve_ids
from opsdesk.privacy import fingerprint, normal_phone
from orders.models import Mark
from orders.rules import identity

Marks = tuple[tuple[str, bytes], ...]


def recognise(found: Sequence[identity.Receiver], *, at: datetime) -> list[identity.Match | None]:
    """OR-4: say for each receiver which customer it is, entering those not seen before; under the intake's lock.

    Four statements however many receivers. Two receivers of one batch that share a mark are one customer.
    """
    marks = [_fingerprints(receiver) for receiver in found]
    known = _known(marks)
    new_marks: dict[bytes, tuple[str, int]] = {}
    matches: list[identity.Match | None] = []
    new = 0
    for own in marks:
        match = identity.match(own, known)
        if match and match.customer is None:
            new += 1
            match = replace(match, customer=-new)
        if match and match.customer is not None:
            for basis, mark in own:
                if mark not in known:
                    known[mark] = match.customer
                    new_marks[mark] = (basis, match.customer)
        matches.append(match)
    real = dict(zip(range(-1, -new - 1, -1), reserve_ids("orders_customer", new), strict=True))
    copy_rows("orders_customer", ("id", "first_seen_at"), ((pk, at) for pk in real.values()))
    copy_rows(
        "orders_mark",
        ("fingerprint", "basis", "customer_id"),
        ((mark, basis, real.get(pk, pk)) for mark, (basis, pk) in new_marks.items()),
    )
    return [match and replace(match, customer=real.get(match.customer or 0, match.customer)) for match in matches]


def _fingerprints(receiver: identity.Receiver) -> Marks:
    found = identity.marks(receiver, normal_phone(receiver.phone))
    return tuple((basis, fingerprint(text)) for basis, text in found)


def _known(marks: Iterable[Marks]) -> dict[bytes, int]:
    wanted = {mark for own in marks for _, mark in own}
    rows = Mark.objects.filter(pk__in=wanted).values_list("fingerprint", "customer_id") if wanted else ()
    return {bytes(mark): customer for mark, customer in rows}
