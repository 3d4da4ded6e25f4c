from django.db import migrations, models

SHUT_BEFORE = """
UPDATE promotions_pot SET shut_at = e.at FROM audit_event e
WHERE e.action = 'pot.shut' AND e.subject_type = 'promotions.pot' AND e.subject_id = promotions_pot.id
"""


class Migration(migrations.Migration):
    """A pot is shut by its own moment, no longer by a limit that what is given back would open again."""

    dependencies = [
        ("audit", "0002_append_only"),
        ("promotions", "0010_one_figure_one_table"),
    ]

    operations = [
        migrations.AddField(
            model_name="pot",
            name="shut_at",
            field=models.DateTimeField(null=True, verbose_name="shut"),
        ),
        migrations.RunSQL(SHUT_BEFORE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="draw",
            name="title",
            field=models.CharField(max_length=80, verbose_name="name of the draw"),
        ),
        migrations.AlterField(
            model_name="rebate",
            name="state",
            field=models.CharField(
                choices=[("proposed", "to be approved"), ("booked", "on the account"), ("refused", "refused")],
                default="proposed",
                max_length=8,
                verbose_name="state",
            ),
        ),
    ]
