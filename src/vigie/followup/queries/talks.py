"""The talks with firms, for who may read the file that holds them: what a list says of the last contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from vigie.followup.models import Analysis, Followup
from vigie.rights.person import Person

TALKS = "talks"  # their name among the sources of contacts


def talks_with(person: Person, sirens: Sequence[str]) -> Iterator[tuple[str, date, str]]:
    """(siren, day, how) of the talks of the files that this person reads. 1 query."""
    files = Followup.objects.allowed(person, "file.view").filter(siren__in=list(sirens))
    rows = Analysis.objects.filter(followup__in=files.order_by().values("pk")).order_by()
    for siren, on, channel in rows.values_list("followup__siren", "talked_on", "channel"):
        yield siren, on, f"{Analysis.Channel(channel).label}, accompagnement"
