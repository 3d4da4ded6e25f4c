from typing import Any

from rest_framework import serializers

from aftersales.models import Job
from aftersales.states.job import JOB, RIGHTS


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class AppointmentIn(serializers.Serializer[Any]):
    appointed_at = serializers.DateTimeField()


class CompletionIn(serializers.Serializer[Any]):
    serial_number = serializers.CharField(max_length=80)
    photo = serializers.ImageField()


class JobOut(serializers.ModelSerializer[Job]):
    """A job as its installer sees it; the customer's data stay masked (AU-2). `allowed`: what may be done now."""

    order = serializers.CharField(source="order.number")
    shop = serializers.CharField(source="order.shop.name")
    receiver = serializers.CharField(source="order.name_masked")
    phone = serializers.CharField(source="order.phone_masked")
    region = serializers.CharField(source="region.full_name", default="")
    owner = serializers.CharField(source="owner.code", default=None)
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id", "order", "shop", "receiver", "phone", "region", "state", "owner", "starts_at", "due_at",
            "accepted_at", "appointed_at", "done_at", "serial_number", "allowed",
        )  # fmt: skip

    def get_allowed(self, job: Job) -> list[str]:
        by = self.context.get("by")
        return [action for action in JOB.allowed(job) if by and action in RIGHTS and by.may(RIGHTS[action])]
