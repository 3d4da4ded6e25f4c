from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from opsdesk.actor import Actor
from opsdesk.audit import models as audit
from opsdesk.errors import WrongState


class Machine:
    """The moves of one kind of record, and the only code that writes its state."""

    def __init__(self, name: str, /, **moves: tuple[Iterable[str], str]) -> None:
        self.name = name
        self.moves = {action: (frozenset(sources), target) for action, (sources, target) in moves.items()}

    def allowed(self, obj: Any) -> list[str]:
        """List the actions possible from this state, for buttons and for the API's `allowed`."""
        return [action for action, (sources, _) in self.moves.items() if obj.state in sources]

    def check(self, obj: Any, action: str) -> str:
        """Return the state that the action leads to, or refuse it."""
        sources, target = self.moves[action]
        if obj.state not in sources:
            raise WrongState(what=str(obj), state=obj.get_state_display(), action=action)
        return target

    def move(
        self, obj: Any, action: str, *, by: Actor, at: datetime, facts: Mapping[str, Any] | None = None, **changes: Any
    ) -> audit.Event:
        """Check, set, save and record one move of a row that came from for_change(); `facts` go into the event only."""
        [event] = self.move_many([obj], action, by=by, at=at, changes=[changes], facts=[facts or {}])
        return event

    def move_many(
        self,
        objs: Sequence[Any],
        action: str,
        *,
        by: Actor,
        at: datetime,
        changes: Sequence[Mapping[str, Any]] = (),
        facts: Sequence[Mapping[str, Any]] = (),
    ) -> list[audit.Event]:
        """Move locked rows together: two statements however many; `changes[i]` are the other fields of `objs[i]`,
        `facts[i]` what its event says besides.

        One row in the wrong state refuses them all; callers that want the good ones filter first.
        """
        if not objs:
            return []
        changes, facts = changes or [{}] * len(objs), facts or [{}] * len(objs)
        records = []
        for obj, values, more in zip(objs, changes, facts, strict=True):
            assert getattr(obj, "locked", False), "take the row with objects.for_change(pk) first"
            was, target = obj.state, self.check(obj, action)
            old = {name: getattr(obj, name) for name in values}
            obj.state = target
            for name, value in values.items():
                setattr(obj, name, value)
            records.append((obj, {"was": was, "now": target, **audit.changed(old, values), **more}))
        fields = ["state", *{name for values in changes for name in values}]
        if len(objs) == 1:
            objs[0].save(update_fields=fields)
        else:
            type(objs[0])._base_manager.bulk_update(objs, fields, batch_size=1000)
        return audit.record_many(records, f"{self.name}.{action}", by=by, at=at)
