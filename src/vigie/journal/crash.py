"""Named points at which a reliability trial can kill the process; nothing in production.

``VIGIE_CRASH_AT=outbox.after_send:3`` kills this process, with SIGKILL, at the third passage.
"""

from __future__ import annotations

import os
import signal

_target = ""
_left = 0


def aim(at: str) -> None:
    """Chooses the point and the passage, as ``name:n``; an empty text chooses none."""
    global _target, _left
    _target, _, nth = at.partition(":")
    _left = int(nth or 1)


def crash_point(name: str) -> None:
    """Does nothing, or ends the process at once when this is the chosen passage of the chosen point."""
    global _left
    if name != _target:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


aim(os.environ.get("VIGIE_CRASH_AT", ""))
