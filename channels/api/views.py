from typing import Any

from django_filters import rest_framework as filters
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from channels.api.serializers import DisputeIn, LineOut, StatementOut
from channels.models import Statement
from channels.operations import statements
from channels.states import StatementState
from opsdesk.entry.api import AtTheDoor, DeskView, Pages, checked
from opsdesk.errors import NotFound

VIEW = "channels.view_statement"


class StatementFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=StatementState.choices)

    class Meta:
        model = Statement
        fields = ("state",)


class StatementView(DeskView):
    """What the endpoints of one statement share: how it is shown to who asks."""

    def shown(self, statement: Statement) -> dict[str, Any]:
        lines = statement.lines.select_related("entry").order_by("number")
        short = StatementOut(statement, context={"by": self.by}).data
        return {**short, "lines": LineOut(lines, many=True).data}


class StatementList(AtTheDoor, ListAPIView[Statement]):
    """GET /api/statements/?state= : your own statements and those of partners below you, the newest first."""

    serializer_class = StatementOut
    filterset_class = StatementFilter
    pagination_class = Pages

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "by": self.by}

    def get_queryset(self) -> Any:
        self.by.need(VIEW)
        return Statement.objects.visible_to(self.by).select_related("partner")


class StatementDetail(StatementView):
    """GET /api/statements/<id>/ : with all lines."""

    def get(self, request: Request, pk: int) -> Response:
        self.by.need(VIEW)
        row = Statement.objects.visible_to(self.by).select_related("partner").filter(pk=pk).first()
        if row is None:
            raise NotFound(what=f"{Statement._meta.verbose_name} {pk}")
        return Response(self.shown(row))


class Confirmation(StatementView):
    """POST /api/statements/<id>/confirmation/ : the partner agrees (AS-12)."""

    def post(self, request: Request, pk: int) -> Response:
        return Response(self.shown(statements.confirm(pk, by=self.by, at=self.at)), 201)


class Disputes(StatementView):
    """POST /api/statements/<id>/disputes/ {lines: [{number, reason}]} : these lines are wrong, and why (AS-12)."""

    def post(self, request: Request, pk: int) -> Response:
        said = {line["number"]: line["reason"] for line in checked(DisputeIn, request)["lines"]}
        return Response(self.shown(statements.dispute(pk, lines=said, by=self.by, at=self.at)), 201)
