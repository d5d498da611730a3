"""A visitor without script, and the world he visits: for the tests of the public pages.

``Visitor`` sends what a browser would send: the fields of the form it was given, with their values, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from tests.conftest import visible_text
from vigie.companies.models import Establishment, Source
from vigie.companies.registry import Names, company_row, establishment_row, write
from vigie.kernel.siren import INVENTED_PREFIX, with_key

MOMENT = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)


def siret(rank: int) -> str:
    """An invented SIRET."""
    return with_key(with_key(f"{INVENTED_PREFIX}{rank:06d}") + "0001")


def an_establishment(rank: int = 1, *, name: str = "BOULANGERIE DU CENTRE", **told: Any) -> Establishment:
    """A company and its only establishment, in Lyon unless told otherwise, as the register writes them."""
    number = siret(rank)
    hidden = told.get("diffusible") is False
    place = {"commune_code": "69123", "commune_name": "LYON", "postal_code": "69003", "address": "12 RUE DES LILAS"}
    write(
        [company_row(number[:9], name=name, source=Source.SIRENE, seen_at=MOMENT, diffusible=not hidden)],
        [
            establishment_row(
                number, Names(name, "", "", not hidden), source=Source.SIRENE, seen_at=MOMENT, is_head_office=True,
                **{**place, **told},
            )
        ],
    )  # fmt: skip
    return Establishment.objects.get(siret=number)


class _Reader(HTMLParser):
    """The forms and the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.links: list[tuple[str, str]] = []
        self._href = ""
        self._text: list[str] | None = None
        self._area = ""

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in pairs}
        if tag == "form":
            action, method = attrs.get("action", ""), attrs.get("method", "get")
            self.forms.append({"action": action, "method": method, "values": {}, "names": set()})
        elif tag == "a":
            self._href, self._text = attrs.get("href", ""), []
        elif tag in {"input", "textarea"} and self.forms and attrs.get("name"):
            self._field(tag, attrs)

    def _field(self, tag: str, attrs: dict[str, str]) -> None:
        form = self.forms[-1]
        form["names"].add(attrs["name"])
        if tag == "textarea":
            self._area, form["values"][attrs["name"]] = attrs["name"], ""
        elif attrs.get("type") not in {"radio", "checkbox"} or "checked" in attrs:
            form["values"][attrs["name"]] = attrs.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._text is not None:
            self.links.append((" ".join("".join(self._text).split()), self._href))
            self._text = None
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            values = self.forms[-1]["values"]  # a browser drops the line break that opens a textarea
            values[self._area] = values[self._area] + data if values[self._area] else data.removeprefix("\n")
        if self._text is not None:
            self._text.append(data)


@dataclass
class Page:
    """A page received: its address, its status, its words, its forms and links."""

    url: str
    response: HttpResponse
    reader: _Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = _Reader()
        if "html" in self.response["Content-Type"]:
            self.reader.feed(self.response.content.decode())

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return visible_text(self.response.content.decode())

    @property
    def html(self) -> str:
        return self.response.content.decode()

    def form_with(self, *names: str, method: str = "") -> dict[str, Any]:
        """The first form that holds all these fields, and is sent so."""
        forms = [form for form in self.reader.forms if not method or form["method"] == method]
        found = next((form for form in forms if set(names) <= form["names"]), None)
        assert found is not None, f"no form with {names} in {self.text[:400]}"
        return found


class Clock:
    """The moment of the views; time passes when told."""

    def __init__(self, at: datetime = MOMENT) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_seconds(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)


class Visitor:
    """Opens addresses, follows links by their words, sends forms; redirections are followed."""

    def __init__(self, clock: Clock) -> None:
        self.client = Client()
        self.clock = clock

    def open(self, url: str) -> Page:
        return self._page(self.client.get(url, follow=True), url)

    def follow(self, page: Page, words: str) -> Page:
        """The page behind the first link that bears these words."""
        href = next((href for text, href in page.reader.links if words in text), None)
        assert href is not None, f"no link « {words} » in {[text for text, _ in page.reader.links]}"
        return self.open(href)

    def choose(self, page: Page, rank: int = 0) -> Page:
        """« C’est mon entreprise », on a line of the results."""
        offered = [form for form in page.reader.forms if form["method"] == "post" and "siret" in form["values"]]
        return self._post(offered[rank], page, offered[rank]["values"])

    def send(self, page: Page, *, button: str = "", **typed: str) -> Page:
        """Sends the first form that has these fields; ``button``: name of the button pressed, of the field it adds."""
        form = page.form_with(*typed)
        values = {**form["values"], **typed, **({button: "1"} if button else {})}
        url = form["action"] or page.url
        if form["method"] == "get":
            return self.open(f"{url.partition('?')[0]}?{urlencode(values)}")
        return self._post(form, page, values)

    def _post(self, form: dict[str, Any], page: Page, values: dict[str, str]) -> Page:
        url = form["action"] or page.url
        self.clock.pass_seconds(30)
        return self._page(self.client.post(url, values, follow=True), url)

    def _page(self, response: Any, url: str) -> Page:
        chain = getattr(response, "redirect_chain", [])
        return Page(chain[-1][0] if chain else url, response)


CLOSED_ON = date(2025, 11, 4)
