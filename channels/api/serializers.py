from typing import Any

from rest_framework import serializers

from channels.models import Statement, StatementLine
from channels.states import STATEMENT


class DisputedLine(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(max_length=300)


class DisputeIn(serializers.Serializer[Any]):
    lines = DisputedLine(many=True, allow_empty=False)


class StatementOut(serializers.ModelSerializer[Statement]):
    """A statement in short. `allowed`: what the partner may do with it now."""

    partner = serializers.CharField(source="partner.code")
    month = serializers.DateField(format="%Y-%m")
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = Statement
        fields = (
            "id", "partner", "month", "state", "lines_count", "opening_yuan", "total_yuan", "closing_yuan",
            "sent_at", "due_at", "confirmed_at", "settled_at", "allowed",
        )  # fmt: skip

    def get_allowed(self, statement: Statement) -> list[str]:
        by = self.context.get("by")
        if by is None or not by.may("channels.answer_statement"):
            return []
        return [action for action in STATEMENT.allowed(statement) if action in ("confirm", "dispute")]


class LineOut(serializers.ModelSerializer[StatementLine]):
    """A line of a statement; `booked_for` is the kind of record and its key."""

    kind = serializers.CharField(source="entry.kind")
    booked_on = serializers.DateField(source="entry.booked_on")
    text = serializers.CharField(source="entry.text")
    amount_yuan = serializers.DecimalField(source="entry.amount_yuan", max_digits=12, decimal_places=2)
    booked_for = serializers.SerializerMethodField()

    class Meta:
        model = StatementLine
        fields = ("number", "booked_on", "kind", "text", "booked_for", "amount_yuan", "state", "reason", "answer")

    def get_booked_for(self, line: StatementLine) -> dict[str, Any]:
        return {"type": line.entry.source_type, "id": line.entry.source_id}
