from pathlib import Path

import pytest
from django.db import connection

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests that need real commits clean up by TRUNCATE, which the audit table refuses everywhere else."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if not str(connection.settings_dict["NAME"]).startswith("test_"):
            return  # no test of this run asked for a database
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_truncate")


@pytest.fixture
def shared() -> Path:
    """The real inputs beside the project; a test that needs them is skipped where they are absent."""
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not here: the real inputs are not part of the project")
    return SHARED
