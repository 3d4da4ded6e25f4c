from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from opsdesk.entry.admin import ReadOnlyAdmin, bulk
from opsdesk.notify import outbox
from opsdesk.notify.models import Mail
from opsdesk.notify.states import MailState


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("subject", "to", "state_shown", "queued_at", "attempts", "sent_at", "error")
    list_filter = ("state",)
    search_fields = ("to", "subject")
    fields = readonly_fields = ("subject", "to", "state", "queued_at", "next_try_at", "attempts", "sent_at", "error")
    actions = (bulk(_("Send again"), outbox.retry, right="notify.change_mail"),)

    @display(
        description=_("state"), label={MailState.SENT: "success", MailState.FAILED: "danger", MailState.WAITING: "info"}
    )
    def state_shown(self, mail: Mail) -> tuple[str, str]:
        return mail.state, mail.get_state_display()
