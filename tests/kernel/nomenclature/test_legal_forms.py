import pytest

from vigie.kernel.nomenclature.labels import labels
from vigie.kernel.nomenclature.legal_forms import FAMILIES, legal_form_label


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("1000", "Entrepreneur individuel"),
        ("5499", "Société à responsabilité limitée (sans autre indication)"),
        ("5710", "SAS, société par actions simplifiée"),
        ("54", "Société à responsabilité limitée (SARL)"),
        ("5400", "Société à responsabilité limitée (SARL)"),  # unknown at level 3: its family
        ("", ""),
        ("0", ""),
        ("XX", ""),
    ],
)
def test_label_of_a_legal_form(code: str, label: str) -> None:
    assert legal_form_label(code) == label


def test_every_category_belongs_to_a_family() -> None:
    assert {code[:2] for code in labels("legal_forms")} == set(FAMILIES)
