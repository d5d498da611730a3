"""Files that leave: the list of accompagnements as a table, one accompagnement as a document.

Texts of networks follow the wall (S-10): a network that the reader is not of says « verrouillé ». Contacts of the firm
are personal data: no export holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import Prefetch

from vigie.accounts.models_agents import Network
from vigie.exports.documents import Block, Document, Facts, Grid, Points, Section
from vigie.exports.tables import LOCKED, Column, Kind, Sheet
from vigie.followup.models import Analysis, Comment, Followup, Member, Summary, Term
from vigie.followup.queries.file import THREAD, file_page, networks_of, visible_file
from vigie.followup.queries.file_acts import Asked
from vigie.followup.queries.lists import SCOPES, Filters, filtered, scope_of
from vigie.followup.queries.touch import held_by, person_words, with_firm, with_people
from vigie.followup.states import FOLLOWUP
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.ui.components import Fact
from vigie.ui.formats import day, day_and_hour
from vigie.ui.forms import NoteForm
from vigie.watchlists.queries.sight import seen_as, sight_of

LIST, FILE = "followups", "followup"
BY_PACKETS = 200
Value = Callable[[Any], Any]


def list_parameters(scope: str, filters: Filters) -> dict[str, Any]:
    """What is kept with the export, and gives the same list again."""
    return {"scope": scope, **asdict(filters)}


def list_sheet(person: Person, parameters: dict[str, Any], at: datetime) -> Sheet:
    """The files of a scope that answer the filters, as the page shows them."""
    asked = dict(parameters)
    scope = asked.pop("scope")
    filters = Filters(**{**asked, "states": tuple(asked["states"])})
    files = filtered(scope_of(person, scope), filters, paris_day(at))
    return Sheet(
        title=f"Accompagnements\u00a0: {SCOPES[scope].lower()}",
        name="Accompagnements",
        columns=_columns(person),
        rows=lambda: _rows(person, files),
        count=files.count(),
        filters=_filters(filters),
        about=scope,
        file_name="accompagnements",
    )


def _rows(person: Person, files: Any) -> Iterator[Any]:
    """A packet at a time: a packet costs the same queries, whatever its length."""
    read = Summary.objects.readable(person).select_related("network")
    ordered = with_firm(files.select_related("size").order_by("-modified_at", "-pk")).prefetch_related(
        "terms", Prefetch("summaries", queryset=read, to_attr="read_summaries")
    )
    rows = ordered.iterator(chunk_size=BY_PACKETS)
    while packet := list(islice(rows, BY_PACKETS)):
        yield from with_people(packet)


def _columns(person: Person) -> tuple[Column, ...]:
    """Those of the page and the words of the file; then what the reader's networks wrote."""
    own = next((code for code in sorted(person.networks) if code != Network.CODEFI), "")
    return (
        Column("Raison sociale", lambda row: row.workplace.company.name, width=36),
        Column("Siren", lambda row: row.siren),
        Column("Siret", lambda row: row.siret),
        Column("Département", lambda row: row.departement),
        Column("Région", lambda row: row.region),
        Column("Référents", lambda row: held_by(row, Member.Role.REFERENT), width=30),
        Column("Participants", lambda row: held_by(row, Member.Role.PARTICIPANT), width=30),
        Column("Administrations", _bodies, width=24),
        Column("Date de début", lambda row: row.started_on, Kind.DATE),
        Column("Date de fin", lambda row: row.ended_at, Kind.DATE),
        Column("Dernière nouvelle", lambda row: row.modified_at, Kind.DATE),
        Column("Statut", lambda row: FOLLOWUP.label(row.state)),
        Column("Criticité", lambda row: row.get_criticality_display()),
        Column("Prochaine étape", lambda row: row.next_step, width=30),
        Column("Date de l’étape", lambda row: row.next_step_on, Kind.DATE),
        Column("Difficultés", _words(Term.Kind.DIFFICULTY), width=30),
        Column("Actions réalisées", _words(Term.Kind.ACTION), width=30),
        Column("Réorientations hors CODEFI", _words(Term.Kind.REDIRECT), width=24),
        Column("Instances concernées", _words(Term.Kind.SERVICE), width=24),
        Column("Filières", _words(Term.Kind.SECTOR)),
        Column("Étiquettes", _words(Term.Kind.LABEL)),
        Column("Taille", lambda row: row.size.label if row.size else None),
        Column("Dernier échange", lambda row: row.talks[0].talked_on if row.talks else None, Kind.DATE),
        Column("Difficulté à l’analyse", _talk("get_verdict_display")),
        Column("Nature", _talk("get_nature_display")),
        Column("Type d’intervention", _talk("get_intervention_display")),
        Column("Synthèse de mon administration", _summary(person, own), width=60),
        Column("Synthèse CODEFI", _summary(person, Network.CODEFI), width=60),
    )


def _words(kind: str) -> Value:
    return lambda row: ", ".join(term.label for term in row.terms.all() if term.kind == kind)


