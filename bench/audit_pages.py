"""The pages of auditors over a million traces: the register and each of its filters, a day replayed, the chain.

    python -m bench.audit_pages                                            # SQLite, in a temporary file
    python -m scripts.postgresql -- .venv/bin/python -m bench.audit_pages  # a throw-away PostgreSQL
    python -m bench.audit_pages --slowest 10                               # where the time goes

The traces cover a year of 200 agents of 20 administrations, a tenth of them pages of lists with the 25 firms shown.
They are not signed: pages do not look at signatures. Each view of the register is asked alone, by agent, by firm, by
administration and by both, over the usual thirty days and over the year, then its next page. Exits 0 when p95 is at
most 150 ms.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from bench.measuring import Pages, Spent, Watch, known_tables, load, nobody_counts, report, wait_for_quiet
from bench.scratch_directory import scratch_database

LIMIT_MS = 150.0
ROWS, BATCH = 1_000_000, 20_000
AGENTS, BODIES, FIRMS = 200, 20, 5_000
# Of a hundred traces: the action, then how many.
ACTIONS = (
    ("view_block", 55), ("view_company", 18), ("list_view", 10), ("search", 6), ("login", 4), ("export", 2),
    ("denied", 2), ("unlock", 1), ("audit_read", 1), ("admin_users", 1),
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--slowest", type=int, default=0, help="show so many of the slowest pages")
    options = parser.parse_args(argv)
    logging.disable(logging.WARNING)
    with scratch_database() as (engine, _folder):
        fill(options.rows)
        quiet, before = wait_for_quiet(), load()
        times = measure()
    scale = f"{options.rows} traces"
    return report(
        Pages("audit-pages", f"pages of the audit, {engine}", LIMIT_MS, scale, quiet, before), times,
        slowest=options.slowest,
    )  # fmt: skip


def siren_of(number: int) -> str:
    from vigie.kernel.siren import INVENTED_PREFIX, with_key

    return with_key(f"{INVENTED_PREFIX}{number:06d}")


def fill(rows: int) -> None:
    """A year of traces until now, evenly, in their order."""
    from django.db import transaction
    from tests.accounts.factories import UserFactory

    from vigie.bulk import insert, prepared
    from vigie.journal.models import AuditEvent
    from vigie.kernel.clock import now
    from vigie.watchlists.actions.bulk import learn

    rng, end = random.Random(1), now()
    people = [(user.pk, user.full_name, user.email) for user in UserFactory.create_batch(AGENTS)]
    firms = [siren_of(number) for number in range(FIRMS)]
    actions = [name for name, share in ACTIONS for _ in range(share)]
    blank = dict.fromkeys(("on_behalf_of_name", "segment", "purpose", "ip_hash", "request_id"), "")
    for start in range(0, rows, BATCH):
        columns: dict[str, list[Any]] = {}
        for number in range(start, min(start + BATCH, rows)):
            agent = rng.randrange(AGENTS)
            told = _trace(rng.choice(actions), rng.choice(firms), rng, firms)
            actor, name, email = people[agent]
            row = blank | told | {
                "at": end - timedelta(days=365) * ((rows - number) / rows),
                "actor": actor, "actor_name": name, "actor_email": email, "on_behalf_of": None,
                "roles": "level_a", "entity": f"Urssaf {agent % BODIES:02d}", "zone": "Bretagne",
                "reach": "22 29 35 56", "mac": "0" * 64,
            }  # fmt: skip
            for key, value in row.items():
                columns.setdefault(key, []).append(value)
        for name in ("at", "details"):
            columns[name] = [prepared(AuditEvent, name, value) for value in columns[name]]
        with transaction.atomic():
            insert(AuditEvent, columns)
    learn(AuditEvent)


def _trace(action: str, firm: str, rng: random.Random, firms: list[str]) -> dict[str, Any]:
    """What a trace of this kind says of its object."""
    of_firm = action in ("view_block", "view_company", "unlock")
    details: dict[str, Any] = {}
    if action == "view_block":
        details = {"block": "debts"}
    elif action == "list_view":
        details = {"filters": {}, "sort": "niveau", "firms": rng.sample(firms, 25)}
    elif action == "export":
        details = {"kind": "detection_list", "rows": 120}
    elif action == "denied":
        details = {"page": "/detection/", "status": 404}
    return {
        "action": action, "result": "denied" if action == "denied" else "allowed",
        "object_type": "companies.Company" if of_firm else "watchlists.Publication",
        "object_id": firm if of_firm else "2026-06.1", "siren": firm if of_firm else "",
        "in_zone": rng.random() > 0.01 if of_firm else None, "unlocked_by": "zone" if of_firm else "",
        "details": details,
    }  # fmt: skip


def measure() -> list[Spent]:
    """What each page takes; the first round warms."""
    from django.test import Client
    from django.test.utils import setup_test_environment
    from tests.accounts.factories import sign_in
    from tests.audit.factories import auditor

    setup_test_environment()  # answers tell the page they show
    known_tables()
    client, watch, found = sign_in(Client(), auditor()), Watch(), []
    for round_ in range(2):
        for url in addresses(client):
            nobody_counts()
            spent = watch.spent(url, partial(client.get, url))
            if round_:
                found.append(spent)
    return found


def addresses(client: Any) -> Iterator[str]:
    """Every view of the register with each set of filters, over a month and over the year; the other pages."""
    from django.urls import reverse

    from vigie.audit.queries.register import VIEWS
    from vigie.journal.models import AuditEvent
    from vigie.kernel.clock import now

    one = AuditEvent.objects.filter(action="view_company").order_by("-pk").first()
    assert one is not None
    day = (now() - timedelta(days=40)).date().isoformat()
    year = (now() - timedelta(days=365)).date().isoformat()
    filters: tuple[dict[str, str], ...] = (
        {}, {"agent": one.actor_email}, {"agent": one.actor_name}, {"siren": one.siren}, {"entite": one.entity},
        {"entite": "urssaf"}, {"entite": one.entity, "siren": one.siren}, {"agent": "personne", "siren": one.siren},
    )  # fmt: skip
    for view in VIEWS:
        for chosen in filters:
            for since in ({}, {"du": year}):
                yield reverse("audit:register", query={"vue": view, **chosen, **since})
        page = client.get(reverse("audit:register", query={"vue": view})).context["page"]
        if page.next_href:
            yield page.next_href
    yield reverse("audit:replay", query={"agent": one.actor_email, "jour": day})
    yield reverse("audit:anomalies")
    yield reverse("audit:chain")


if __name__ == "__main__":
    sys.exit(main())
