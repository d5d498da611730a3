"""Calendar files: what RFC 5545 asks, worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from vigie.kernel.icalendar import Appointment, calendar_file

AT = datetime(2026, 7, 8, 9, 0, tzinfo=UTC)


def test_a_moment_lasts_two_hours_and_a_day_lasts_until_the_next() -> None:
    text = calendar_file(
        [
            Appointment("a@vigie", "CODEFI 34", datetime(2026, 7, 10, 12, 30, tzinfo=UTC), "https://v.example/1/"),
            Appointment("b@vigie", "Rappel", date(2026, 7, 31), "https://v.example/2/", cancelled=True),
        ],
        AT,
    )

    assert "DTSTART:20260710T123000Z\r\nDTEND:20260710T143000Z\r\n" in text
    assert "DTSTART;VALUE=DATE:20260731\r\nDTEND;VALUE=DATE:20260801\r\n" in text
    assert text.count("STATUS:CANCELLED") == 1
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")


def test_what_was_typed_makes_no_property_and_no_line_beyond_75_octets() -> None:
    place = "Salle 2; étage 3, « Préfecture »\r\nATTENDEE:mailto:quelquun@example.org " + "é" * 80
    text = calendar_file([Appointment("a@vigie", "CODEFI", AT, "https://v.example/", place)], AT)

    lines = text.split("\r\n")
    assert not any(line.startswith("ATTENDEE") for line in lines)
    assert max(len(line.encode()) for line in lines) <= 75
    assert "Salle 2\\; étage 3\\, « Préfecture »\\nATTENDEE" in text.replace("\r\n ", "")
