#!/usr/bin/env python
"""Django's command line, with the sources on the path: nothing has to be installed for it to work."""

import os
import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigie.config.settings")
    from django.core.management import execute_from_command_line

    from vigie.config.environment import UnsafeSettings

    try:
        execute_from_command_line(sys.argv)
    except UnsafeSettings as refused:
        sys.exit(str(refused))  # the list of what is wrong, without a trace above it


if __name__ == "__main__":
    main()
