from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from aftersales.models import Capacity, Certificate, DispatchRule, Installer, PhoneLink, PhoneRule, VisitCause
from aftersales.operations import installers
from opsdesk import clock
from opsdesk.days import local
from opsdesk.entry.admin import MasterDataAdmin, RowsInline, VersionedAdmin, bulk, queue_filter
from opsdesk.entry.web import actor_at
from opsdesk.errors import DeskError
from opsdesk.privacy import mask_phone


class OwnChoices:
    """CH-5: who enters a row chooses only among what he may see."""

    def formfield_for_foreignkey(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        manager = field.remote_field.model._default_manager
        if hasattr(manager, "visible_to"):
            kwargs["queryset"] = manager.visible_to(actor_at(request)).order_by("pk")
        return super().formfield_for_foreignkey(field, request, **kwargs)  # type: ignore[misc]


class InstallerForm(forms.ModelForm):
    phone = forms.CharField(
        label=_("phone"),
        max_length=30,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept sealed and shown masked; leave it empty to keep the one that is there."),
    )

    class Meta:
        model = Installer
        fields = ("partner", "name", "phone", "user", "active")


class CertificateInline(RowsInline):
    model = Certificate
    fields = readonly_fields = ("skill", "number", "valid_from", "valid_to")


class PhoneLinkInline(RowsInline):
    model = PhoneLink
    fields = readonly_fields = ("made_at", "made_by", "expires_at", "used_at", "revoked_at")
    show_change_link = False
    max_num = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-pk")


@admin.action(description=_("Make a phone link"))
def link(model_admin: Any, request: HttpRequest, queryset: Any) -> None:
    """AS-11: show each new link once, to who made it and passes it on."""
    by, at = actor_at(request), clock.now()
    for pk in queryset.order_by("pk").values_list("pk", flat=True):
        try:
            made = installers.link(pk, by=by, at=at)
        except DeskError as why:
            model_admin.message_user(request, str(why), messages.WARNING)
            continue
        address = request.build_absolute_uri(reverse("phone_enter", args=[made.token]))
        until = f"{local(made.expires_at):%m-%d %H:%M}"
        said = _("%(installer)s: %(address)s (valid until %(until)s; shown only now)")
        model_admin.message_user(request, said % {"installer": made.installer, "address": address, "until": until})


link.right = "aftersales.link_installer"  # type: ignore[attr-defined]


@admin.register(Installer)
class InstallerAdmin(OwnChoices, MasterDataAdmin):
    """AS-11: the register of persons who install; a partner's office keeps its own."""

    form = InstallerForm
    list_display = ("name", "partner", "phone_masked", "active")
    list_filter = ("active",)
    list_select_related = ("partner",)
    search_fields = ("name__startswith", "partner__name__startswith")
    inlines = (CertificateInline, PhoneLinkInline)
    actions = (link, bulk(_("Revoke phone links"), installers.revoke, right="aftersales.link_installer"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only the company ties a person to a user: a partner's office does not see who else has one."""
        company = actor_at(request).company
        return ["partner", "name", "phone", *(["user"] if company else []), "active"]

    def save_model(self, request: HttpRequest, obj: Installer, form: Any, change: bool) -> None:
        """AU-2: what is written down of the change is the masked phone."""
        phone = form.cleaned_data.get("phone", "")
        if phone:
            installers.seal_phone(obj, phone)
            form.cleaned_data["phone"] = mask_phone(phone)
        super().save_model(request, obj, form, change)


@admin.register(Certificate)
class CertificateAdmin(OwnChoices, VersionedAdmin):
    list_display = ("number", "installer", "partner", "skill", "valid_from", "valid_to")
    list_filter = (
        queue_filter(
            lapsing=(_("valid for less than a month"), lambda rows: installers.lapsing(rows, on=clock.today())),
        ),
        "skill",
    )
    list_select_related = ("installer__partner",)
    search_fields = ("number", "installer__name__startswith", "installer__partner__name__startswith")

    @admin.display(description=_("partner"))
    def partner(self, row: Certificate) -> str:
        return row.installer.partner.name


@admin.register(Capacity)
class CapacityAdmin(OwnChoices, VersionedAdmin):
    list_display = ("partner", "jobs_per_day", "valid_from", "valid_to")
    list_select_related = ("partner",)
    search_fields = ("partner__name__startswith", "partner__code__startswith")


@admin.register(DispatchRule)
class DispatchRuleAdmin(VersionedAdmin):
    list_display = (
        "valid_from",
        "valid_to",
        "hand_over_lead_hours",
        "hand_over_latest_hours",
        "default_jobs_per_day",
        "speed_days",
        "speed_jobs",
    )


@admin.register(PhoneRule)
class PhoneRuleAdmin(VersionedAdmin):
    list_display = ("valid_from", "valid_to", "link_hours")


@admin.register(VisitCause)
class VisitCauseAdmin(VersionedAdmin):
    list_display = ("label", "code", "payer", "pauses_clock", "valid_from", "valid_to")
    list_filter = ("payer", "pauses_clock")
