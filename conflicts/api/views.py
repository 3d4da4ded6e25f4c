"""Cases at the API (CF-8, CF-9, CF-14): file, see one's own, answer, settle, hand in evidence, appeal, withdraw."""

from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django_filters import rest_framework as filters
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from conflicts.api.serializers import (
    CaseDetailOut,
    CaseIn,
    CaseOut,
    EvidenceOut,
    ExhibitIn,
    ReasonIn,
    TextIn,
    filing_of,
)
from conflicts.models import Case
from conflicts.operations import appeals, cases, evidence, filing, steps
from conflicts.operations.evidence import Exhibit
from conflicts.queries import standing
from conflicts.states.case import VIEW, CaseState
from opsdesk.entry.api import AtTheDoor, DeskView, Pages, checked
from opsdesk.errors import NotFound
from orders.models import Order


class CaseFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=CaseState.choices)
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Case
        fields = ("state", "due_before")


class CaseView(DeskView):
    """What the endpoints of one case share: how it is shown to who asks."""

    def shown(self, pk: int) -> Any:
        """The case as this actor may see it; what is not visible does not exist."""
        rows = Case.objects.visible_to(self.by).select_related("act__clause", "version__rulebook")
        case = rows.filter(pk=pk).first()
        if case is None:
            raise NotFound(what=f"{Case._meta.verbose_name} {pk}")
        who = standing.of(case, self.by)
        context = {"by": self.by, "at": self.at, "who": who, "overdue": steps.is_overdue(case)}
        return CaseDetailOut(case, context=context).data


class CaseList(AtTheDoor, ListAPIView[Case]):
    """GET /api/cases/?state=&due_before= : your cases; POST {title, story, act, acted_on, accused_…, filer_…}."""

    serializer_class = CaseOut
    filterset_class = CaseFilter
    pagination_class = Pages

    def get_queryset(self) -> Any:
        self.by.need(VIEW)
        return Case.objects.visible_to(self.by).select_related("act", "version__rulebook")

    def post(self, request: Request) -> Response:
        said = checked(CaseIn, request)
        case = filing.file(filing_of(said, self._orders(said["orders"])), by=self.by, at=self.at)
        return Response({"id": case.pk, "number": str(case), "state": case.state, "due_at": case.due_at}, 201)

    def _orders(self, numbers: list[str]) -> list[Order]:
        found = {row.number: row for row in Order.objects.visible_to(self.by).filter(number__in=numbers).order_by("pk")}
        missing = [number for number in numbers if number not in found]
        if missing:
            raise NotFound(what=f"{Order._meta.verbose_name} {', '.join(missing)}")
        return [found[number] for number in dict.fromkeys(numbers)]


class CaseDetail(CaseView):
    """GET /api/cases/<id>/"""

    def get(self, request: Request, pk: int) -> Response:
        self.by.need(VIEW)
        return Response(self.shown(pk))


class Answer(CaseView):
    """POST /api/cases/<id>/answer/ {text} : the accused answers (CF-9)."""

    def post(self, request: Request, pk: int) -> Response:
        cases.answer(pk, by=self.by, at=self.at, **checked(TextIn, request))
        return Response(self.shown(pk), 201)


class Agreement(CaseView):
    """POST /api/cases/<id>/agreement/ {text} : what a party agrees to (CF-4)."""

    def post(self, request: Request, pk: int) -> Response:
        cases.agree(pk, by=self.by, at=self.at, **checked(TextIn, request))
        return Response(self.shown(pk), 201)


class Withdrawal(CaseView):
    """POST /api/cases/<id>/withdrawal/ {reason} : the filer takes it back."""

    def post(self, request: Request, pk: int) -> Response:
        cases.withdraw(pk, by=self.by, at=self.at, **checked(ReasonIn, request))
        return Response(self.shown(pk), 201)


class EvidenceList(CaseView):
    """POST /api/cases/<id>/evidence/ (multipart) {file, kind, source, [protected]} : hand in evidence (CF-8)."""

    parser_classes = (MultiPartParser, FormParser)

    def post(self, request: Request, pk: int) -> Response:
        exhibit = Exhibit(**checked(ExhibitIn, request))
        return Response(EvidenceOut(evidence.add(pk, exhibit, by=self.by, at=self.at)).data, 201)


class EvidenceFile(DeskView):
    """GET /api/evidence/<id>/ : a file as it was handed in; the look is written down (CF-8)."""

    def get(self, request: Request, pk: int) -> HttpResponse:
        self.by.need(VIEW)
        row, content = evidence.look(pk, by=self.by, at=self.at)
        disposition = content_disposition_header(True, row.name) or "attachment"
        return HttpResponse(content, content_type=row.media_type, headers={"Content-Disposition": disposition})


class AppealIn(TextIn, ExhibitIn):
    """The grounds, and new evidence in the same request."""


class Appeal(CaseView):
    """POST /api/cases/<id>/appeal/ (multipart) {text, file, kind, source} : appeal once, with new evidence (CF-14)."""

    parser_classes = (MultiPartParser, FormParser)

    def post(self, request: Request, pk: int) -> Response:
        said = checked(AppealIn, request)
        text = said.pop("text")
        appeals.appeal(pk, text=text, exhibits=[Exhibit(**said)], by=self.by, at=self.at)
        return Response(self.shown(pk), 201)
