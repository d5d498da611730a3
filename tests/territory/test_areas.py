from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.db.models import Count

from tests.territory.worlds import SMALL, areas_file
from vigie.kernel.errors import CheckFailed
from vigie.territory.actions import compose_employment_areas, load_cog
from vigie.territory.models import Commune, Zone
from vigie.territory.sync import Change


def test_employment_areas_are_set_from_the_institute_s_table(small_cog: None, tmp_path: Path) -> None:
    path = areas_file(
        tmp_path,
        "69123;Lyon;8421;Lyon",
        "69266;Villeurbanne;8421;Lyon",
        "1262;Montluel;8421;Lyon",
        "75056;Paris;1109;Paris",
        "75113;Paris 13e;1110;Paris Sud",
        # Merged since the table was made: the area of the commune of today, unless it has its own line.
        "01091;Châtillon-en-Michaille;8402;Bellegarde",
        "01120;Cordieux;8404;Bourg-en-Bresse",
    )

    account = load_cog(employment_areas=path, only_departements=SMALL).areas

    areas = dict(Commune.objects.values_list("code", "employment_area_code"))
    assert {code: areas[code] for code in ("69123", "69381", "01262", "75056", "75101", "75113", "01033", "01053")} == {
        "69123": "8421",
        "69381": "8421",  # a district: its city's
        "01262": "8421",
        "75056": "1109",
        "75101": "1109",
        "75113": "1110",  # its own line
        "01033": "8402",
        "01053": "",
    }
    lyon = Zone.objects.get(zone_type="employment_area", code="8421")
    assert (lyon.name, lyon.departement_code, lyon.region_code) == ("Lyon", "69", "84")
    assert account is not None
    assert account.communes_without == Commune.objects.filter(employment_area_code="").count()
    assert load_cog(employment_areas=path, only_departements=SMALL).areas == replace(
        account, zones=Change(account.zones.total), communes_changed=0
    )


def test_a_table_of_other_codes_is_refused(small_cog: None, tmp_path: Path) -> None:
    path = areas_file(tmp_path, "69123;Lyon;8421;Lyon", "99999;Nulle-Part;8421;Lyon")

    with pytest.raises(CheckFailed, match=r"1 of 2 codes are no commune, limit 5% \(first: 99999\)"):
        load_cog(employment_areas=path, only_departements=SMALL)


def test_few_unknown_codes_are_counted(small_cog: None, tmp_path: Path) -> None:
    codes = Commune.objects.filter(departement_code="48").values_list("code", flat=True)
    path = areas_file(tmp_path, *(f"{code};x;7601;Mende" for code in codes), "99999;Nulle-Part;7601;Mende")

    account = load_cog(employment_areas=path, only_departements=SMALL)

    assert "1 unknown codes (first: 99999)" in str(account)


def test_an_area_with_two_names_is_refused(small_cog: None, tmp_path: Path) -> None:
    path = areas_file(tmp_path, "69123;Lyon;8421;Lyon", "69266;Villeurbanne;8421;Villeurbanne")

    with pytest.raises(CheckFailed, match="line 3: area 8421 is called 'Villeurbanne', but 'Lyon' above"):
        load_cog(employment_areas=path, only_departements=SMALL)


def test_areas_are_composed_from_epci(small_cog: None) -> None:
    epcis = list(Zone.objects.filter(zone_type="epci", departement_code="48").values_list("code", flat=True))
    pairs = {"200046977": ("8421", "Lyon")} | {epci: ("7601", "Mende") for epci in epcis}

    account = compose_employment_areas(pairs)

    held = Commune.objects.exclude(employment_area_code="").values("employment_area_code").annotate(n=Count("code"))
    assert {row["employment_area_code"]: row["n"] for row in held} == {
        "8421": Commune.objects.filter(epci_code="200046977").count(),
        "7601": Commune.objects.filter(epci_code__in=epcis).count(),
    }
    assert Commune.objects.get(code="69381").employment_area_code == "8421"
    assert account.zones.created == 2
    assert compose_employment_areas(pairs).communes_changed == 0

    fewer = compose_employment_areas({"200046977": ("8421", "Lyon")})
    assert fewer.zones.removed == 1
    assert not Commune.objects.filter(employment_area_code="7601").exists()


@pytest.mark.parametrize(
    "pairs",
    [{"200046977": ("84", "Lyon")}, {"200046977": ("8421", "Lyon"), "200071751": ("8421", "Bourg")}],
)
def test_a_strange_composition_is_refused(small_cog: None, pairs: dict[str, tuple[str, str]]) -> None:
    with pytest.raises(CheckFailed, match="each code has 4 digits and one name"):
        compose_employment_areas(pairs)


def test_a_table_of_areas_cut_short_is_refused(small_cog: None, tmp_path: Path) -> None:
    lines = [f"{code};x;7601;Mende" for code in Commune.objects.values_list("code", flat=True)]
    load_cog(employment_areas=areas_file(tmp_path, *lines), only_departements=SMALL)

    with pytest.raises(CheckFailed, match="communes would lose their area, limit 2%"):
        load_cog(employment_areas=areas_file(tmp_path, *lines[:1000]), only_departements=SMALL)

    assert not Commune.objects.filter(employment_area_code="").exists()
