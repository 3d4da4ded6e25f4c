from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from opsdesk import clock
from opsdesk.approvals import operations, queries
from opsdesk.approvals.models import Approval, Delegation, Limit, SecondSignature, Signature
from opsdesk.approvals.states import ApprovalState
from opsdesk.days import local
from opsdesk.entry.admin import Colours, FigureFilter, ReadOnlyAdmin, RowsInline, VersionedAdmin, bulk
from opsdesk.entry.web import actor_at


class RemarkForm(forms.Form):
    reason = forms.CharField(label=_("remark"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


class ApprovalQueue(admin.SimpleListFilter):
    """What waits for my signature, and what waits at all."""

    title, parameter_name = _("queue"), "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("for my signature")), ("waiting", _("to be signed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "mine":
            return queries.to_sign(queryset, actor_at(request), at=clock.now())
        return queryset.waiting() if self.value() == "waiting" else queryset


class SignatureInline(RowsInline):
    model = Signature
    fields = ("signed_by", "stands_for", "role", "granted", "reason", "at")


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """FI-2, AU-4: decisions that are asked for, and who signed them."""

    list_display = ("title", "kind", "amount_yuan", "state_shown", "asked_by", "asked_at", "due_shown", "reason")
    list_filter = (ApprovalQueue, "kind", "state", FigureFilter)
    search_fields = ("title", "asked_by", "reason")
    inlines = (SignatureInline,)
    fields = (
        "kind", "title", "amount_yuan", "state", "reason", "asked_by", "asked_at", "due_at", "decided_at",
        "signatures_needed", "because",
    )  # fmt: skip
    actions = (
        bulk(_("Grant"), operations.sign, right="approvals.sign_approval", form=RemarkForm),
        bulk(_("Refuse"), operations.refuse, right="approvals.sign_approval", form=ReasonForm),
        bulk(_("Withdraw"), operations.withdraw, right="approvals.view_approval", form=ReasonForm),
    )

    @display(
        description=_("state"),
        label=Colours(
            {
                ApprovalState.WAITING: "warning",
                ApprovalState.GRANTED: "success",
                ApprovalState.REFUSED: "danger",
                ApprovalState.LAPSED: "danger",
            }
        ),
    )
    def state_shown(self, approval: Approval) -> tuple[str, str]:
        return approval.state, approval.get_state_display()

    @display(description=_("due"), ordering="due_at", label=Colours({"late": "danger", "": ""}))
    def due_shown(self, approval: Approval) -> tuple[str, str]:
        if not approval.due_at or approval.state != ApprovalState.WAITING:
            return "", "–"
        return "late" if approval.due_at < clock.now() else "", f"{local(approval.due_at):%m-%d %H:%M}"


@admin.register(Limit)
class LimitAdmin(VersionedAdmin):
    list_display = ("kind", "role", "alone_yuan", "sign_yuan", "valid_from", "valid_to")
    list_filter = ("kind", "role")


@admin.register(SecondSignature)
class SecondSignatureAdmin(VersionedAdmin):
    list_display = ("kind", "above_yuan", "valid_from", "valid_to")


@admin.register(Delegation)
class DelegationAdmin(VersionedAdmin):
    list_display = ("absent", "delegate", "valid_from", "valid_to", "reason")
    list_select_related = ("absent", "delegate")
