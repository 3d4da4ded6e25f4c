from django.db import migrations

from opsdesk.privacy import SealedTextField, sealed_text, unseal

COLUMNS = ("buyer_message", "seller_note")
BATCH = 5000


def _convert(schema_editor, new_type, convert):
    """Rewrite both columns under another type, some thousand rows at a time; rows without text cost nothing."""
    with schema_editor.connection.cursor() as cursor:
        for column in COLUMNS:
            cursor.execute(f'ALTER TABLE orders_order ADD COLUMN {column}_new {new_type} NOT NULL DEFAULT \'\'')
            last = 0
            while True:
                cursor.execute(
                    f"SELECT id, {column} FROM orders_order WHERE id > %s AND length({column}) > 0 ORDER BY id LIMIT %s",
                    [last, BATCH],
                )
                rows = cursor.fetchall()
                if not rows:
                    break
                for pk, value in rows:
                    cursor.execute(f"UPDATE orders_order SET {column}_new = %s WHERE id = %s", [convert(value), pk])
                last = rows[-1][0]
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else pending checks forbid the ALTER
            cursor.execute(f"ALTER TABLE orders_order DROP COLUMN {column}")
            cursor.execute(f"ALTER TABLE orders_order RENAME COLUMN {column}_new TO {column}")
            cursor.execute(f"ALTER TABLE orders_order ALTER COLUMN {column} DROP DEFAULT")


def seal_all(apps, schema_editor):
    _convert(schema_editor, "bytea", sealed_text)


def unseal_all(apps, schema_editor):
    _convert(schema_editor, "text", lambda value: unseal(value).decode())


class Migration(migrations.Migration):
    """AU-2: what buyers and shops write may hold a phone number, so it is sealed like the receiver."""

    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(seal_all, unseal_all)],
            state_operations=[
                migrations.AlterField(
                    "order", "buyer_message", SealedTextField(blank=True, verbose_name="buyer's message")
                ),
                migrations.AlterField("order", "seller_note", SealedTextField(blank=True, verbose_name="seller's note")),
            ],
        )
    ]
