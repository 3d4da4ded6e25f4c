from typing import Any

from rest_framework import serializers

from channels.models import Partner, Shop
from conflicts.models import Case, Evidence
from conflicts.operations.filing import MOST_ORDERS, Filing, Who
from conflicts.operations.statements import LONGEST
from conflicts.queries import papers, possible, rulebooks, standing
from conflicts.states.case import EvidenceKind, PartyRole, RulingState
from opsdesk.days import local
from opsdesk.money import ZERO
from orders.models import Order


class TextIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST)


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class ExhibitIn(serializers.Serializer[Any]):
    """One file of evidence; `protected`: the accused does not see it."""

    file = serializers.FileField(max_length=160)
    kind = serializers.ChoiceField(choices=EvidenceKind.choices)
    source = serializers.CharField(max_length=200)  # type: ignore[assignment]
    protected = serializers.BooleanField(default=False)


class CaseIn(serializers.Serializer[Any]):
    """A case as a partner files it: everybody is named by code, the act by rulebook and code of the day of the act."""

    title = serializers.CharField(max_length=120)
    story = serializers.CharField(max_length=LONGEST)
    rulebook = serializers.SlugField(default="online-offline")
    act = serializers.SlugField(max_length=10)
    acted_on = serializers.DateField()
    accused_shop = serializers.SlugRelatedField(slug_field="code", queryset=Shop.objects.all(), required=False)
    accused_partner = serializers.SlugRelatedField(slug_field="code", queryset=Partner.objects.all(), required=False)
    filer_shop = serializers.SlugRelatedField(slug_field="code", queryset=Shop.objects.all(), required=False)
    filer_partner = serializers.SlugRelatedField(slug_field="code", queryset=Partner.objects.all(), required=False)
    orders = serializers.ListField(child=serializers.CharField(max_length=64), max_length=MOST_ORDERS, default=list)
    money_yuan = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=ZERO, default=ZERO)
    witness = serializers.CharField(max_length=300, required=False)
    protected = serializers.BooleanField(default=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Find the act in the rulebook of its day."""
        acts = {(act.version.rulebook.code, act.code): act for act in rulebooks.acts_on(data["acted_on"])}
        act = acts.get((data["rulebook"], data["act"]))
        return data | {"act_id": act.pk if act else 0}


def filing_of(data: dict[str, Any], orders: list[Order]) -> Filing:
    """Return what the operation is told."""
    witness = data.get("witness", "").strip()
    return Filing(
        act_id=data["act_id"],
        acted_on=data["acted_on"],
        title=data["title"],
        story=data["story"],
        accused=_who(data, "accused"),
        filer=_who(data, "filer", protected=data["protected"]),
        orders=[order.pk for order in orders],
        money_yuan=data["money_yuan"],
        others=[(PartyRole.WITNESS, Who(outsider=witness))] if witness else [],
    )


def _who(data: dict[str, Any], role: str, *, protected: bool = False) -> Who:
    shop, partner = data.get(f"{role}_shop"), data.get(f"{role}_partner")
    return Who(shop.pk if shop else None, partner.pk if partner else None, protected=protected)


class EvidenceOut(serializers.ModelSerializer[Evidence]):
    class Meta:
        model = Evidence
        fields = ("id", "kind", "name", "media_type", "size", "sha256", "source", "added_at")


class CaseOut(serializers.ModelSerializer[Case]):
    """A case in a list."""

    number = serializers.CharField(source="__str__")
    act = serializers.CharField(source="act.code")
    rulebook = serializers.CharField(source="version.rulebook.code")
    version = serializers.IntegerField(source="version.number")
    clazz = serializers.CharField(source="act.clazz")

    class Meta:
        model = Case
        fields = (
            "id", "number", "title", "state", "act", "clazz", "rulebook", "version", "acted_on", "filed_at", "due_at",
            "closed_at",
        )  # fmt: skip


class CaseDetailOut(CaseOut):
    """A case as this actor may see it, as on the page; `allowed`: what he may do now."""

    roles = serializers.SerializerMethodField()
    parties = serializers.SerializerMethodField()
    statements = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()
    ruling = serializers.SerializerMethodField()
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = (*CaseOut.Meta.fields, "roles", "parties", "statements", "evidence", "ruling", "allowed")

    def get_roles(self, case: Case) -> list[str]:
        return sorted(self.context["who"].roles)

    def get_parties(self, case: Case) -> list[dict[str, str]]:
        return [{"role": row.role, "who": str(row)} for row in standing.parties_for(case, self.context["who"])]

    def get_statements(self, case: Case) -> list[dict[str, Any]]:
        rows = standing.statements_for(case, self.context["who"], self.context["by"])
        return [{"kind": row.kind, "as": row.role or row.side, "at": row.said_at, "text": row.text} for row in rows]

    def get_evidence(self, case: Case) -> Any:
        rows = standing.evidence_for(case, self.context["who"], self.context["by"])
        return EvidenceOut(rows, many=True).data

    def get_ruling(self, case: Case) -> dict[str, Any] | None:
        row = case.rulings.filter(state=RulingState.IN_FORCE).first()
        if row is None:
            return None
        return {
            "penalty": papers.penalty_of(row),
            "amount_yuan": f"{row.amount_yuan:.2f}",
            "measures": row.measures,
            "reasoning": row.reasoning,
            "in_force_at": row.in_force_at,
        }

    def get_allowed(self, case: Case) -> list[str]:
        by, at = self.context["by"], self.context["at"]
        found = possible.of(case, by, self.context["who"], on=local(at).date(), overdue=self.context["overdue"])
        return sorted(found.actions)
