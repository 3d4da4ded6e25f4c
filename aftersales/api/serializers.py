from typing import Any

from rest_framework import serializers

from aftersales.models import Job, Visit
from aftersales.queries.allowed import allowed, holds
from aftersales.states.job import RIGHTS, AskedBy


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class TextIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=200)


class NoteIn(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=300, required=False)


class FailureIn(ReasonIn):
    cause = serializers.SlugField(max_length=30, required=False)


class AppointmentIn(serializers.Serializer[Any]):
    appointed_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=200, required=False)
    asked_by = serializers.ChoiceField(choices=AskedBy.choices, required=False)


class InstallerIn(serializers.Serializer[Any]):
    installer_id = serializers.IntegerField(min_value=1)


class CompletionIn(serializers.Serializer[Any]):
    serial_number = serializers.CharField(max_length=80)
    photo = serializers.ImageField()
    photos = serializers.ListField(child=serializers.ImageField(), required=False)


class SignatureIn(serializers.Serializer[Any]):
    signature = serializers.ImageField()


class VisitOut(serializers.ModelSerializer[Visit]):
    """A visit as its partner sees it."""

    installer = serializers.CharField(source="installer.name", default=None)

    class Meta:
        model = Visit
        fields = ("number", "outcome", "installer", "planned_at", "arrived_at", "ended_at", "cause", "payer", "note")


class JobOut(serializers.ModelSerializer[Job]):
    """A job as its installer sees it; the customer's data stay masked (AU-2). `allowed`: what may be done now."""

    order = serializers.CharField(source="order.number")
    shop = serializers.CharField(source="order.shop.name")
    receiver = serializers.CharField(source="order.name_masked")
    phone = serializers.CharField(source="order.phone_masked")
    region = serializers.CharField(source="region.full_name", default="")
    owner = serializers.SerializerMethodField()
    installer = serializers.CharField(source="installer.name", default=None)
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id", "order", "shop", "receiver", "phone", "region", "state", "owner", "starts_at", "due_at",
            "installer", "accepted_at", "appointed_at", "done_at", "serial_number", "frozen_at", "frozen_because",
            "urged_at", "paused_until", "handed_over_at", "allowed",
        )  # fmt: skip

    def get_allowed(self, job: Job) -> list[str]:
        by = self.context["by"]
        return sorted(action for action in allowed(job, by=by) if action in RIGHTS and by.may(RIGHTS[action]))

    def get_owner(self, job: Job) -> str | None:
        """CH-5: whoever is offered a job does not learn which other partner has it."""
        return job.owner.code if job.owner and holds(job, by=self.context["by"]) else None


class JobDetailOut(JobOut):
    """One job with its visits, as far as they are this person's."""

    visits = serializers.SerializerMethodField()

    class Meta(JobOut.Meta):
        fields = (*JobOut.Meta.fields, "visits")  # type: ignore[assignment]

    def get_visits(self, job: Job) -> Any:
        rows = Visit.objects.visible_to(self.context["by"]).filter(job=job).select_related("installer")
        return VisitOut(rows.order_by("number"), many=True).data
