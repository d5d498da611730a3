"""The territory of a detection habilitation: what is typed, what is stored, what a person may see by it."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.accounts.factories import AntenneFactory, HabilitationFactory, UserFactory, person
from vigie.accounts.actions import give_habilitation, invite
from vigie.accounts.rules import (
    Invitation,
    named_places,
    parse_territory,
    territory_for,
    territory_key,
    territory_words,
)
from vigie.kernel.errors import InvalidInput
from vigie.rights.table import Role
from vigie.territory.models import Zone


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("fr", "FR"),
        ("35", "35"),
        ("35, 2a ;971", "2A 35 971"),
        ("r53 22", "R53 22"),
        (" R53,R32 ", "R32 R53"),
        ("35238 5301 243500139 35 R52", "R52 35 5301 243500139 35238"),
    ],
)
def test_territory_is_stored_in_one_way(typed: str, stored: str) -> None:
    assert str(parse_territory(typed)) == stored
    assert str(parse_territory(stored)) == stored


@pytest.mark.parametrize("typed", ["", "  ", "Bretagne", "R", "FR 35", "3", "R5x", "35' OR 1=1", "123456", "R2A"])
def test_territory_that_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        parse_territory(typed)


def test_territory_is_read_in_words() -> None:
    assert territory_words("FR") == "France entière"
    assert territory_words("R53 22 2A") == "région Bretagne, départements Côtes-d’Armor (22), Corse-du-Sud (2A)"
    assert territory_words("5301 5302 35238") == "bassins d’emploi 5301, 5302, commune 35238"
    assert territory_words("Z-LANGUEDOC-ROUSSILLON") == "ancienne région Languedoc-Roussillon"
    assert territory_words("Z-GRAND-OUEST Z-OUTRE-MER") == "zone Grand ouest, zone Outre-mer"
    assert territory_words("Z-CENTRE-OUEST Z-CENTRE 99") == "ancienne région Centre, zone Centre ouest, département 99"
    assert territory_words("") == ""


def test_territory_is_kept_by_codes_and_read_with_the_names_of_today() -> None:
    """Traces and counts of last year and of today speak of one territory."""
    key = territory_key("R52 30 34 Z-BRETAGNE")

    assert key == "zone Bretagne, région 52, départements 30, 34"
    assert (
        named_places(key) == "ancienne région Bretagne, région Pays de la Loire, départements Gard (30), Hérault (34)"
    )
    assert named_places("") == ""


@pytest.mark.parametrize(("role", "typed"), [(Role.LEVEL_A, "5301"), (Role.LEVEL_B, "35238"), (Role.ANIMATOR, "FR")])
def test_each_role_has_its_kinds_of_territory(role: Role, typed: str) -> None:
    with pytest.raises(InvalidInput):
        territory_for(role, typed)


@pytest.mark.django_db
def test_zones_of_an_animator_open_no_list_and_those_of_an_agent_no_need() -> None:
    user = UserFactory()
    HabilitationFactory(user=user, role=Role.ANIMATOR, territory="35 5301")
    HabilitationFactory(user=user, role=Role.LEVEL_A, territory="22")

    assert person(user).zones == {("departement", "35"), ("employment_area", "5301")}
    assert person(user).departements == {"22"}


@pytest.mark.django_db
def test_region_is_its_departements_of_today() -> None:
    for code in ("22", "35"):
        Zone.objects.create(
            zone_type="departement", code=code, name=code, name_folded=code, region_code="53", vintage=2026
        )
    user = UserFactory()
    HabilitationFactory(user=user, role=Role.LEVEL_A, territory="R53 59")

    assert person(user).departements == {"22", "35", "59"}
    assert not person(user).nationwide


@pytest.mark.django_db
def test_france_is_said_apart_and_no_territory_is_nothing(at: datetime) -> None:
    national, expert = UserFactory(), UserFactory(expert=True)
    HabilitationFactory(user=national, role=Role.LEVEL_B, territory="FR")

    assert person(national).nationwide
    assert (person(expert).nationwide, person(expert).departements) == (False, frozenset())


@pytest.mark.django_db
def test_team_gives_a_territory_with_the_role(at: datetime) -> None:
    team, user = UserFactory(team=True), UserFactory()
    known("region", "53")
    known("departement", "22")

    held = give_habilitation(user, Role.LEVEL_A, by=person(team), at=at, territory="r53, 22")

    assert (held.state, held.territory) == ("granted", "R53 22")
    with pytest.raises(InvalidInput):
        give_habilitation(UserFactory(), Role.LEVEL_B, by=person(team), at=at)


def known(kind: str, code: str) -> None:
    Zone.objects.create(zone_type=kind, code=code, name=code, name_folded=code, region_code="53", vintage=2026)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["5301 9999", "35 99999", "9999"])
def test_a_code_that_is_nobodys_is_refused_and_named(at: datetime, typed: str) -> None:
    known("employment_area", "5301")
    known("departement", "35")

    with pytest.raises(InvalidInput) as refused:
        give_habilitation(UserFactory(), Role.ANIMATOR, by=person(UserFactory(team=True)), at=at, territory=typed)

    assert refused.value.field == "territory"
    assert typed.split()[-1] in refused.value.message_fr


@pytest.mark.django_db
def test_team_invites_an_animator_with_his_zones(at: datetime) -> None:
    known("employment_area", "5301")
    asked = Invitation("anne@epci.example", "Anne Relais", (Role.ANIMATOR,), AntenneFactory().pk, territory="5301")

    user = invite(asked, by=person(UserFactory(team=True)), at=at)

    assert person(user, at).zones == {("employment_area", "5301")}
    assert person(user, at).roles == {Role.ANIMATOR}
