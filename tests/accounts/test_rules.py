"""The rules on accounts, without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from vigie.accounts import rules
from vigie.accounts.states import HABILITATION
from vigie.kernel.errors import InvalidInput
from vigie.rights.table import Role


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("", ""),
        ("pas une adresse", ""),
        ("192.0.2.77:443", ""),
    ],
)
def test_journal_keeps_the_network_only(address: str, network: str) -> None:
    assert rules.network_of(address) == network


def test_session_lasts_what_the_state_rule_says() -> None:
    assert rules.session_lasts(False) == timedelta(hours=12)
    assert rules.session_lasts(True) == timedelta(days=30)


def test_allauth_is_told_the_numbers_of_the_rules() -> None:
    assert timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT) == rules.CODE_LASTS
    assert settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS == rules.CODE_TRIES
    assert settings.ACCOUNT_LOGIN_TIMEOUT > settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT
    assert settings.ACCOUNT_RATE_LIMITS is False


@pytest.mark.parametrize("role", sorted(rules.ROLES_WITH_ANTENNE))
def test_who_answers_companies_has_an_antenne(role: Role) -> None:
    rules.refuse_roles([role], 1)
    with pytest.raises(InvalidInput, match="antenne"):
        rules.refuse_roles([role], None)


def test_team_needs_no_antenne() -> None:
    rules.refuse_roles([Role.TEAM], None)


def test_team_may_change_more_than_oneself() -> None:
    assert set(rules.editable_fields(False)) < set(rules.editable_fields(True))
    assert "email" not in rules.editable_fields(False)


def test_lifecycle_of_habilitations_reaches_every_state() -> None:
    assert HABILITATION.reachable() == set(HABILITATION.codes)
