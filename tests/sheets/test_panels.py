"""What a block says of what it was given, apart from who reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from vigie.config.environment import UnsafeSettings, read
from vigie.sheets.queries.panels import accounts, identity, monthly

DEMANDS, USE = date(2026, 10, 28), date(2026, 9, 1)


def short_time(rows: list[dict[str, Any]]) -> Any:
    until = {"apdemande": DEMANDS, "apconso": USE}
    return monthly.short_time(
        SimpleNamespace(
            series=lambda table: SimpleNamespace(rows=rows),
            until=lambda table, source: until[source],
            last_month=max(DEMANDS, USE).replace(day=1),
            origin=lambda *source: "DARES",
        )  # type: ignore[arg-type]
    )


def month(first: date, authorised: float | None, used: float | None) -> dict[str, Any]:
    return {"siret": "29717976400016", "month": first, "authorised_fte": authorised, "used_fte": used}


def test_what_is_authorised_is_shown_though_its_use_is_not_known_yet() -> None:
    """The uses came until September, the demands until October: the block was empty beside a reason that told of it."""
    (chart,) = short_time([month(date(2026, 10, 1), 1.2, None)]).charts

    assert chart.labels[-1] == "Octobre 2026"
    assert [(one.name, one.values[-1]) for one in chart.series] == [("Autorisés", 1.2)]
    assert chart.sentence.endswith("1,2 équivalent temps plein autorisé en octobre 2026.")


def test_a_use_is_cut_after_its_own_source() -> None:
    (chart,) = short_time([month(date(2026, 9, 1), 4.0, 2.5), month(date(2026, 10, 1), 4.0, 0.0)]).charts

    assert {one.name: one.values[-2:] for one in chart.series} == {"Autorisés": (4.0, 4.0), "Consommés": (2.5, None)}


def test_what_ended_long_ago_is_said_to_be_in_the_story() -> None:
    block = short_time([month(date(2022, 12, 1), 20.0, 18.7)])

    assert block.texts == (monthly.LONG_AGO,)
    assert not block.charts


def test_a_change_is_told_since_the_accounts_it_starts_from() -> None:
    def rows(*days: date) -> list[dict[str, Any]]:
        return [{"closed_on": one, "revenue_eur": 1000 + 90 * rank} for rank, one in enumerate(days)]

    year = accounts._revenue(rows(date(2023, 3, 31), date(2024, 3, 31)))
    two_years = accounts._revenue(rows(date(2022, 3, 31), date(2024, 3, 31)))

    assert year.replace("\u00a0", " ").endswith("soit +9 % en un an.")
    assert two_years.replace("\u00a0", " ").endswith("soit +9 % depuis l’exercice clos le 31 mars 2022.")


def _links(siret: str) -> dict[str, str]:
    kept = identity.links(SimpleNamespace(siret=siret, siren="297179764", head_office=None))  # type: ignore[arg-type]
    return {link.label: link.href for link in kept.links} if kept is not None else {}


def test_services_are_linked_once_configured_and_get_public_numbers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    live = replace(
        settings.VIGIE, external_links="", joint_sheet="https://fce.example/{siret}",
        prefilled_form="https://demarches.example/commencer/aide?champ={siren}",
    )  # fmt: skip
    monkeypatch.setattr(settings, "VIGIE", live)

    assert _links("29717976400016") == {
        "Fiche Commune Entreprise": "https://fce.example/29717976400016",
        "Démarches Simplifiées (dossier prérempli)": "https://demarches.example/commencer/aide?champ=297179764",
    }
    assert list(_links("")) == ["Démarches Simplifiées (dossier prérempli)"]
    monkeypatch.setattr(settings, "VIGIE", replace(live, joint_sheet="", prefilled_form=""))
    assert _links("29717976400016") == {}


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        ("VIGIE_JOINT_SHEET", "http://fce.example/{siret}", "VIGIE_JOINT_SHEET: https"),
        ("VIGIE_PREFILLED_FORM", "https://demarches.example/?nom={name}", "VIGIE_PREFILLED_FORM: only {siren}"),
        ("VIGIE_EXTERNAL_LINKS", "Site=https://site.example/{level}", "VIGIE_EXTERNAL_LINKS: only {siren}"),
    ],
)
def test_an_address_that_would_carry_something_else_stops_the_start(name: str, address: str, said: str) -> None:
    with pytest.raises(UnsafeSettings, match=said):
        read({name: address})
