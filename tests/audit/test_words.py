"""The audit is read by people: each act that the code writes down has its words, each block too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import get_resolver

from vigie.accounts.models_agents import Network
from vigie.audit.queries.register import about, what
from vigie.audit.queries.words import FILE, PARTS, action_label, block_label
from vigie.journal.models import AuditEvent

SOURCE = Path(__file__).resolve().parents[2] / "src" / "vigie"
WRITTEN = re.compile(r"""(?:audit\.note|Trace)\(\s*"([a-z_.]+)\"""")


def written() -> set[str]:
    """The acts that the source writes down, by name."""
    return {code for path in SOURCE.rglob("*.py") for code in WRITTEN.findall(path.read_text(encoding="utf-8"))}


def test_each_act_that_is_written_down_is_said_in_words() -> None:
    acts = written()

    assert {"view_file", "view_block", "list_view", "export"} <= acts
    assert [code for code in sorted(acts) if action_label(code) == code] == []


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("debts", "companies.Company", "Cotisations et dettes Urssaf"),
        ("contacts", FILE, "Contacts de l’entreprise"),
        (Network.CODEFI, FILE, "Textes du réseau CODEFI"),
        ("urssaf", FILE, "Textes du réseau URSSAF"),  # the network, not the data of the same name
        ("talk", "watchlists.Firm", "Préparer l’échange"),
    ],
)
def test_a_block_is_said_by_what_holds_it(code: str, kind: str, said: str) -> None:
    assert block_label(code, kind) == said


def test_each_part_of_the_service_has_its_words_for_a_refusal() -> None:
    parts = set(get_resolver().namespace_dict)

    assert {"sheets", "audit"} <= parts <= set(PARTS)


def test_refusal_says_which_part_of_the_service_was_asked() -> None:
    row = AuditEvent(action="denied", result="denied", details={"page": "sheets:company", "status": 404})

    assert what(row) == "Fiches d’entreprises\u00a0: sheets:company (404)"
    assert what(AuditEvent(details={"page": "admin:none", "status": 403})) == "Autre page\u00a0: admin:none (403)"


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("accounts.User", "10", ""),  # who signs in: the column of the agent says it
        ("accounts.User", "11", "compte 11"),
        ("accounts.Habilitation", "13", "habilitation 13"),
        ("accounts.FederatedIdentity", "0415abfab54712a4", "identité 0415abfab54712a4"),
        ("watchlists.Publication", "2026-10.1", "2026-10.1"),
    ],
)
def test_a_number_says_of_what_it_is(kind: str, number: str, said: str) -> None:
    """The column held « 10 » beside a sign-in and « 13 » beside an habilitation: nothing told them apart."""
    assert about(AuditEvent(action="login", actor_id=10, object_type=kind, object_id=number)) == said
