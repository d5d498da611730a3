"""Settings of the tests: the product's own, with what makes a run quick and closed to the outside."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace

os.environ.setdefault("VIGIE_MODE", "test")

from vigie.config.settings import *  # noqa: F403
from vigie.config.settings import DATABASES, Q_CLUSTER, VIGIE

# Folders of the batch that no test shares with the product, nor with another process.
_FOLDERS = os.path.join(tempfile.gettempdir(), f"vigie-tests-{os.getpid()}")
VIGIE = replace(
    VIGIE,
    incoming=os.path.join(_FOLDERS, "incoming"),
    lake=os.path.join(_FOLDERS, "lake"),
    publications=os.path.join(_FOLDERS, "publications"),
    audit_heads=os.path.join(_FOLDERS, "audit"),
    exports=os.path.join(_FOLDERS, "exports"),
)

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA synchronous=OFF;"
Q_CLUSTER["sync"] = False
_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {name: {"BACKEND": _MEMORY, "LOCATION": name} for name in ("default", "local")}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
PAGE_COUNTS_EVERY = 0  # a page of a test asks what it asks, and nothing more
STATEMENTS_CHECKED = True  # every statement that was kept is compared with the one its values would have
