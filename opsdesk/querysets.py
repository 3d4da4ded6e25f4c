from collections.abc import Collection
from typing import Any

from django.db import models

from opsdesk.errors import NotFound


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
