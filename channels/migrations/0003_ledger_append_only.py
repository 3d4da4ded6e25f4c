from django.db import migrations

REFUSE = """
CREATE TRIGGER channels_entry_append_only BEFORE UPDATE OR DELETE ON channels_entry
    FOR EACH ROW EXECUTE FUNCTION opsdesk_append_only();
"""
ALLOW = "DROP TRIGGER channels_entry_append_only ON channels_entry;"


class Migration(migrations.Migration):
    """FI-1: the database itself refuses to change or remove a booking."""

    dependencies = [("channels", "0002_ledger_and_skills"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
