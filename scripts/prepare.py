"""Brings the database up to date and says, as one line of JSON, whether it holds an invented world.

One process for what would be several commands: Django takes a second to wake up.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Migrates, plans the jobs, answers `{"engine": …, "name": …, "world": …}`."""
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("setup_jobs", stdout=io.StringIO())

    from vigie.demo import world

    facts = {"engine": database["ENGINE"], "name": str(database["NAME"]), "world": world.built() is not None}
    print(json.dumps(facts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
