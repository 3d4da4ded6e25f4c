"""What every Celery task inherits: one operation, keyword arguments, retries only for what may pass."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from celery import current_app

from opsdesk.errors import Refused, Transient

logger = logging.getLogger(__name__)
_PAUSES = (10, 60, 300, 1800)


def task(run: Callable[..., None]) -> Any:
    """Make a task of a function: `Transient` is retried with growing pauses, `Refused` is an answer."""

    @functools.wraps(run)
    def guarded(self: Any, **kwargs: Any) -> None:
        try:
            run(**kwargs)
        except Refused as why:
            logger.info("%s: %s", self.name, why)
        except Transient as why:
            pause = _PAUSES[min(self.request.retries, len(_PAUSES) - 1)]
            raise self.retry(exc=why, countdown=pause, max_retries=len(_PAUSES)) from why

    return current_app.task(bind=True, name=f"{run.__module__}.{run.__name__}")(guarded)  # type: ignore[arg-type]


def each(pks: Any, operation: Callable[[Any], Any]) -> None:
    """Run an operation for every key, each in its own transaction: one bad row stops nobody, and is logged."""
    for pk in pks:
        try:
            operation(pk)
        except Refused as why:
            logger.info("%s %s: %s", operation, pk, why)
        except Exception:
            logger.exception("%s %s failed; the next sweep tries it again", operation, pk)
