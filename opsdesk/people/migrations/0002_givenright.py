from django.db import migrations, models


def note_what_was_given(apps, schema_editor):
    """Whatever right exists before this release was given or taken away by then: none is given again.

    Rights of new records are made after all migrations, so they are not among these.
    """
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    GivenRight = apps.get_model("people", "GivenRight")
    rights = [f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")]
    GivenRight.objects.bulk_create(
        [GivenRight(role=name, right=right) for name in Group.objects.values_list("name", flat=True) for right in rights]
    )


class Migration(migrations.Migration):
    """AU-1: remember which rights a role was given, so that a release can give new ones."""

    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="GivenRight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=30)),
                ("right", models.CharField(max_length=120)),
            ],
            options={"verbose_name": "right given to a role", "verbose_name_plural": "rights given to roles"},
        ),
        migrations.AddConstraint(
            model_name="givenright",
            constraint=models.UniqueConstraint(fields=("role", "right"), name="given_right_once"),
        ),
        migrations.RunPython(note_what_was_given, migrations.RunPython.noop),
    ]
