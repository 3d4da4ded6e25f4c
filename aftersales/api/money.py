"""Extra work and deductions at the API (AS-4, AS-5)."""

from typing import Any

from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from aftersales.models import Deduction, Extra, ExtraKind
from aftersales.operations import deductions, extras
from opsdesk.entry.api import AtTheDoor, DeskView, Pages, checked


class ExtraIn(serializers.Serializer[Any]):
    kind = serializers.SlugRelatedField(slug_field="code", queryset=ExtraKind.objects.filter(active=True))
    amount_yuan = serializers.DecimalField(max_digits=12, decimal_places=2)
    reason = serializers.CharField(max_length=300)
    photo = serializers.ImageField(required=False)


class ExtraOut(serializers.ModelSerializer[Extra]):
    kind = serializers.CharField(source="kind.code")
    partner = serializers.CharField(source="partner.code")

    class Meta:
        model = Extra
        fields = ("id", "job", "partner", "kind", "amount_yuan", "reason", "state", "refused_because")


class ExtraKindOut(serializers.ModelSerializer[ExtraKind]):
    class Meta:
        model = ExtraKind
        fields = ("code", "name", "hint", "needs_photo")


class AnswerIn(serializers.Serializer[Any]):
    admits = serializers.BooleanField()
    answer = serializers.CharField(max_length=300, allow_blank=True, default="")


class DeductionOut(serializers.ModelSerializer[Deduction]):
    partner = serializers.CharField(source="partner.code")

    class Meta:
        model = Deduction
        fields = (
            "id", "job", "partner", "kind", "amount_yuan", "happened_on", "facts", "state", "due_at", "answer",
        )  # fmt: skip


class ExtraKindList(AtTheDoor, ListAPIView[ExtraKind]):
    """GET /api/extra-kinds/ : which extra work may be proposed."""

    serializer_class = ExtraKindOut
    pagination_class = Pages

    def get_queryset(self) -> Any:
        self.by.need("aftersales.view_extra")
        return ExtraKind.objects.filter(active=True)


class Extras(DeskView):
    """POST /api/jobs/<id>/extras/ (multipart) {kind, amount_yuan, reason, photo} : propose extra work (AS-4)."""

    parser_classes = (MultiPartParser, FormParser, JSONParser)

    def get(self, request: Request, pk: int) -> Response:
        self.by.need("aftersales.view_extra")
        rows = Extra.objects.visible_to(self.by).filter(job=pk).select_related("kind", "partner").order_by("pk")
        return Response(ExtraOut(rows, many=True).data)

    def post(self, request: Request, pk: int) -> Response:
        said = checked(ExtraIn, request)
        wanted = extras.Wanted(said["kind"].pk, said["amount_yuan"], said["reason"], said.get("photo"))
        return Response(ExtraOut(extras.propose(pk, wanted=wanted, by=self.by, at=self.at)).data, 201)


class DeductionList(AtTheDoor, ListAPIView[Deduction]):
    """GET /api/deductions/ : what is proposed to be deducted from you and from partners below you."""

    serializer_class = DeductionOut
    pagination_class = Pages

    def get_queryset(self) -> Any:
        self.by.need("aftersales.view_deduction")
        return Deduction.objects.visible_to(self.by).select_related("partner")


class Answer(DeskView):
    """POST /api/deductions/<id>/answer/ {admits, answer} : say whether the facts are right (AS-5)."""

    def post(self, request: Request, pk: int) -> Response:
        row = deductions.answer(pk, by=self.by, at=self.at, **checked(AnswerIn, request))
        return Response(DeductionOut(row).data, 201)
