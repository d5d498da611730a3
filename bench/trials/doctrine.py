"""« Who reads what of which firm », ten thousand times, against the doctrine read a second time (R-03, S-02).

    python -m bench.trials.doctrine --pairs 10000      # exits 0 when there is no difference

A random France: zones of every kind (départements, régions, named zones, France), firms of one to four départements,
lists open, replaced, withdrawn and not open yet, people of every level, suspended, ended or not begun, follows that run
or ended. The oracle is the table of the specification on plain tuples: it reads neither the database nor the rights
table. Compared for each pair: the one decision, the filter of the database, the line of the list.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

# Specification, table 1.2: what each level opens, once the firm is unlocked.
OPENS = {
    "level_a": frozenset({"score", "debts", "short_time_work", "confidential_accounts", "state_loan"}),
    "level_b": frozenset({"score", "short_time_work", "state_loan"}),
}
REGIONS = {"53": ("22", "29", "35", "56"), "32": ("02", "59", "60", "62", "80"), "94": ("2A", "2B")}
NAMED = {"OUTRE-MER": ("971", "974"), "PICARDIE": ("02", "60", "80")}
DEPARTEMENTS = (*(code for codes in REGIONS.values() for code in codes), "971", "974", "75", "69")
STATES = (("open", True), ("replaced", True), ("withdrawn", False), ("received", False))  # state, was it published
EACH = 50  # firms asked of each person


@dataclass(frozen=True)
class Somebody:
    """level: level_a, level_b, team or administrator; zones as a territory says them; in_force: the day's state."""

    user_id: int
    level: str
    territory: str
    in_force: bool


@dataclass
class Plan:
    """The invented France, on tuples: what the oracle reads."""

    places: dict[str, frozenset[str]] = field(default_factory=dict)
    lists: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)  # number, state, siren → level
    people: list[Somebody] = field(default_factory=list)
    running: set[tuple[int, str]] = field(default_factory=set)  # (person, firm) that is followed now


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds the world in a folder of its own, compares, tells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="vigie-doctrine-") as place:
        os.environ |= {"VIGIE_MODE": "test", "VIGIE_VAR": place, "DJANGO_SETTINGS_MODULE": "vigie.config.settings"}
        os.environ.setdefault("VIGIE_DATABASE_URL", f"sqlite:///{place}/base.sqlite3")
        import django
        from tests.migrated_once import migrate

        django.setup()
        migrate()
        begun = time.process_time()
        differences, opened = compare(options.pairs, options.seed)
    for line in differences[:20]:
        print(line)
    seconds = time.process_time() - begun
    print(
        f"{len(differences)} difference(s) in {options.pairs} pairs, {opened} unlocked ({seconds:.0f} s of processor)"
    )
    return 1 if differences else 0


