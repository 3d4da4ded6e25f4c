from django.db import migrations

TABLES = ("evidence", "statement", "signature", "payrollentry")
REFUSE = "\n".join(
    f"CREATE TRIGGER conflicts_{table}_append_only BEFORE UPDATE OR DELETE ON conflicts_{table}"
    " FOR EACH ROW EXECUTE FUNCTION opsdesk_append_only();"
    for table in TABLES
)
ALLOW = "\n".join(f"DROP TRIGGER conflicts_{table}_append_only ON conflicts_{table};" for table in TABLES)


class Migration(migrations.Migration):
    """CF-8, CF-14: the database itself refuses to change evidence, statements, signatures and payroll entries."""

    dependencies = [("conflicts", "0001_conflicts"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
