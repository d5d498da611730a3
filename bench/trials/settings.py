"""The product's settings, with the templates of the trials' mails."""

from __future__ import annotations

from bench.trials.news import TEMPLATES as TRIAL_TEMPLATES
from vigie.config.settings import *  # noqa: F403
from vigie.config.settings import DATABASES, INSTALLED_APPS
from vigie.config.settings import TEMPLATES as _TEMPLATES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A kill of the process loses nothing that the system has: waiting for the disk would prove nothing more.
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
INSTALLED_APPS = [*INSTALLED_APPS, "bench.trials"]
TEMPLATES = [{**engine, "DIRS": [TRIAL_TEMPLATES]} for engine in _TEMPLATES]
