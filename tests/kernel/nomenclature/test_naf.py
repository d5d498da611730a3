import pytest

from vigie.kernel.nomenclature.labels import labels
from vigie.kernel.nomenclature.naf import A10_LABELS, a10, a10_label, naf_label


def test_every_sub_class_of_both_nomenclatures_has_a_label() -> None:
    assert len(labels("naf_rev2")) == 732
    assert len(labels("naf_2025")) == 747
    assert not set(labels("naf_rev2")) & set(labels("naf_2025"))
    assert all(label and "'" not in label for name in ("naf_rev2", "naf_2025") for label in labels(name).values())


@pytest.mark.parametrize("code", ["10.71C", "1071C", "1071c"])
def test_label_is_found_however_the_code_is_written(code: str) -> None:
    assert naf_label(code) == "Boulangerie et boulangerie-pâtisserie"


@pytest.mark.parametrize("code", ["", "9999Z", "ZZ", "<b>", "10.71"])
def test_unknown_code_has_no_label(code: str) -> None:
    assert naf_label(code) == ""


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("0111Z", "AZ"),
        ("0311Z", "AZ"),
        ("0510Z", "BE"),
        ("3900Z", "BE"),
        ("4120A", "FZ"),
        ("4511Z", "GI"),
        ("5630Z", "GI"),
        ("6201Z", "JZ"),
        ("6622Z", "KZ"),
        ("6820B", "LZ"),
        ("6910Z", "MN"),
        ("8299Z", "MN"),
        ("8411Z", "OQ"),
        ("8899B", "OQ"),
        ("9001Z", "RU"),
        ("9900Z", "RU"),
        ("", ""),
        ("00.00", ""),
        ("AB", ""),
    ],
)
def test_group_of_sections(code: str, group: str) -> None:
    assert a10(code) == group
    assert a10_label(code) == A10_LABELS.get(group, "Données manquantes")


def test_every_code_has_a_group() -> None:
    assert {a10(code) for name in ("naf_rev2", "naf_2025") for code in labels(name)} == set(A10_LABELS)
