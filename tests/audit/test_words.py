"""The audit is read by people: each act that the code writes down has its words, each block too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import get_resolver

from tests.accounts.factories import UserFactory
from vigie.accounts.models_agents import Network
from vigie.audit.queries.register import ADMINISTRATION, about, names_of, what
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


def test_each_act_of_administration_is_in_its_view() -> None:
    """The view names its acts one by one, to be read from an index: none may be forgotten."""
    acts = {code for code in written() if code.startswith(("admin_", "impersonate_", "audit_", "simulate_"))}

    assert len(acts) > 10
    assert acts <= set(ADMINISTRATION)


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("debts", "companies.Company", "Cotisations et dettes Urssaf"),
        ("contacts", FILE, "Contacts de l’entreprise"),
        (Network.CODEFI, FILE, "Textes du réseau CODEFI"),
        ("urssaf", FILE, "Textes du réseau Urssaf"),  # the network, not the data of the same name
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

    assert what(row) == "Fiches d’entreprises\u00a0: sheets:company, introuvable pour lui"
    row.siren = row.object_id = "123456782"
    assert what(row) == "Fiches d’entreprises\u00a0: /detection/entreprises/123456782/, introuvable pour lui"
    held = AuditEvent(object_id="8", details={"page": "campaigns:hold_visit", "status": 403})
    assert what(held) == "Campagnes et visites\u00a0: /campagnes/visites/8/faite/, interdit"
    assert what(AuditEvent(details={"page": "admin:none", "status": 403})) == "Autre page\u00a0: admin:none, interdit"
    looked = AuditEvent(details={"page": "sheets:company", "method": "GET"})
    assert what(looked) == "Fiches d’entreprises\u00a0: sheets:company"


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("accounts.User", "10", ""),  # who signs in: the column of the agent says it
        ("accounts.User", "11", "compte 11"),
        ("accounts.Habilitation", "13", "habilitation 13"),
        ("accounts.FederatedIdentity", "0415abfab54712a4", "identité 0415abfab54712a4"),
        ("watchlists.Publication", "2026-10.1", "2026-10.1"),
        ("watchlists.ReworkedList", "3", "liste retraitée 3"),
        ("followup.Followup", "mes", "ses accompagnements"),  # the code of the address, before
        ("followup.Followup", "12", "12"),
        ("campaigns.Visit", "mes", "ses visites"),
        ("campaigns.Campaign", "4", "campagne 4"),
    ],
)
def test_a_number_says_of_what_it_is(kind: str, number: str, said: str) -> None:
    """The column held « 10 » beside a sign-in and « 13 » beside an habilitation: nothing told them apart."""
    assert about(AuditEvent(action="login", actor_id=10, object_type=kind, object_id=number)) == said


@pytest.mark.django_db
def test_an_habilitation_is_granted_to_somebody_who_is_named(django_assert_num_queries: Any) -> None:
    """« compte 13 » told an auditor nothing; a whole page is named in one question."""
    users = [UserFactory(full_name=f"Anne {rank} Rivière") for rank in range(3)]
    told = [{"user": user.pk, "role": "agent_list", "act": "grant"} for user in users]
    rows = [AuditEvent(action="admin_role", details=one) for one in (*told, {**told[0], "user": 999_999})]

    with django_assert_num_queries(1):
        names = names_of(rows)

    assert [what(row, names).rpartition(", ")[2] for row in rows] == [*map(str, users), "compte 999999"]
    with django_assert_num_queries(0):
        assert names_of([AuditEvent(action="login")]) == {}
