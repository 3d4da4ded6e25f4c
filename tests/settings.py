"""The product's own settings on a test database: development secrets, mail in memory, files in a temporary folder."""

import os
import tempfile

os.environ["DEBUG"] = "1"
os.environ.setdefault("EMAIL_URL", "memorymail://")

from opsdesk.settings import *  # noqa: E402, F403
from opsdesk.settings import STORAGES as _STORAGES

DEBUG = False
MEDIA_ROOT = os.environ.get("MEDIA_ROOT") or tempfile.mkdtemp(prefix="opsdesk-test-media-")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = _STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STATIC_ROOT = os.environ.get("STATIC_ROOT") or tempfile.mkdtemp(prefix="opsdesk-test-static-")
