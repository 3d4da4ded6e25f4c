from django.db import migrations

REFUSE = """
CREATE TRIGGER promotions_legalreview_append_only BEFORE UPDATE OR DELETE ON promotions_legalreview
    FOR EACH ROW EXECUTE FUNCTION opsdesk_append_only();
"""
ALLOW = "DROP TRIGGER promotions_legalreview_append_only ON promotions_legalreview;"


class Migration(migrations.Migration):
    """DS-12: the database itself refuses to change or remove a legal review."""

    dependencies = [("promotions", "0002_floors"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
