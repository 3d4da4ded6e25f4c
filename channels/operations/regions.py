from django.db import connection, transaction

from channels.models import Region
from channels.queries import regions
from opsdesk.copying import copy_rows

COLUMNS = ("code", "name", "full_name", "level", "parent_id")
UPSERT = """
INSERT INTO channels_region (code, name, full_name, level, parent_id)
SELECT code, name, full_name, level, parent_id FROM staged_region ORDER BY code
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, full_name = excluded.full_name, level = excluded.level, parent_id = excluded.parent_id
WHERE (channels_region.name, channels_region.full_name, channels_region.parent_id)
      IS DISTINCT FROM (excluded.name, excluded.full_name, excluded.parent_id)
"""


@transaction.atomic
def load() -> int:
    """Enter the administrative divisions of channels/data, or renew those that differ; return how many changed."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE staged_region (LIKE channels_region INCLUDING DEFAULTS) ON COMMIT DROP")
        copy_rows(Region, COLUMNS, regions.rows(), into="staged_region")
        cursor.execute(UPSERT)
        changed: int = cursor.rowcount
        cursor.execute("DROP TABLE staged_region")
    return changed
