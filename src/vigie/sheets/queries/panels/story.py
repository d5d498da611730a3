"""What happened to the firm, and who is around it: proceedings, group, timeline, who follows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.urls import reverse

from vigie.campaigns.queries.contacts import contact_steps
from vigie.campaigns.queries.visits import visit_steps
from vigie.followup.queries.moments import file_moments
from vigie.kernel.period import PARIS
from vigie.kernel.siren import show_siren
from vigie.sheets.queries.block import Block, Reading
from vigie.sheets.queries.panels.monthly import full_time
from vigie.sheets.rules import series
from vigie.sheets.rules.series import EXCLUDED_STAGE, NOT_GRANTED, PLAN_STAGES
from vigie.sheets.rules.status import phase, phases, procedure
from vigie.ui.components import Column, Link, Step, Table
from vigie.ui.formats import day, euros, percent
from vigie.watchlists.queries.words import LEVEL_STATES, month_words, of_month
from vigie.watchlists.rules_sight import Category

Row = dict[str, Any]
STEPS_AT_MOST = 40
TOLD = {"dossier_proceedings": "procédures", "dossier_payment_plans": "délais Urssaf",
        "dossier_short_time_work": "activité partielle"}  # fmt: skip


def known_proceedings(reading: Reading) -> list[Row] | None:
    """The decisions; None when no source delivered them (L-02)."""
    return reading.rows_if_readable("dossier_proceedings")


def proceedings(reading: Reading) -> Block:
    """The status of the day, then each phase with its first date."""
    rows = known_proceedings(reading)
    status = procedure(rows, reading.today)
    if rows is None:
        return Block(
            "proceedings", "Procédures collectives", texts=(f"{status}\u00a0: la source n’est pas disponible.",)
        )
    if not rows:
        text = f"{status}\u00a0: aucune procédure connue."
        return Block("proceedings", "Procédures collectives", texts=(text,), origin=_origin(reading))
    return Block(
        "proceedings",
        "Procédures collectives",
        badges=(status,),
        tables=(
            Table(
                caption="Phases, avec la première date de chacune",
                columns=(Column("Phase", header=True), Column("Depuis")),
                rows=tuple((name, day(first)) for name, first in phases(rows)),
                caption_hidden=True,
                empty="Les procédures connues sont closes.",
            ),
        ),
        origin=_origin(reading),
    )


def _origin(reading: Reading) -> str:
    return reading.origin("dossier_proceedings", "procol", "Jugements publiés")


def group(reading: Reading) -> Block | None:
    """The group, for who may read its provider's data."""
    rows = [row for row in reading.series("dossier_groups").rows if reading.sight.reads(row["confidentiality"])]
    if not rows:
        return None
    return Block(
        "group",
        "Groupe",
        tables=(
            Table(
                caption="Têtes de groupe",
                columns=(
                    Column("Tête du groupe", header=True), Column("SIREN"), Column("Pays"),
                    Column("Part détenue", numeric=True), Column("Niveau", numeric=True),
                ),
                rows=tuple(
                    (
                        row["head_name"] or "Personne physique",
                        show_siren(row["head_siren"]) if row["head_siren"] else "aucun",
                        row["head_country"] or "inconnu",
                        percent(row["holding_share"], 0) if row["holding_share"] is not None else "inconnue",
                        str(row["holding_level"]) if row["holding_level"] is not None else "inconnu",
                    )
                    for row in rows
                ),
                caption_hidden=True,
            ),
        ),
        links=(Link("Toutes les entreprises du groupe", reverse("sheets:group", args=[reading.siren])),),
        note="Les liens de groupe sont connus de façon incomplète.",
        origin=reading.origin("dossier_groups", "ellisphere", "Ellisphère"),
    )  # fmt: skip