def compare(pairs: int, seed: int) -> tuple[list[str], int]:
    """The differences, told one by one, and how many pairs open something: both answers must be common."""
    chance = random.Random(seed)
    plan = build(chance, firms=max(40, pairs // 10), people=-(-pairs // EACH))
    told: list[str] = []
    opened = 0
    for who in plan.people:
        asked = chance.sample(sorted(plan.places), min(EACH, len(plan.places)))
        expected = {siren: oracle(plan, who, siren) for siren in asked}
        opened += sum(bool(one[0]) for one in expected.values())
        for name, found in answers(who, asked).items():
            told += [
                f"{name}: {who} {siren}: {sorted(found[siren])}, expected {sorted(wanted)}"
                for siren, both in expected.items()
                if found[siren] != (wanted := both[1] if name == "list" else both[0])
            ]
    return told, opened


def oracle(plan: Plan, who: Somebody, siren: str) -> tuple[frozenset[str], frozenset[str]]:
    """Table 1.4, question by question: what of the firm is open, and the lists that show a line of it (R-15)."""
    nothing: frozenset[str] = frozenset()
    if who.level not in OPENS or not who.in_force:
        return nothing, nothing
    visible = any(within(place, who.territory) for place in plan.places[siren])
    listed = frozenset(str(n) for n, state, levels in plan.lists if visible and state == "open" and siren in levels)
    if (who.user_id, siren) in plan.running:
        return OPENS[who.level], listed
    for _number, state, levels in plan.lists:
        if visible and dict(STATES)[state] and levels.get(siren) in ("strong", "moderate"):
            return OPENS[who.level], listed
    return nothing, listed


def within(departement: str, territory: str) -> bool:
    """Whether a territory holds a département, word by word."""
    for word in territory.split():
        if word in ("FR", departement):
            return True
        if word.startswith("R") and departement in REGIONS[word[1:]]:
            return True
        if word.startswith("Z-") and departement in NAMED[word[2:]]:
            return True
    return False


def answers(who: Somebody, sirens: list[str]) -> dict[str, dict[str, frozenset[str]]]:
    """What the service says: by the decision, by the filter of single objects, by the lines of the lists."""
    from vigie.accounts.models import User
    from vigie.accounts.queries import person_for
    from vigie.kernel.clock import now
    from vigie.watchlists.models import Entry, Firm
    from vigie.watchlists.queries.sight import sights
    from vigie.watchlists.rules_sight import Category

    person = person_for(User.objects.get(pk=who.user_id), now())
    names = {category: category.value.removeprefix("dossier.") for category in Category}
    decided = {
        siren: frozenset(names[category] for category in Category if sight.opens(category))
        for siren, sight in sights(person, sirens).items()
    }
    filtered: dict[str, set[str]] = {siren: set() for siren in sirens}
    listed: dict[str, set[str]] = {siren: set() for siren in sirens}
    for category in Category:
        for siren in Firm.objects.allowed(person, category).filter(pk__in=sirens).values_list("pk", flat=True):
            filtered[siren].add(names[category])
    lines = Entry.objects.allowed(person, "entry.view").filter(siren__in=sirens)
    for siren, number in lines.values_list("siren", "publication__number"):
        listed[siren].add(str(number))
    return {
        "decision": decided,
        "filter": {siren: frozenset(found) for siren, found in filtered.items()},
        "list": {siren: frozenset(found) for siren, found in listed.items()},
    }


def build(chance: random.Random, *, firms: int, people: int) -> Plan:
    """Draws the world and writes it; each table in one go."""
    plan = Plan()
    _zones()
    _firms(plan, chance, firms)
    _lists(plan, chance)
    _people(plan, chance, people)
    _follows(plan, chance)
    return plan


def _zones() -> None:
    from vigie.territory.models import Zone, ZoneGroup

    of = {code: region for region, codes in REGIONS.items() for code in codes}
    said: dict[str, Any] = {"zone_type": "departement", "vintage": 2026}
    Zone.objects.bulk_create(
        Zone(code=code, name=code, name_folded=code, region_code=of.get(code, "11"), **said) for code in DEPARTEMENTS
    )
    for code, codes in NAMED.items():
        ZoneGroup.objects.update_or_create(code=code, defaults={"label": code, "departements": list(codes)})


def _firms(plan: Plan, chance: random.Random, count: int) -> None:
    from vigie.companies.models import Company
    from vigie.kernel.clock import now
    from vigie.kernel.siren import INVENTED_PREFIX, with_key
    from vigie.watchlists.models import FirmPlace

    for number in range(count):
        siren = with_key(f"{INVENTED_PREFIX}{700_000 + number:06d}")
        plan.places[siren] = frozenset(chance.sample(DEPARTEMENTS, chance.choice((1, 1, 1, 2, 4))))
    Company.objects.bulk_create(
        Company(siren=siren, name=f"Firme {siren}", source="sirene", seen_at=now()) for siren in plan.places
    )
    FirmPlace.objects.bulk_create(
        FirmPlace(siren=siren, departement=code) for siren, codes in plan.places.items() for code in codes
    )


def _lists(plan: Plan, chance: random.Random) -> None:
    from vigie.kernel.clock import now
    from vigie.watchlists.models import ENTRIES_AT_MOST, Entry, Publication

    at = now()
    for number, (state, _published) in enumerate(STATES, start=1):
        levels = {
            siren: chance.choices(("none", "moderate", "strong"), (6, 1, 1))[0]
            for siren in plan.places
            if chance.random() < 0.8
        }
        told: dict[str, Any] = {
            "opened_at": at if state in ("open", "replaced") else None,
            "ended_at": at if state in ("replaced", "withdrawn") else None,
            "withdrawn_reason": "Une source était fausse." if state == "withdrawn" else "",
        }
        one = Publication.objects.create(
            code=f"2026-0{number}.{number}", batch=date(2026, number, 1), number=number, fingerprint="0" * 64,
            state=state, received_at=at, checked_at=at, all_green=True, entries_expected=len(levels),
            entries_loaded=len(levels), **told,
        )  # fmt: skip
        Entry.objects.bulk_create(
            Entry(id=one.pk * ENTRIES_AT_MOST + rank, publication=one, siren=siren, level=level, score=0.5, rank=rank)
            for rank, (siren, level) in enumerate(levels.items(), start=1)
        )
        plan.lists.append((number, state, levels))


def _people(plan: Plan, chance: random.Random, count: int) -> None:
    from vigie.accounts.models import Habilitation, User
    from vigie.kernel.clock import now

    at, today = now(), now().date()
    long_ago, tomorrow, yesterday = today - timedelta(days=400), today + timedelta(days=2), today - timedelta(days=2)
    for rank in range(count):
        level = chance.choices(("level_a", "level_b", "team", "administrator"), (6, 3, 1, 1))[0]
        state = chance.choices(("granted", "suspended"), (8, 1))[0]
        starts, ends = chance.choices(
            ((long_ago, None), (long_ago, tomorrow), (long_ago, yesterday), (tomorrow, None)), (6, 1, 1, 1)
        )[0]
        user = User.objects.create(email=f"p{rank}@etat.example", full_name=f"Personne {rank}", terms_accepted_at=at)
        territory = _territory(chance) if level in OPENS else ""
        Habilitation.objects.create(
            user=user, role=level, territory=territory, starts_on=starts, ends_on=ends, requested_at=at, granted_at=at,
            granted_by=user, **{Habilitation.LIFECYCLE.field: state},
        )  # fmt: skip
        in_force = state == "granted" and starts <= today and (ends is None or today <= ends)
        plan.people.append(Somebody(user.pk, level, territory, in_force))


def _territory(chance: random.Random) -> str:
    words = (*DEPARTEMENTS, *(f"R{code}" for code in REGIONS), *(f"Z-{code}" for code in NAMED))
    return "FR" if chance.random() < 0.15 else " ".join(chance.sample(words, chance.randint(1, 3)))


def _follows(plan: Plan, chance: random.Random) -> None:
    from vigie.agents.models import Follow
    from vigie.kernel.clock import now

    at, rows = now(), []
    for who in plan.people:
        for siren in chance.sample(sorted(plan.places), len(plan.places) // 8):
            ended = chance.random() < 0.4
            by_file = chance.random() < 0.3
            kind: dict[str, Any] = {"origin": "file", "file_id": 1 + len(rows)} if by_file else {"motive": "detection"}
            until = at - timedelta(days=1) if ended else at + timedelta(days=100)
            rows.append(Follow(user_id=who.user_id, siren=siren, since=at - timedelta(days=30), until=until, **kind))
            if not ended:
                plan.running.add((who.user_id, siren))
    Follow.objects.bulk_create(rows, batch_size=500)


if __name__ == "__main__":
    sys.exit(main())
