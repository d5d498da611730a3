from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.territory.worlds import SMALL, everything, load_small_cog, movement_line, movements_file
from vigie.kernel.errors import CheckFailed, MissingColumn
from vigie.territory.actions import LoadAccount, compose_employment_areas, load_cog
from vigie.territory.models import Commune, CommuneMovement, FormerName, PostalCode, Zone
from vigie.territory.sync import Change


def changes(account: LoadAccount) -> list[Change]:
    return [account.communes, account.postal_codes, account.zones, account.movements, account.former_names]


# --- the whole of France ----------------------------------------------------------------------------------------------


def test_the_whole_of_france_is_loaded_and_a_second_load_changes_nothing(empty_territory: None) -> None:
    account = load_cog()

    assert account.vintage == 2026
    assert changes(account) == [
        Change(35_014, created=35_014),
        Change(35_539, created=35_539),
        Change(1_390, created=1_390),
        Change(4_240, created=4_240),
        Change(2_498, created=2_498),
    ]
    assert account.dead_ends == ()

    before = everything()
    again = load_cog()

    assert all(change.nothing for change in changes(again))
    assert everything() == before


# --- what is in the tables --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("city", "district", "epci", "districts"), [
    ("75056", "75113", "200054781", 20),
    ("69123", "69389", "200046977", 9),
])  # fmt: skip
def test_a_district_has_its_city_and_the_zones_of_its_city(
    small_cog: None, city: str, district: str, epci: str, districts: int
) -> None:
    row = Commune.objects.get(code=district)

    assert (row.kind, row.parent_code, row.epci_code) == ("municipal_district", city, epci)
    assert Commune.objects.get(code=city).kind == "commune"
    assert Commune.objects.filter(parent_code=city).count() == districts


def test_marseille_has_both_levels(db: None) -> None:
    load_small_cog(["13"])

    assert Commune.objects.filter(parent_code="13055").count() == 16
    assert Commune.objects.get(code="13055").epci_code == Commune.objects.get(code="13201").epci_code != ""


def test_corsica_mayotte_and_islands(small_cog: None) -> None:
    load_small_cog(["2B", "22", "978"])

    ajaccio = Commune.objects.get(code="2A004")
    assert (ajaccio.departement_code, ajaccio.region_code) == ("2A", "94")
    assert Commune.objects.get(code="2B033").departement_code == "2B"
    assert Zone.objects.get(zone_type="departement", code="2B").region_code == "94"
    mamoudzou = Commune.objects.get(code="97611")
    assert (mamoudzou.departement_code, mamoudzou.region_code) == ("976", "06")
    assert mamoudzou.epci_code
    assert Commune.objects.get(code="22016").epci_code == ""  # Île-de-Bréhat
    saint_martin = Commune.objects.get(code="97801")
    assert (saint_martin.departement_code, saint_martin.region_code, saint_martin.epci_code) == ("978", "978", "")


def test_an_epci_over_two_departements_has_the_main_one_as_parent(small_cog: None) -> None:
    villefranche = Zone.objects.get(zone_type="epci", name="CA Villefranche Beaujolais Saône")

    held = Commune.objects.filter(epci_code=villefranche.code).values_list("departement_code", flat=True)
    assert set(held) == {"01", "69"}
    assert (villefranche.departement_code, villefranche.region_code) == ("69", "84")


def test_delegated_associated_and_merged_communes_lead_to_the_commune_of_today(small_cog: None) -> None:
    moves = dict(CommuneMovement.objects.values_list("old_code", "kind"))

    assert moves["01120"] == "associated"
    assert moves["01091"] == "delegated"
    assert moves["01003"] == "merged"
    assert CommuneMovement.objects.get(old_code="01120").new_code == "01262"
    assert not CommuneMovement.objects.filter(old_code__in=Commune.objects.values("code")).exists()


def test_a_delegated_commune_that_bears_the_code_of_its_commune_keeps_its_name(small_cog: None) -> None:
    named = FormerName.objects.get(name_folded="ARBIGNIEU")

    assert (named.code, named.commune_id) == ("01015", "01015")
    assert Commune.objects.get(code="01015").name == "Arboys en Bugey"


def test_names_are_folded_for_the_search(small_cog: None) -> None:
    assert Commune.objects.get(code="01001").name_folded == "L ABERGEMENT CLEMENCIAT"


# --- idempotence, dry run, partial loads ------------------------------------------------------------------------------


def test_a_second_small_load_changes_nothing(small_cog: None) -> None:
    before = everything()

    assert all(change.nothing for change in changes(load_small_cog()))
    assert everything() == before


def test_what_differs_is_put_right_and_the_rest_left_alone(small_cog: None) -> None:
    before = everything()
    Commune.objects.filter(code="01053").update(name="Ailleurs", population=1)
    PostalCode.objects.filter(commune="01053").delete()
    PostalCode.objects.create(commune_id="01053", code="99999")
    Zone.objects.filter(zone_type="region", code="84").update(name="Ailleurs")
    Zone.objects.create(
        zone_type="departement", code="96", name="Faux", name_folded="FAUX", region_code="84", vintage=2026
    )
    CommuneMovement.objects.filter(old_code="01120").update(new_code="01053")
    FormerName.objects.filter(code="01120").delete()

    account = load_small_cog()

    assert account.communes == Change(account.communes.total, changed=1)
    assert (account.postal_codes.created, account.postal_codes.removed) == (1, 1)
    assert account.zones == Change(account.zones.total, changed=1, removed=1)
    assert account.movements == Change(account.movements.total, changed=1)
    assert account.former_names == Change(account.former_names.total, created=1)
    for model in (Commune, CommuneMovement):
        assert everything()[model.__name__] == before[model.__name__]


