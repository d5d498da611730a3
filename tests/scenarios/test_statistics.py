"""What was lived is what is published: journey (f), each figure of the public page against the rows, in plain SQL."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.scenarios import journeys
from tests.scenarios.conftest import DESK, PHONE, Someone, sign_in
from tests.scenarios.journeys import CHAMBER
from vigie.kernel.period import PARIS, Month

pytestmark = pytest.mark.browser
REQUESTS = """
SELECT completed_at FROM matching_solicitation
 WHERE state IN ('in_progress', 'processed', 'canceled') AND completed_at IS NOT NULL
"""
NEEDS = """
SELECT n.id, n.status, n.created_at FROM matching_need n JOIN matching_diagnosis d ON d.id = n.diagnosis_id
 WHERE n.status <> 'diagnosis_not_complete' AND n.sent_at IS NOT NULL AND d.solicitation_id IS NOT NULL
"""
MATCHES = "SELECT need_id, state, sent_at, taken_care_of_at FROM matching_match WHERE taken_care_of_at IS NOT NULL"
SENT_TO_CHAMBER = f"""
SELECT max(m.need_id) FROM matching_match m JOIN directory_expert e ON e.id = m.expert_id WHERE e.email = '{CHAMBER}'
"""  # noqa: S608  # our own words
EXCHANGE = ("done", "done_no_help")
HEADLINES = {
    "Besoins clôturés avec une aide": "done_with_help",
    "Demandes déposées": "solicitations_completed",
    "Réponse en moins de cinq jours, tous besoins": "needs_answered_in_five_days",
    "Réponse en moins de cinq jours, besoins avec échange": "needs_taken_care_in_five_days",
}
Rows = Callable[[str], list[tuple[Any, ...]]]
Figures = dict[str, float | None]


def test_a_need_helped_today_is_in_the_figures_and_all_of_them_equal_the_rows(
    someone: Callable[..., Someone], rows: Rows, manage: Callable[..., list[str]]
) -> None:
    reader, head, expert = someone(DESK), someone(PHONE), someone(DESK)
    sign_in(expert, reader, CHAMBER)
    manage(["build_world", "--size", "small"], ["run_job", "count_statistics"])
    before = figures(head)
    equal(before, head, rows)
    known = newest(rows)

    journeys.file_need(head, look=False)
    end = time.monotonic() + 180
    while newest(rows) == known:
        assert time.monotonic() < end, "the need reached nobody at the chamber"
        time.sleep(1)
    expert.open(f"/besoins/{newest(rows)}/")
    expert.press("J’appelle")
    expert.see("En cours")
    journeys.close_with_help(expert)
    manage(["run_job", "refresh_statistics"])

    after = figures(head)
    equal(after, head, rows)
    assert after["done_with_help"] == (before["done_with_help"] or 0) + 1
    for person, name in ((head, "statistiques-telephone"), (expert, "statistiques")):
        person.open("/statistiques/")
        person.check_accessible()
        person.picture(name)


def newest(rows: Rows) -> int:
    """The last need put before the chamber."""
    [(need,)] = rows(SENT_TO_CHAMBER)
    return int(need or 0)


def equal(shown: Figures, person: Someone, rows: Rows) -> None:
    """The figures on top of the page, then each month of its file, are what the rows say."""
    file = lines(person)
    assert len(shown) == len(HEADLINES)
    hidden = {code: {line["mois"] for line in file if _is(line, code) and not line["valeur"]} for code in shown}
    assert not hidden["done_with_help"]  # a small world: small numbers of the others may be kept back
    assert shown == {code: counted(rows, hidden[code])[code] for code in shown}
    months = by_month(rows)
    compared = 0
    for line in file:
        for code in ("done_with_help", "solicitations_completed", "needs_transmitted"):
            if _is(line, code) and line["valeur"]:
                assert int(line["valeur"]) == months[line["mois"]][code], line
                compared += 1
    assert compared >= len(months_of(file))


def months_of(file: list[dict[str, str]]) -> set[str]:
    return {line["mois"] for line in file}


def _is(line: dict[str, str], code: str) -> bool:
    return line["code_region"] == "FR" and line["indicateur"] == code


# --- what the page says -----------------------------------------------------------------------------------------------
def figures(person: Someone) -> Figures:
    """The four figures on top of the page; None for one without object."""
    person.open("/statistiques/")
    person.see("Demandes déposées")
    told = person.page.locator(".vg-figure-list > div").evaluate_all(
        "all => all.map(one => [one.querySelector('dt').innerText, one.querySelector('strong').innerText])"
    )
    return {HEADLINES[label.strip()]: _number(value) for label, value in told}


def _number(text: str) -> float | None:
    if text.strip() == "sans objet":
        return None
    return float("".join(letter for letter in text.replace(",", ".") if letter.isdigit() or letter == "."))


def lines(person: Someone) -> list[dict[str, str]]:
    """The file of the page: the same months, one by one."""
    person.open("/statistiques/")
    address = person.page.get_by_role("link", name="Télécharger en CSV").get_attribute("href")
    text = person.page.request.get(person.site + str(address)).text().lstrip("\ufeff")
    header = text.partition("\n")[0]
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in header else ","))


# --- what the rows say ------------------------------------------------------------------------------------------------
def counted(rows: Rows, hidden: set[str]) -> Figures:
    """The same figures over the last six months but those kept back, from requests, needs and matches."""
    last = Month.of(datetime.now(PARIS).date())
    seen = {str(last.plus(-back)) for back in range(6)} - hidden
    needs = {need: status for need, status, created in rows(NEEDS) if _month(created) in seen}
    quick, quick_exchange = set(), set()
    for need, state, sent, taken in rows(MATCHES):
        if _moment(taken) - _moment(sent) < timedelta(days=5):
            quick.add(need)
            quick_exchange |= {need} if state in EXCHANGE else set()
    exchanged = {need for need, status in needs.items() if status in EXCHANGE}
    return {
        "done_with_help": sum(status == "done" for status in needs.values()),
        "solicitations_completed": sum(_month(sent) in seen for (sent,) in rows(REQUESTS)),
        "needs_answered_in_five_days": _percent(quick & set(needs), needs),
        "needs_taken_care_in_five_days": _percent(quick_exchange & exchanged, exchanged),
    }


def by_month(rows: Rows) -> dict[str, Counter[str]]:
    """The counts of each month."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (sent,) in rows(REQUESTS):
        found[_month(sent)]["solicitations_completed"] += 1
    for _need, status, created in rows(NEEDS):
        found[_month(created)]["needs_transmitted"] += 1
        found[_month(created)]["done_with_help"] += status == "done"
    return found


def _percent(part: set[int], whole: Collection[int]) -> float | None:
    return round(100 * len(part) / len(whole), 1) if whole else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _month(text: str) -> str:
    return str(Month.of(_moment(text).astimezone(PARIS).date()))
