"""Brings the database up to date, builds the invented world if there is none, and says who can sign in.

The last line is the answer, in JSON: `{"engine": …, "built": whether the world is new, "people": …}`. One process for
what would be several commands: Django takes a second or two to wake up.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Hundreds of thousands of rows are made, nearly none of them in circles: looking for those took a fifth of the time.
# What is never looked for weighs 120 MB at the end of this process, which is then gone.
gc.disable()


def said_by(command: str) -> str:
    """What a management command prints."""
    from django.core.management import call_command

    output = io.StringIO()
    call_command(command, stdout=output)
    return output.getvalue()


def main() -> int:
    """Migrates, plans the jobs, builds the world but its past if there is none, answers."""
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    django.setup()
    from vigie import fresh_base

    if not fresh_base.make():
        call_command("migrate", interactive=False, verbosity=0)
    said_by("setup_jobs")

    from vigie.demo import world

    new = world.built() is None
    if new:
        call_command("build_world", size="demo", quick=True)
    print(json.dumps({"engine": database["ENGINE"], "built": new, "people": said_by("demo_people")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
