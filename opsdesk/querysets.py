from collections.abc import Collection
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.lookups import Lookup

from opsdesk.copying import array
from opsdesk.errors import NotFound


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class Among(Lookup):
    """`number__among=[…]` finds what `number__in=[…]` does, as one array: thousands of parameters cost too much."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[str, ...]]:
        values = list(value)
        if not values:
            raise EmptyResultSet
        return f"%s::{_ARRAYS[type(values[0])]}", (array(values),)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", (*left_params, *right_params)


_ARRAYS = {str: "text[]", bytes: "bytea[]", int: "bigint[]"}


class DeskQuerySet(models.QuerySet[Any]):
    """What every QuerySet of a business object can do."""

    def for_change(self, pk: int | str) -> Any:
        """Return the row, locked until the transaction ends; a row outside this queryset does not exist."""
        [row] = self.for_change_many([pk])
        return row

    def for_change_many(self, pks: Collection[int | str]) -> list[Any]:
        """Return all these rows locked, in the order of their keys (so that two callers never wait in a ring)."""
        rows = list(self.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",)))
        if missing := set(pks) - {row.pk for row in rows}:
            raise NotFound(what=f"{self.model._meta.verbose_name} {', '.join(map(str, sorted(missing)))}")
        for row in rows:
            row.locked = True
        return rows

    def free_for_change(self, most: int) -> list[Any]:
        """Return up to `most` rows of this queryset that nobody else holds, locked."""
        rows = list(self.select_for_update(of=("self",), skip_locked=True)[:most])
        for row in rows:
            row.locked = True
        return rows
