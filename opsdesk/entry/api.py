"""What every endpoint inherits: the actor, the moment, and errors as {code, message, facts}."""

from datetime import datetime
from typing import Any

from django.utils.functional import cached_property
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from opsdesk import clock
from opsdesk.actor import Actor
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError


class Pages(CursorPagination):
    """Pages by key: stable while rows come in, as fast at the end as at the start, never a count."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-pk"


class AtTheDoor:
    """Who asks, and when: asked once per request."""

    request: Any

    @cached_property
    def by(self) -> Actor:
        return actor_at(self.request._request, door="api")

    @cached_property
    def at(self) -> datetime:
        return clock.now()


class DeskView(AtTheDoor, APIView):
    """One class per operation; see docs/architecture.md, “An endpoint”."""


def say_why(why: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any refusal into {code, message, facts}; what is not ours is left to Django REST framework."""
    if isinstance(why, DeskError):
        facts = {name: str(value) for name, value in why.facts.items()}
        return Response({"code": why.code, "message": str(why), "facts": facts}, status=why.status)
    answer = exception_handler(why, context)
    if answer is not None:
        code = getattr(why, "default_code", "error")
        shape = answer.data if isinstance(answer.data, dict) else {"errors": answer.data}
        answer.data = {"code": code, "message": _sentence(shape), "facts": shape}
    return answer


def _sentence(shape: dict[str, Any]) -> str:
    """Say in one line what is wrong with which field."""
    if "detail" in shape:
        return str(shape["detail"])
    each = ((name, why if isinstance(why, list) else [why]) for name, why in shape.items())
    return "；".join(f"{name}: {' '.join(map(str, whys))}" for name, whys in each)


def checked(shape: type[Any], request: Any) -> dict[str, Any]:
    """Return the input in this shape, or answer 400 with what is wrong in which field."""
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
