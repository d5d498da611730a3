"""Calendar files (RFC 5545): what an agent puts in the calendar of his own office. Pure.

They leave the service for another one: they say when and where to click, and name no firm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

CONTENT_TYPE = "text/calendar; charset=utf-8"
_WIDTH = 74  # octets of a line, its first space apart


@dataclass(frozen=True)
class Appointment:
    """starts: a day, for an event that lasts it, or a moment (UTC or aware). uid: the same when it is sent again."""

    uid: str
    title: str
    starts: date | datetime
    page: str
    place: str = ""
    lasts: timedelta = timedelta(hours=2)
    cancelled: bool = False


def calendar_file(events: Iterable[Appointment], at: datetime) -> str:
    """The whole file; at: the moment it is made."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Vigie//FR", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for event in events:
        lines += ["BEGIN:VEVENT", f"UID:{event.uid}", f"DTSTAMP:{_moment(at)}", *_when(event)]
        lines += [f"SUMMARY:{_text(event.title)}", f"URL:{event.page}", f"DESCRIPTION:{_text(event.page)}"]
        lines += [f"LOCATION:{_text(event.place)}"] if event.place else []
        lines += [f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}", "CLASS:PRIVATE", "END:VEVENT"]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _when(event: Appointment) -> list[str]:
    if isinstance(event.starts, datetime):
        return [f"DTSTART:{_moment(event.starts)}", f"DTEND:{_moment(event.starts + event.lasts)}"]
    after = event.starts + timedelta(days=1)
    return [f"DTSTART;VALUE=DATE:{event.starts:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A value with its reserved characters escaped; a line break cannot begin another property."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _folded(line: str) -> str:
    """Lines of 75 octets at most, never cut inside a character."""
    parts: list[bytes] = []
    part = b""
    for char in line:
        octets = char.encode()
        if len(part) + len(octets) > _WIDTH:
            parts, part = [*parts, part], b""
        part += octets
    return "\r\n ".join(one.decode() for one in [*parts, part])
