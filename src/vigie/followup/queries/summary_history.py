"""The versions of a summary, and what each changed: for the members of its network only, like the summary itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse

from vigie.accounts.models_agents import Network
from vigie.followup.models import Followup, Summary, SummaryVersion
from vigie.followup.queries.file_acts import may_of
from vigie.followup.queries.file_texts import lock_words, tab_of
from vigie.followup.queries.touch import person_words
from vigie.followup.rules_differences import Piece, differences, words_changed
from vigie.rights.person import Person
from vigie.ui.components import Cell, Column, Link, Table
from vigie.ui.formats import counted, day_and_hour
from vigie.ui.markdown import to_html

VERSIONS_AT_MOST = 200


@dataclass(frozen=True)
class HistoryPage:
    """The list of the versions. hidden: how many older ones are not in it."""

    network: str
    back: str
    table: Table
    hidden: int


@dataclass(frozen=True)
class VersionPage:
    """A version. editor: where its text may be corrected before it is taken back; current: the version of today.

    restore: where it is taken back; both empty for who may not write, or while somebody else does (``lock`` says who).
    """

    network: str
    number: int
    current: int
    back: str
    note: str
    told: str
    pieces: tuple[Piece, ...]
    text: str
    lock: str
    restore: str
    editor: str
    others: tuple[Link, ...]


def summary_read(person: Person, followup: Followup, network: Network) -> Summary:
    """The summary, for a member of its network; 404 when none was ever saved. 1 query."""
    found = Summary.objects.readable(person).filter(followup=followup, network=network, version__gt=0)
    summary = found.select_related("locked_by").first()
    if summary is None:
        raise Http404
    return summary


def history_page(person: Person, followup: Followup, network: Network) -> HistoryPage:
    """The versions, the latest first. 2 queries."""
    summary = summary_read(person, followup, network)
    rows = summary.versions.defer("text").select_related("author__agent__entity")[:VERSIONS_AT_MOST]
    table = Table(
        caption=f"Versions de la synthèse {network.label}",
        caption_hidden=True,
        columns=(Column("Version", header=True), Column("Enregistrée le"), Column("Par"), Column("Remarque")),
        rows=tuple(_line(followup, network, summary, one) for one in rows),
    )
    hidden = max(summary.version - VERSIONS_AT_MOST, 0)
    return HistoryPage(network.label, tab_of(followup.pk, network), table, hidden)


def _line(followup: Followup, network: Network, summary: Summary, one: SummaryVersion) -> tuple[Cell | str, ...]:
    title = Cell(f"Version {one.version}", href=address("summary_version", followup, network, one.version))
    remarks = ["texte d’aujourd’hui"] if one.version == summary.version else []
    remarks += [f"reprise de la version {one.restored_from}"] if one.restored_from else []
    return title, day_and_hour(one.at), person_words(one.author), ", ".join(remarks)


def version_page(person: Person, followup: Followup, network: Network, number: int, at: datetime) -> VersionPage:
    """A version, and what it changed. 4 queries."""
    summary = summary_read(person, followup, network)
    near = summary.versions.filter(version__in=(number - 1, number)).select_related("author__agent__entity")
    found = {one.version: one for one in near}
    if number not in found:
        raise Http404
    one, before = found[number], found.get(number - 1)
    pieces = differences(before.text, one.text) if before else ()
    lock = lock_words(summary, person, at)
    former = number != summary.version and followup.is_active and may_of(person, followup).edit
    offered = former and not lock
    remark = f" Reprise de la version {one.restored_from}." if one.restored_from else ""
    return VersionPage(
        network=network.label,
        number=number,
        current=summary.version,
        back=address("summary_versions", followup, network),
        note=f"Enregistrée le {day_and_hour(one.at)} par {person_words(one.author)}.{remark}",
        told=_told(pieces),
        pieces=pieces,
        text=to_html(one.text),
        lock=lock if former else "",
        restore=address("restore_summary", followup, network, number) if offered else "",
        editor=f"{address('summary', followup, network)}?version={number}" if offered else "",
        others=_others(followup, network, number, summary.version),
    )


def _told(pieces: tuple[Piece, ...]) -> str:
    added, removed = words_changed(pieces)
    if not added and not removed:
        return "Seuls des signes, des espaces ou des retours à la ligne ont changé."
    return f"{counted(added, 'mot ajouté', 'mots ajoutés')}, {counted(removed, 'mot retiré', 'mots retirés')}."


def _others(followup: Followup, network: Network, number: int, last: int) -> tuple[Link, ...]:
    near = ((number - 1, "Version précédente"), (number + 1, "Version suivante"))
    return tuple(
        Link(label, address("summary_version", followup, network, other)) for other, label in near if 1 <= other <= last
    )


def address(name: str, followup: Followup, network: Network, *args: Any) -> str:
    """The address of a page of the summary of this network."""
    return reverse(f"followup:{name}", args=[followup.pk, network.code, *args])