def test_a_dry_run_counts_and_writes_nothing(empty_territory: None) -> None:
    account = load_cog(only_departements=["976"], dry_run=True)

    assert account.communes == Change(17, created=17)
    assert all(rows == [] for rows in everything().values())


def test_a_partial_load_leaves_the_others_as_they_are(small_cog: None) -> None:
    before = Commune.objects.count()

    account = load_small_cog(["976"])

    assert all(change.nothing for change in changes(account))
    assert Commune.objects.count() == before
    assert Zone.objects.filter(zone_type="epci", code="200046977").exists()


def test_employment_areas_survive_a_load_without_them(small_cog: None) -> None:
    compose_employment_areas({"200046977": ("8421", "Lyon")})

    load_small_cog()

    assert Commune.objects.get(code="69123").employment_area_code == "8421"
    assert Zone.objects.filter(zone_type="employment_area").count() == 1


# --- the institute's movements ----------------------------------------------------------------------------------------


def test_movements_add_old_codes_chains_and_dates(small_cog: None, tmp_path: Path) -> None:
    path = movements_file(
        tmp_path,
        # Two steps, the second known by the committed tables too: 01998 → 01999 → 01091 → 01033.
        movement_line(31, "1950-01-01", "01998", "01999", name="Vieux-Bourg"),
        movement_line(33, "1973-01-01", "01999", "01091", name="Moyen-Bourg"),
        movement_line(32, "2019-01-01", "01091", "01033", name="Châtillon-de-Michaille"),
        movement_line(41, "1976-01-01", "20004", "2A004", name="Ajaccio"),
        # Re-established since, alive today: not an old code.
        movement_line(31, "1973-01-01", "01053", "01262", name="Bourg-en-Bresse"),
        # Nobody knows where it leads.
        movement_line(31, "1973-01-01", "33001", "33002"),
    )

    account = load_cog(movements=path, only_departements=SMALL)

    rows = {row.old_code: row for row in CommuneMovement.objects.all()}
    assert (rows["01998"].new_code, rows["01998"].effective_on) == ("01999", date(1950, 1, 1))
    assert (rows["01091"].new_code, rows["01091"].effective_on) == ("01033", date(2019, 1, 1))
    assert (rows["20004"].kind, rows["20004"].effective_on) == ("recoded", date(1976, 1, 1))
    assert "01053" not in rows
    assert account.dead_ends == ("33001",)
    assert "1 old codes left out, no successor (first: 33001)" in str(account)
    assert CommuneMovement.objects.successors({"01998"}) == {"01998": "01033"}
    named = FormerName.objects.get(name="Vieux-Bourg")
    assert (named.code, named.commune_id) == ("01998", "01033")
    assert not FormerName.objects.filter(name="Ajaccio").exists()  # the name of today is no former name


def test_movements_are_kept_by_a_load_without_them_and_replaced_by_the_next(small_cog: None, tmp_path: Path) -> None:
    first = movements_file(
        tmp_path,
        movement_line(31, "1950-01-01", "01998", "01091", name="Vieux-Bourg"),
        movement_line(32, "2019-01-01", "01091", "01033", name="Châtillon"),
    )
    load_cog(movements=first, only_departements=SMALL)
    before = everything()

    again = load_cog(movements=first, only_departements=SMALL)
    without = load_small_cog()

    assert all(change.nothing for change in [*changes(again), *changes(without)])
    assert everything() == before

    replaced = load_cog(
        movements=movements_file(tmp_path, movement_line(31, "1950-01-01", "01997", "01091")), only_departements=SMALL
    )
    assert replaced.movements.removed == 1
    assert not CommuneMovement.objects.filter(old_code="01998").exists()
    assert CommuneMovement.objects.get(old_code="01091").effective_on is None


def test_a_circle_is_refused_and_nothing_is_written(small_cog: None, tmp_path: Path) -> None:
    before = everything()
    path = movements_file(
        tmp_path,
        movement_line(31, "1950-01-01", "01998", "01999"),
        movement_line(31, "1960-01-01", "01999", "01998"),
    )

    with pytest.raises(CheckFailed, match="01998 → 01999 → 01998 form a circle"):
        load_cog(movements=path, only_departements=SMALL)

    assert everything() == before


def test_a_file_of_the_wrong_kind_leaves_everything_as_it_was(small_cog: None, tmp_path: Path) -> None:
    before = everything()
    (tmp_path / "sirene.csv").write_text("siren,nic,siret\n")

    for option in ("movements", "employment_areas"):
        files: dict[str, Any] = {option: tmp_path / "sirene.csv"}
        with pytest.raises(MissingColumn):
            load_cog(only_departements=SMALL, **files)

    assert everything() == before


def test_a_movements_table_cut_short_is_refused(small_cog: None, tmp_path: Path) -> None:
    many = [movement_line(31, "1950-01-01", f"01{number}", "01033") for number in range(900, 980)]
    load_cog(movements=movements_file(tmp_path, *many), only_departements=SMALL)
    before = everything()

    with pytest.raises(CheckFailed, match=r"40 of \d+ old codes would be forgotten, limit 2%.*is the table whole"):
        load_cog(movements=movements_file(tmp_path, *many[:40]), only_departements=SMALL)

    assert everything() == before