def _talk(shown: str) -> Value:
    return lambda row: getattr(row.talks[0], shown)() if row.talks else ""


def _bodies(row: Any) -> str:
    agents = [getattr(member.user, "agent", None) for member in row.present_members]
    return ", ".join(dict.fromkeys(agent.entity.short_name for agent in agents if agent))


def _summary(person: Person, code: str) -> Value:
    """The text of a network of the reader; locked for the others, whatever the file holds."""
    if not code or code not in person.networks:
        return lambda row: LOCKED
    return lambda row: next((plain(one.text) for one in row.read_summaries if one.network.code == code), "")


def _filters(filters: Filters) -> tuple[tuple[str, str], ...]:
    """The filters in use, in words. 1 query at most."""
    asked = [pk for pk in (filters.difficulty, filters.word) if pk]
    terms = Term.objects.in_bulk(asked) if asked else {}
    difficulty, word = terms.get(filters.difficulty), terms.get(filters.word)
    said = (
        ("Entreprise", filters.q),
        ("État", ", ".join(FOLLOWUP.label(code) for code in filters.states)),
        ("Criticité", _label(Followup.Criticality, filters.criticality)),
        ("Département", filters.departement),
        ("Difficulté", difficulty.label if difficulty else ""),
        (word.get_kind_display() if word else "", word.label if word else ""),
        ("Difficulté à l’analyse", _label(Analysis.Verdict, filters.verdict)),
        ("Nature", _label(Analysis.Nature, filters.nature)),
        ("Type d’intervention", _label(Analysis.Intervention, filters.intervention)),
        ("Canal de l’échange", _label(Analysis.Channel, filters.channel)),
        ("Échange depuis le", day(date.fromisoformat(filters.talked_from)) if filters.talked_from else ""),
        ("Étape en retard", "oui" if filters.late else ""),
    )
    return tuple((label, value) for label, value in said if value)


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value else ""


def file_document(person: Person, parameters: dict[str, Any], at: datetime) -> Document:
    """One accompagnement: what its page shows, and the texts of the reader's networks. 404 out of reach."""
    followup = visible_file(person, int(parameters["file"]))
    asked = Asked(lambda label: NoteForm(label=label, limit=1), "", at)
    page = file_page(person, followup, THREAD, asked)
    known = Facts(tuple(_said(fact) for fact in (*page.head, *page.fields)))
    people = tuple((one.name, one.role, one.since) for one in page.people)
    thread = tuple((day(step.at) if step.at else "", _sentence(step.title, step.text)) for step in page.steps)
    needs = [line for need in page.needs for line in _need(need)]
    sections = [
        Section("État", (f"{page.state.label} · {page.criticality.label}", page.where, known)),
        Section("Qui participe", (Grid("Personnes", ("Nom", "Rôle", "Depuis"), people),)),
        Section("Échanges et actions", (Grid("Suivi", ("Date", "Fait"), thread, widths=(1, 3), empty="Aucun."),)),
    ]
    sections += [Section("Besoins confiés à des conseillers", tuple(needs))] if needs else []
    sections += [_network(person, followup, network) for network in networks_of(person)]
    return Document(
        title=page.title,
        subtitle=f"Accompagnement au {day(at)}",
        sections=tuple(sections),
        about=followup.siren,
        file_name=f"accompagnement-{followup.siret}",
        why_open=seen_as(sight_of(person, followup.siren))["unlocked_by"],
    )


def _network(person: Person, followup: Followup, network: Network) -> Section:
    """What a network of the reader wrote. 2 queries."""
    summary = Summary.objects.readable(person).filter(followup=followup, network=network).first()
    rows = Comment.objects.readable(person).filter(followup=followup, network=network, deleted_at=None)
    said = tuple(
        (f"{day_and_hour(one.at)}, {person_words(one.author)}", plain(one.text))
        for one in rows.select_related("author__agent__entity")
    )
    text = plain(summary.text) if summary and summary.text else "Aucune synthèse."
    blocks: list[Block] = [f"Lu par le réseau {network.label} seulement.", *filter(None, text.splitlines())]
    blocks.append(Grid("Commentaires", ("Date et auteur", "Commentaire"), said, widths=(1, 2), empty="Aucun."))
    return Section(f"Réseau {network.label}", tuple(blocks))


def _said(fact: Fact) -> tuple[str, str]:
    return fact.label, fact.value or fact.missing


def _sentence(title: str, text: str) -> str:
    return f"{title}. {text}" if text else title


def _need(need: Any) -> list[Block]:
    outcome = [f"Aide proposée\u00a0: {need.outcome}"] if need.outcome else []
    return [f"{need.subject} ({need.state.label.lower()}). {need.filed}.", Points(need.lines), *outcome]


def plain(text: str) -> str:
    """A text typed in Markdown, without the stars of its emphasis."""
    return text.replace("**", "")


def networks_read(person: Person) -> list[str]:
    """The tabs whose texts leave with a file, for the audit."""
    return [network.code for network in networks_of(person)]
