"""Stops the processes that a Family started, should the Family's process disappear without doing so.

Reads process groups on its input, one a line, a minus in front of those already stopped. The end of the input means
that the writer is gone; what is still on the list is stopped.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.processes import ignore_signals, stop_groups  # run as a file, from anywhere


def main() -> int:
    """Waits for the end of the input, then stops what is left."""
    ignore_signals()
    groups: set[int] = set()
    for line in sys.stdin:
        number = int(line)
        if number > 0:
            groups.add(number)
        else:
            groups.discard(-number)
    stop_groups(groups, patience=10.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
