"""What ProConnect’s word is worth, by hand."""

from __future__ import annotations

import pytest

from vigie.accounts.identity_rules import REASONS, NotAdmitted, Way, employer_changed, role_changed, way


@pytest.mark.parametrize(
    ("known", "found", "opened", "other", "expected"),
    [
        (True, True, True, False, Way.KNOWN),
        (True, True, True, True, Way.KNOWN),
        (False, True, True, False, Way.ATTACH),
        (False, True, True, True, Way.ASK_CODE),
        (False, False, False, False, Way.UNKNOWN),
        (True, True, False, False, Way.ARCHIVED),
        (False, True, False, True, Way.ARCHIVED),
    ],
)
def test_the_way_in(known: bool, found: bool, opened: bool, other: bool, expected: Way) -> None:
    assert way(identity_known=known, account_found=found, account_open=opened, other_identity=other) is expected


@pytest.mark.parametrize(
    ("known", "told", "changed"), [("1", "2", True), ("1", "1", False), ("", "2", False), ("1", "", False)]
)
def test_an_employer_changes_only_between_two_known(known: str, told: str, changed: bool) -> None:
    assert employer_changed(known, told) is changed


@pytest.mark.parametrize("code", REASONS)
def test_each_reason_says_what_to_do(code: str) -> None:
    assert len(REASONS[code].text) >= 2
    assert NotAdmitted(code).message_fr == REASONS[code].text[0]


@pytest.mark.parametrize(
    ("known", "told", "same", "changed"),
    [
        ("", "agent_public", True, False),  # said for the first time
        ("agent_public", None, True, False),  # not said this time
        ("agent_public", "agent_public agent_public_etat", True, False),  # said more finely
        ("agent_public agent_public_etat", "agent_public", True, False),  # less finely
        ("agent_public agent_public_etat", "", True, True),  # no longer a public agent
        ("agent_public", "autre_chose", True, True),
        ("agent_public", "", False, False),  # another provider may not fill roles
        ("agent_public_etat", "agent_public_territorial", True, True),
        ("agent_public_etat", "agent_public_territorial", False, True),
        ("agent_public_etat", "agent_public_etat agent_public_territorial", True, False),  # both
        ("autre_chose", "", True, False),
    ],
)
def test_a_status_that_differs(known: str, told: str | None, same: bool, changed: bool) -> None:
    assert role_changed(known, told, same_identity=same) is changed
