from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conflicts.admin.findings import ReasonForm
from conflicts.models import Inquiry
from conflicts.operations import inquiries
from opsdesk import clock
from opsdesk.entry.admin import ReadOnlyAdmin, bulk, queue_filter


@admin.register(Inquiry)
class InquiryAdmin(ReadOnlyAdmin):
    """CF-2, CF-13: registered inquiries; what stands here of the customer is masked."""

    list_display = (
        "__str__", "shop", "name_masked", "phone_masked", "product", "registered_at", "registered_by", "until_shown",
        "reason",
    )  # fmt: skip
    fields = (
        "shop", "name_masked", "phone_masked", "product", "registered_at", "registered_by", "until", "ended_at",
        "reason",
    )  # fmt: skip
    list_filter = (queue_filter(protected=(_("protected now"), lambda rows: rows.protected(clock.now()))), "shop")
    list_select_related = ("shop", "product")
    search_fields = ("=phone_masked", "shop__name__startswith")
    actions = (bulk(_("End the inquiry"), inquiries.end, right="conflicts.register_inquiry", form=ReasonForm),)

    @display(description=_("protected until"), ordering="until", label={"now": "success", "over": ""})
    def until_shown(self, row: Inquiry) -> tuple[str, Any]:
        held = row.ended_at is None and row.until > clock.now()
        return ("now" if held else "over"), f"{row.until:%Y-%m-%d}" if row.ended_at is None else _("ended")
