from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KpiConfig(AppConfig):
    name = "opsdesk.kpi"
    verbose_name = _("Key figures")
    default_auto_field = "django.db.models.BigAutoField"
