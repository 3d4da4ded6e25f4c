from django.db import migrations

REFUSE = """
CREATE TRIGGER aftersales_payout_append_only BEFORE UPDATE OR DELETE ON aftersales_payout
    FOR EACH ROW EXECUTE FUNCTION opsdesk_append_only();
CREATE TRIGGER aftersales_evidence_append_only BEFORE UPDATE OR DELETE ON aftersales_evidence
    FOR EACH ROW EXECUTE FUNCTION opsdesk_append_only();
"""
ALLOW = """
DROP TRIGGER aftersales_evidence_append_only ON aftersales_evidence;
DROP TRIGGER aftersales_payout_append_only ON aftersales_payout;
"""


class Migration(migrations.Migration):
    """AS-6, AS-8: the database itself refuses to change or remove a payment or a proof."""

    dependencies = [("aftersales", "0005_refunds"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
