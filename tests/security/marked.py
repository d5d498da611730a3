"""Firms of every case of the doctrine, with a mark of its own in each thing that may be locked.

    world = marked(folders)
    world.people["a35"]                     level A of one département; "b35", "france", "follower", and those without
    world.marks(who)                        the marks that this person may meet, from table 1.4 read naively
    "Zqurssaf4" in seen(html)               a mark of firm 4, wherever it stands in the bytes

Words mark sentences (``Zq<nature><number>``), figures mark amounts: no other text of the service holds them.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.functional import cached_property

from tests.accounts.factories import HabilitationFactory, UserFactory
from tests.audit.factories import auditor
from tests.followup.factories import communes, network, opened_file
from tests.publication.factories import (
    FEATURES,
    Firm,
    contributions,
    dossiers,
    entry,
    facts,
    siret,
    table,
    tables,
)
from tests.watchlists.factories import agent, consent, follow
from vigie.accounts.models import User
from vigie.accounts.models_agents import AgentProfile, Entity, Segment
from vigie.accounts.queries import person_for
from vigie.companies.models import Establishment
from vigie.followup.actions.contacts import write_contact
from vigie.followup.actions.texts import save_summary, write_comment
from vigie.followup.models import Workplace
from vigie.kernel.clock import now
from vigie.kernel.period import Month
from vigie.publication.manifest import FeatureLabel
from vigie.publication.write import write
from vigie.rights.table import Role
from vigie.watchlists.actions import receive
from vigie.watchlists.models import Publication

HERE_ALERT = Firm(11, "Forge Aubier", "strong", 0.42)
HERE_QUIET = Firm(12, "Librairie Bruyère", "none", 0.02)
HERE_PAST = Firm(13, "Cidrerie Clairval", "none", 0.03)
OUT_ALERT = Firm(14, "Filature Dorval", "strong", 0.44, departement="59", region="32")
OUT_QUIET = Firm(15, "Verrerie Estival", "none", 0.02, departement="59", region="32")
OUT_FOLLOWED = Firm(16, "Imprimerie Florac", "strong", 0.41, departement="59", region="32")
OUT_FOLLOWED_QUIET = Firm(17, "Laiterie Givry", "none", 0.02, departement="59", region="32")
BOTH = Firm(18, "Tannerie Hautmont", "moderate", 0.2, departement="59", region="32", also_in=("35",))
FIRMS = (HERE_ALERT, HERE_QUIET, HERE_PAST, OUT_ALERT, OUT_QUIET, OUT_FOLLOWED, OUT_FOLLOWED_QUIET, BOTH)
FOLLOWED = (OUT_FOLLOWED, OUT_FOLLOWED_QUIET)
BDF = FeatureLabel("rating", "Cotation", "finance", "", "cotation", "bdf")
NATURES = {"public": "score", "urssaf": "urssaf", "dgefp": "dgefp", "bdf": "bdf", "fiscal": "fiscal"}
LEVEL_A = frozenset({"score", "urssaf", "dgefp", "bdf"})
OPENED_BY_LEVEL = {"A": LEVEL_A, "B": frozenset({"score", "dgefp"}), "": frozenset()}


def words(firm: Firm) -> dict[str, tuple[str, ...]]:
    """nature of data → the marks of this firm, written as ``seen`` leaves them."""
    n = firm.number
    return {
        "score": (f"Zqscore{n}", f"{n}73,4fois"),
        "urssaf": (f"Zqurssaf{n}", f"7{n}4311", f"7{n}5311"),
        "dgefp": (f"Zqdgefp{n}", f"61{n}3,5"),
        "bdf": (f"Zqbdf{n}",),
        "fiscal": (f"Zqfiscal{n}",),
    }


def seen(content: str) -> str:
    """The bytes as they are searched: entities read, every space dropped."""
    return re.sub(r"\s+", "", html.unescape(content))


@dataclass
class Marked:
    people: dict[str, User]
    publication: Publication
    levels: dict[str, str]  # person → A, B or nothing
    zones: dict[str, tuple[str, ...] | None]  # None: the whole of France
    followers: frozenset[str] = frozenset({"follower"})
    pks: dict[str, tuple[Any, ...]] = field(default_factory=dict)  # application → numbers tried in its addresses

    def opens(self, who: str, firm: Firm) -> bool:
        """(V and A) or F, from the world that was built, never from what was stored."""
        zone = self.zones[who]
        visible = zone is None or bool({firm.departement, *firm.also_in} & set(zone))
        alerted = firm.level != "none" or firm is HERE_PAST
        followed = who in self.followers and firm in FOLLOWED
        return (visible and alerted) or followed

    def marks(self, who: str) -> set[str]:
        held = OPENED_BY_LEVEL[self.levels[who]]
        return {mark for firm in FIRMS if self.opens(who, firm) for nature in held for mark in words(firm)[nature]}

    @cached_property
    def every_mark(self) -> set[str]:
        return {mark for firm in FIRMS for marks in words(firm).values() for mark in marks}


def marked(folders: Path) -> Marked:
    """Two lists, the people, and a file of an agent of elsewhere with marks of its own."""
    communes()
    may = [_other(HERE_PAST, "moderate", 0.2) if firm is HERE_PAST else firm for firm in FIRMS]
    may = [_other(firm, "none", 0.03) if firm is BOTH else firm for firm in may]
    _received(folders, "2026-05", may)
    publication = _received(folders, "2026-06", FIRMS)
    assert {one.state for one in Publication.objects.all()} == {"open"}
    for firm in FIRMS:
        Establishment.objects.create(
            siret=siret(firm.number), company_id=firm.siren, source="sirene", seen_at=now(), is_head_office=True,
            commune_code="35238" if firm.departement == "35" else "59350",
        )  # fmt: skip
    people = _people()
    world = Marked(
        people,
        publication,
        {"a35": "A", "follower": "A", "france": "A", "b35": "B", **dict.fromkeys(WITHOUT, "")},
        {"a35": ("35",), "follower": ("35",), "b35": ("35",), "france": None, **dict.fromkeys(WITHOUT, ())},
    )
    _elsewhere(world)
    return world


WITHOUT = ("team", "administrator", "auditor", "reviewer", "expert")


def _people() -> dict[str, User]:
    found = {
        "a35": agent(full_name="Ada Zone"),
        "b35": agent(Role.LEVEL_B, full_name="Bob Zone"),
        "france": agent(territory="FR", full_name="Fanny Nation"),
        "follower": agent(full_name="Flora Suivi"),
        "team": UserFactory(team=True),
        "administrator": UserFactory(full_name="Adam Réglages"),
        "auditor": auditor(full_name="Zoé Compte"),
        "reviewer": UserFactory(full_name="Rita Revue"),
        "expert": UserFactory(expert=True),
    }
    HabilitationFactory(user=found["administrator"], role=Role.ADMINISTRATOR)
    HabilitationFactory(user=found["reviewer"], role=Role.REVIEWER)
    consent(found["administrator"])
    for firm in FOLLOWED:
        follow(found["follower"], firm.siren, now() - timedelta(days=2), motive="source_externe")
    return found


def _elsewhere(world: Marked) -> None:
    """An agent of the Nord opened a file on a firm of his, with texts that only he and his readers meet."""
    author = agent(territory="59", full_name="Nora Nord")
    entity = Entity.objects.create(name="Direction du Nord", short_name="DDFIP 59")
    segment = Segment.objects.create(code="nord", label="DGFiP", network=network("dgfip"))
    AgentProfile.objects.create(user=author, entity=entity, segment=segment)
    by, at = person_for(author, now()), now()
    place = Workplace.objects.get(pk=siret(OUT_ALERT.number))
    row = opened_file(author, place, at=at)
    save_summary(row, network("dgfip"), "Zqfile synthèse", version=0, by=by, at=at)
    write_comment(row, network("dgfip"), "Zqfile commentaire", form_token="jeton-du-nord-1", by=by, at=at)
    write_contact(row, {"last_name": "Zqfile"}, form_token="jeton-du-nord-2", by=by, at=at)
    world.pks["followup"] = (row.pk,)


def _other(firm: Firm, level: str, score: float) -> Firm:
    return Firm(
        firm.number, firm.name, level, score, firm.departement, firm.region, firm.also_in,
    )  # fmt: skip


def _received(folders: Path, month: str, firms: Any) -> Publication:
    ordered = sorted(firms, key=lambda firm: firm.siren)
    whole = tables(ordered, Month.parse(month))
    whole["entries"] = table("entries", [entry(one, reference_multiple=one.number * 100 + 73.4) for one in ordered])
    whole["contributions"] = table("contributions", [row for one in ordered for row in _contributions(one)])
    whole |= _figures([_with_debt(one) for one in ordered], Month.parse(month))
    told = facts(month, planned_on=Month.parse(month).plus(1).first_day + timedelta(days=5), features=(*FEATURES, BDF))
    opening = told.planned_on
    assert opening is not None
    received = receive(
        write(folders, f"{month}.1", whole, told, card="# Carte\n"),
        at=now().replace(year=opening.year, month=opening.month, day=opening.day),
    )
    assert isinstance(received, Publication)
    return received


def _contributions(firm: Firm) -> list[dict[str, Any]]:
    """The sentences say their mark; the share of the tax fact is cut in two, the second for the Banque de France."""
    rows = []
    for row in contributions(firm):
        if row["kind"] == "feature":
            row["sentence_fr"] = words(firm)[NATURES[row["confidentiality"]]][0]
        if row["confidentiality"] == "fiscal":
            share = row["contribution_log_odds"]
            row["contribution_log_odds"] = share / 2
            rows.append(
                {**row, "code": BDF.code, "confidentiality": "bdf", "sentence_fr": words(firm)["bdf"][0],
                 "contribution_log_odds": share / 2}
            )  # fmt: skip
        rows.append(row)
    return sorted(rows, key=lambda row: (row["kind"], row["family"], row["code"]))


def _with_debt(firm: Firm) -> Firm:
    changed = _other(firm, firm.level, firm.score)
    object.__setattr__(changed, "debt", Decimal(f"7{firm.number}4311"))
    return changed


def _figures(firms: list[Firm], last: Month) -> dict[str, Any]:
    found = dossiers(firms, last)
    used = {siret(firm.number): float(f"61{firm.number}3.5") for firm in firms}
    rows = found["dossier_short_time_work"].to_pylist()
    return {
        **found,
        "dossier_short_time_work": table(
            "dossier_short_time_work", [{**row, "used_fte": used[row["siret"]]} for row in rows]
        ),
    }
