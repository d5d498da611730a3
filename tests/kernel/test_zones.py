from vigie.kernel.zones import Place, ZoneType, covering

VONNAS = Place(commune="01457", epci="200070555", employment_area="8401", departement="01", region="84")


def test_each_kind_of_zone_covers_its_commune() -> None:
    for kind, code in VONNAS.zones():
        assert covering([(kind, code)], VONNAS) == (kind, code)


def test_smallest_zone_is_the_reason_given() -> None:
    zones = [(ZoneType.REGION, "84"), (ZoneType.EPCI, "200070555")]

    assert covering(zones, VONNAS) == (ZoneType.EPCI, "200070555")


def test_a_code_of_another_kind_does_not_cover() -> None:
    assert covering([(ZoneType.REGION, "01")], VONNAS) is None  # Guadeloupe, not the Ain
    assert covering([], VONNAS) is None


def test_a_district_is_covered_by_its_city() -> None:
    district = Place(commune="69381", parent_commune="69123", departement="69", region="84")

    assert covering([(ZoneType.COMMUNE, "69123")], district) == (ZoneType.COMMUNE, "69123")


def test_a_commune_without_epci_is_not_covered_by_an_empty_code() -> None:
    island = Place(commune="22016", departement="22", region="53")

    assert covering([(ZoneType.EPCI, "")], island) is None
