from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    name = "opsdesk.sla"
    verbose_name = _("Deadlines")
    default_auto_field = "django.db.models.BigAutoField"
