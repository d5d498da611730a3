"""What an agent reads of a firm: the decision, the filter of the database and a slow oracle agree on every pair."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from tests.accounts.factories import HabilitationFactory, UserFactory, person
from tests.companies.factories import CompanyFactory, EstablishmentFactory
from tests.publication.factories import Firm as Published
from tests.watchlists.factories import OPENED, agent, follow, opened
from vigie.agents.models import Follow
from vigie.companies.models import Company, Establishment
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.errors import InvalidInput
from vigie.rights.table import RIGHTS, Reach, Role
from vigie.tuning.actions import change
from vigie.tuning.queries import forget
from vigie.watchlists.actions.following import follow_firm, renew_follow, unfollow_firm
from vigie.watchlists.models import Entry, Firm, FirmPlace, Publication
from vigie.watchlists.queries.alerted import open_lines
from vigie.watchlists.queries.sight import held_by, sight_of, sights
from vigie.watchlists.rules_sight import Category, Why

pytestmark = pytest.mark.django_db

# The invented set of follow-up.md 11: départements of the establishments, levels in the older and the latest list.
FROMAGERIE = Published(1, "Fromagerie des Trois Sources", "strong", 0.4, departement="25", also_in=("39",))
MENUISERIE = Published(2, "Menuiserie Belval", "none", 0.02, departement="59")
TRANSPORTS = Published(3, "Transports La Rive", "none", 0.03, departement="69", also_in=("25",))
ATELIERS = Published(4, "Ateliers du Causse", "moderate", 0.2, departement="46")
HOTEL = Published(5, "Hôtel des Embruns", "none", 0.02, departement="29")
CONSERVERIE = Published(6, "Conserverie du Lac", "moderate", 0.2, departement="75", also_in=("25",))
SAVONNERIE = Published(7, "Savonnerie du Port", "none", 0.02, departement="13")  # keeps the volume of alerts even
LATEST = (FROMAGERIE, MENUISERIE, TRANSPORTS, ATELIERS, HOTEL, CONSERVERIE, SAVONNERIE)
OLDER = (
    Published(1, "Fromagerie des Trois Sources", "moderate", 0.2, departement="25", also_in=("39",)),
    MENUISERIE,
    Published(3, "Transports La Rive", "strong", 0.4, departement="69", also_in=("25",)),
    Published(4, "Ateliers du Causse", "none", 0.02, departement="46"),
    HOTEL,
    Published(6, "Conserverie du Lac", "none", 0.02, departement="75", also_in=("25",)),
    Published(7, "Savonnerie du Port", "moderate", 0.2, departement="13"),
)


@pytest.fixture
def lists(folders: Path) -> list[Publication]:
    received = [opened(folders, "2026-05.1", OLDER), opened(folders, "2026-06.1", LATEST)]
    assert {one.state for one in Publication.objects.all()} == {"open"}
    return received


def test_agent_of_one_departement_reads_what_the_doctrine_says(lists: list[Publication]) -> None:
    reader = person(agent(territory="25"))

    found = sights(reader, [firm.siren for firm in LATEST])

    assert [firm.name for firm in LATEST if found[firm.siren].unlocked] == [
        FROMAGERIE.name, TRANSPORTS.name, CONSERVERIE.name,
    ]  # fmt: skip
    listed = Entry.objects.allowed(reader, "entry.view").filter(publication=lists[1]).alerts()
    assert set(listed.values_list("siren", flat=True)) == {FROMAGERIE.siren, CONSERVERIE.siren}


def test_lists_hold_the_head_offices_alone_where_the_team_chose_so(lists: list[Publication]) -> None:
    reader, admin = person(agent(territory="25")), UserFactory()
    HabilitationFactory(user=admin, role=Role.ADMINISTRATOR)

    def listed() -> set[str]:
        rows = Entry.objects.allowed(reader, "entry.view").alerts()  # of both lists
        return set(rows.values_list("siren", flat=True))

    all_three = {FROMAGERIE.siren, TRANSPORTS.siren, CONSERVERIE.siren}
    assert (listed(), set(open_lines(frozenset({"25"})))) == (all_three, all_three)
    change("head_office_only", True, version=0, by=person(admin), at=now())
    forget()

    assert (listed(), set(open_lines(frozenset({"25"})))) == ({FROMAGERIE.siren}, {FROMAGERIE.siren})
    assert sight_of(reader, CONSERVERIE.siren).unlocked  # its sheet is still that of a firm of the territory
    whole = Entry.objects.allowed(person(agent(territory="FR")), "entry.view").filter(publication=lists[1]).alerts()
    assert whole.count() == 3


def test_firm_that_no_list_ever_held_is_of_the_territory_of_its_establishments(lists: list[Publication]) -> None:
    bakery, island = CompanyFactory(), CompanyFactory()
    EstablishmentFactory(company=bakery, commune_code="39300")
    EstablishmentFactory(company=bakery, commune_code="25056", closed=True, is_head_office=False)
    EstablishmentFactory(company=island, commune_code="97411")

    for code, firms in (("25", {bakery.siren}), ("2A", set()), ("39", {bakery.siren}), ("974", {island.siren})):
        reader = person(agent(territory=code))
        found = sights(reader, [bakery.siren, island.siren])
        assert {siren for siren, sight in found.items() if sight.ground.visible} == firms, code
        assert not any(sight.unlocked for sight in found.values())


def test_establishment_known_since_the_list_opens_what_its_territory_may_read(lists: list[Publication]) -> None:
    EstablishmentFactory(company=Company.objects.get(pk=ATELIERS.siren), commune_code="25056")

    assert sight_of(person(agent(territory="25")), ATELIERS.siren).unlocked


def test_level_b_reads_no_debt(lists: list[Publication]) -> None:
    found = sight_of(person(agent(Role.LEVEL_B, "25")), FROMAGERIE.siren)

    assert found.opens(Category.SCORE)
    assert found.opens(Category.DGEFP)
    assert found.why(Category.URSSAF) is Why.NO_RIGHT


def test_steward_reads_nothing(lists: list[Publication]) -> None:
    user = UserFactory(team=True)

    assert held_by(person(user)) == frozenset()
    assert not sight_of(person(user), FROMAGERIE.siren).unlocked


def test_a_withdrawn_list_unlocks_nothing(lists: list[Publication]) -> None:
    lists[1].__class__.objects.filter(pk=lists[1].pk).update(
        **{"state": "withdrawn", "ended_at": OPENED, "withdrawn_reason": "Erreur."}
    )

    assert not sight_of(person(agent(territory="75")), CONSERVERIE.siren).unlocked


def test_following_unlocks_until_its_end(lists: list[Publication]) -> None:
    user = agent(territory="25")
    row = follow(user, HOTEL.siren, now() - timedelta(days=2))
    assert sight_of(person(user), HOTEL.siren).by is Why.FOLLOW

    row.until = now() - timedelta(days=1)
    row.save()

    assert not sight_of(person(user), HOTEL.siren).unlocked


def test_following_a_locked_firm_asks_why_and_leaves_one_audit_row(lists: list[Publication]) -> None:
    user = agent(territory="25")
    reader, firm = person(user), Firm.objects.get(pk=MENUISERIE.siren)

    for motive, comment, field in (("", "", "motive"), ("autre", "court", "comment"), ("inventé", "", "motive")):
        with pytest.raises(InvalidInput) as refused:
            follow_firm(firm, motive=motive, comment=comment, by=reader, at=now())
        assert refused.value.field == field
    follow_firm(firm, motive="source_externe", by=reader, at=now())
    follow_firm(firm, motive="source_externe", by=reader, at=now())

    assert sight_of(reader, firm.siren).opens(Category.URSSAF)
    assert Follow.objects.count() == AuditEvent.objects.filter(action="unlock", object_id=firm.siren).count() == 1

    renew_follow(firm, by=reader, at=now() + timedelta(days=30))
    unfollow_firm(firm, ending="actions", by=reader, at=now() + timedelta(days=31))

    actions = AuditEvent.objects.filter(object_id=firm.siren).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["unlock", "unlock", "relock"]
    assert Follow.objects.get().ending == "actions"


def test_traced_doctrine_opens_everything_to_who_holds_the_category(
    lists: list[Publication], settings: Settings
) -> None:
    from dataclasses import replace

    settings.VIGIE = replace(settings.VIGIE, visibility_doctrine="traced")

    found = sight_of(person(agent(Role.LEVEL_B, "25")), HOTEL.siren)

    assert found.by is Why.TRACED
    assert not found.opens(Category.URSSAF)


def oracle(user_id: int, roles: frozenset[Role], departements: frozenset[str] | None, siren: str) -> set[Category]:
    """The doctrine written a second time, a row at a time. departements: None for the whole of France."""
    places = {place.departement for place in FirmPlace.objects.all() if place.siren == siren}
    for office in Establishment.objects.all():
        if office.company_id == siren:
            places.add(office.commune_code[: 3 if office.commune_code.startswith("97") else 2])
    visible = departements is None or bool(places & departements)
    alerted = any(
        entry.siren == siren and entry.level != "none" and entry.publication.state in ("open", "replaced")
        for entry in Entry.objects.select_related("publication")
    )
    followed = any(
        row.user_id == user_id and row.siren == siren and row.since <= now() < row.until for row in Follow.objects.all()
    )
    if not ((visible and alerted) or followed):
        return set()
    return {
        category
        for category in Category
        if any(grant.action == category and grant.role in roles and grant.within is Reach.UNLOCKED for grant in RIGHTS)
    }


def test_decision_filter_and_oracle_agree_on_random_pairs(lists: list[Publication]) -> None:
    random = Random(7)
    for firm in LATEST:  # what the register says beside the lists
        EstablishmentFactory(
            company=Company.objects.get(pk=firm.siren), commune_code=random.choice(["25056", "59350", "97411", "2A004"])
        )
    departements = ["25", "39", "59", "69", "46", "29", "75", "974", "2A"]
    for _round in range(25):
        level = random.choice([Role.LEVEL_A, Role.LEVEL_B])
        held = random.sample(departements, random.randint(1, 3))
        whole = random.random() < 0.2
        user = agent(level, "FR" if whole else " ".join(held))
        for firm in random.sample(LATEST, 2):
            follow(user, firm.siren, now() - timedelta(days=random.choice([1, 400])))
        reader = person(user)
        found = sights(reader, [firm.siren for firm in LATEST])
        for firm in LATEST:
            expected = oracle(user.pk, reader.roles, None if whole else frozenset(held), firm.siren)
            decided = {category for category in Category if found[firm.siren].opens(category)}
            filtered = {
                category
                for category in Category
                if Firm.objects.allowed(reader, category).filter(pk=firm.siren).exists()
            }
            assert decided == expected == filtered, (reader, firm)


def test_one_query_whatever_the_firms(lists: list[Publication], django_assert_num_queries) -> None:
    reader = person(agent(territory="25"))
    for count in (1, 6):
        with django_assert_num_queries(1):
            sights(reader, [firm.siren for firm in LATEST[:count]])


def test_a_received_firm_is_a_company_once(lists: list[Publication]) -> None:
    assert Company.objects.filter(siren__in=[firm.siren for firm in LATEST]).count() == len(LATEST)
    assert Company.objects.get(siren=HOTEL.siren).name == HOTEL.name
    with pytest.raises(ValidationError):
        FirmPlace(siren=HOTEL.siren, departement="29").validate_constraints()
