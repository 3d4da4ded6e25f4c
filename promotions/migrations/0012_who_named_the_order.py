from django.db import migrations, models

NAMED_BEFORE = """
UPDATE promotions_auction SET order_named_by = e.actor
FROM (
    SELECT DISTINCT ON (subject_id) subject_id, actor FROM audit_event
    WHERE action = 'auction.name_order' AND subject_type = 'promotions.auction' ORDER BY subject_id, id DESC
) e
WHERE e.subject_id = promotions_auction.id
"""


class Migration(migrations.Migration):
    """AU-4: who said which order has won does not hand out either; of those before, their events know who it was."""

    dependencies = [
        ("audit", "0002_append_only"),
        ("promotions", "0011_pot_shut"),
    ]

    operations = [
        migrations.AddField(
            model_name="auction",
            name="order_named_by",
            field=models.CharField(blank=True, max_length=150, verbose_name="order entered by"),
        ),
        migrations.RunSQL(NAMED_BEFORE, migrations.RunSQL.noop),
    ]
