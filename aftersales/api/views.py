from typing import Any

from django_filters import rest_framework as filters
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from aftersales.api.serializers import (
    AppointmentIn,
    CompletionIn,
    FailureIn,
    InstallerIn,
    JobDetailOut,
    JobOut,
    NoteIn,
    ReasonIn,
    SignatureIn,
    TextIn,
)
from aftersales.models import Job
from aftersales.operations import jobs, urges
from aftersales.queries import jobs as queries
from aftersales.states.job import JobState
from opsdesk.entry.api import AtTheDoor, DeskView, Pages, checked


class JobFilter(filters.FilterSet):
    state = filters.MultipleChoiceFilter(choices=JobState.choices)
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Job
        fields = ("state", "due_before")


class JobView(DeskView):
    """What the endpoints of one job share: how it is shown to who asks."""

    def shown(self, job: Job) -> Any:
        return JobDetailOut(job, context={"by": self.by}).data


class JobList(AtTheDoor, ListAPIView[Job]):
    """GET /api/jobs/?state=&due_before= : your own jobs and those of partners below you, the newest first."""

    serializer_class = JobOut
    filterset_class = JobFilter
    pagination_class = Pages

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "by": self.by}

    def get_queryset(self) -> Any:
        self.by.need("aftersales.view_job")
        return Job.objects.visible_to(self.by).select_related("order__shop", "region", "owner", "installer")


class JobDetail(JobView):
    """GET /api/jobs/<id>/"""

    def get(self, request: Request, pk: int) -> Response:
        self.by.need("aftersales.view_job")
        return Response(self.shown(queries.visible(pk, by=self.by)))


class Acceptance(JobView):
    """POST /api/jobs/<id>/acceptance/ : take an offered job on (AS-2), or over from who has it (AS-3)."""

    def post(self, request: Request, pk: int) -> Response:
        return Response(self.shown(jobs.accept(pk, by=self.by, at=self.at)), 201)


class Refusal(JobView):
    """POST /api/jobs/<id>/refusal/ {reason} : decline an offered job (AS-2)."""

    def post(self, request: Request, pk: int) -> Response:
        job = jobs.decline(pk, by=self.by, at=self.at, **checked(ReasonIn, request))
        return Response({"id": job.pk, "state": job.state}, 201)


class Appointment(JobView):
    """POST /api/jobs/<id>/appointment/ {appointed_at, [asked_by, reason]} : the two are needed to move one (AS-1)."""

    def post(self, request: Request, pk: int) -> Response:
        job = jobs.appoint(pk, by=self.by, at=self.at, **checked(AppointmentIn, request))
        return Response(self.shown(job), 201)


class Completion(JobView):
    """POST /api/jobs/<id>/completion/ (multipart) {serial_number, photo, [photos]} : report the installation (AS-1)."""

    parser_classes = (MultiPartParser, FormParser, JSONParser)

    def post(self, request: Request, pk: int) -> Response:
        job = jobs.complete(pk, by=self.by, at=self.at, **checked(CompletionIn, request))
        return Response(self.shown(job), 201)


class Arrival(JobView):
    """POST /api/jobs/<id>/arrival/ : the installer is there (AS-1)."""

    def post(self, request: Request, pk: int) -> Response:
        return Response(self.shown(jobs.arrive(pk, by=self.by, at=self.at)), 201)


class Absence(JobView):
    """POST /api/jobs/<id>/absence/ {[note]} : nobody was at home (AS-1)."""

    def post(self, request: Request, pk: int) -> Response:
        job = jobs.absent(pk, by=self.by, at=self.at, **checked(NoteIn, request))
        return Response(self.shown(job), 201)


class Signature(JobView):
    """POST /api/jobs/<id>/signature/ (multipart) {signature} : the customer signs before completion (AS-1)."""

    parser_classes = (MultiPartParser,)

    def post(self, request: Request, pk: int) -> Response:
        job = jobs.sign(pk, by=self.by, at=self.at, **checked(SignatureIn, request))
        return Response(self.shown(job), 201)


class Person(JobView):
    """POST /api/jobs/<id>/installer/ {installer_id} : who goes (AS-11)."""

    def post(self, request: Request, pk: int) -> Response:
        job = jobs.assign_installer(pk, by=self.by, at=self.at, **checked(InstallerIn, request))
        return Response(self.shown(job), 201)


class Reply(JobView):
    """POST /api/jobs/<id>/reply/ {text} : the answer to the customer's urging (AS-1)."""

    def post(self, request: Request, pk: int) -> Response:
        row = urges.reply(pk, by=self.by, at=self.at, **checked(TextIn, request))
        return Response({"id": pk, "urge": row.number, "replied_at": row.replied_at}, 201)


class Failure(JobView):
    """POST /api/jobs/<id>/failure/ {reason, [cause]}"""

    def post(self, request: Request, pk: int) -> Response:
        job = jobs.fail(pk, by=self.by, at=self.at, **checked(FailureIn, request))
        return Response(self.shown(job), 201)