def timeline(reading: Reading) -> Block | None:
    """Lists, alert changes, proceedings, plans, follows, files, needs, contacts and visits, filtered by rights; the
    newest first.
    """
    steps = _register(reading) + _lists(reading) + _plans(reading) + _short_time(reading) + _follows(reading)
    steps += file_moments(reading.person, reading.siren, told={one.pk for one in reading.contacts})
    steps += contact_steps(reading.contacts) + visit_steps(reading.visits)
    if not steps:
        return None
    steps.sort(key=lambda step: step.at or datetime.min.replace(tzinfo=UTC), reverse=True)
    lost = ", ".join(words for table, words in TOLD.items() if table in reading.faults)
    note = f"Incomplète : un fichier manque ou n’est plus celui qui a été reçu ({lost})." if lost else ""
    return Block("story", "Chronologie", story=tuple(steps[:STEPS_AT_MOST]), note=note)


def _register(reading: Reading) -> list[Step]:
    kept = []
    if reading.company.created_on:
        kept.append(Step("Création de l’entreprise", _at(reading.company.created_on), whole_day=True))
    for row in known_proceedings(reading) or ():
        title = "Fin de la procédure" if row["stage"] == "fin_procedure" else phase(row["kind"], row["stage"])
        kept.append(Step(title, _at(row["effective_on"]), "Procédure collective", whole_day=True))
    return kept


def _lists(reading: Reading) -> list[Step]:
    """Each list, with what changed; nothing when the score is not open (``entries`` is then empty)."""
    kept, before = [], ""
    for entry in reversed(reading.entries):
        if entry.level != before:
            words = LEVEL_STATES[entry.level].label
            opened = entry.publication.opened_at or _at(entry.publication.batch)
            kept.append(Step(words, opened, f"Liste {of_month(entry.publication.batch)}"))
        before = entry.level
    return kept


def _plans(reading: Reading) -> list[Step]:
    if not reading.opens(Category.URSSAF):
        return []
    kept = []
    for row in reading.rows_if_readable("dossier_payment_plans") or ():
        if row["stage"] != EXCLUDED_STAGE:
            amount = euros(row["amount_eur"]) if row["amount_eur"] is not None else "montant inconnu"
            stood = f" {PLAN_STAGES[row['stage']]}" if row["stage"] in NOT_GRANTED else ""
            kept.append(Step(f"Délai de paiement Urssaf{stood}", _at(row["created_on"]), amount, whole_day=True))
    return kept


def _short_time(reading: Reading) -> list[Step]:
    """Each spell of short-time work, at the month where it begins."""
    if not reading.opens(Category.DGEFP):
        return []
    kept = []
    for spell in series.spells(reading.rows_if_readable("dossier_short_time_work") or ()):
        until = f"Jusqu’à fin {month_words(spell.last)}, au plus"
        figure, said = (spell.used, "consommé") if spell.used else (spell.authorised, "autorisé")
        words = f"{until} {full_time(figure, said)}{'' if spell.used else ', aucun consommé'}"
        kept.append(Step("Activité partielle", _at(spell.first), words, whole_day=True))
    return kept


def _follows(reading: Reading) -> list[Step]:
    """The reader's own follows."""
    return [
        Step("Vous suivez cette entreprise", follow.since, follow.get_motive_display()) for follow in reading.my_follows
    ]


def followers(reading: Reading) -> Block | None:
    """Colleagues who follow the firm, for agents of its territory and those who follow it."""
    ground = reading.sight.ground
    if not (ground.visible or ground.followed):
        return None
    people: dict[int, tuple[str, str, str]] = {}
    for row in reading.follows:
        profile = getattr(row.user, "agent", None)
        body = str(profile.entity) if profile is not None else "administration non précisée"
        people.setdefault(row.user_id, (row.user.full_name, body, day(row.since)))
    return Block(
        "followers",
        "Qui suit cette entreprise",
        tables=(
            Table(
                caption="Agents qui suivent l’entreprise",
                columns=(Column("Agent", header=True), Column("Service"), Column("Depuis")),
                rows=tuple(people.values()),
                caption_hidden=True,
                empty="Personne ne la suit pour le moment.",
            ),
        ),
    )


def _at(moment: date) -> datetime:
    return datetime.combine(moment, time(0), PARIS)
