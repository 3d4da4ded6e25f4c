from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string


def later(task: str, **kwargs: Any) -> None:
    """Start a task once this transaction has committed; not before, and not at all if it rolls back.

    A dead broker costs a delay until the next sweep, never a failed request (robust=True).
    """
    transaction.on_commit(import_string(task).s(**kwargs).apply_async, robust=True)
