"""S-06: hostile text in every column of text, every page drawn: nothing of it becomes a tag, a script or an address."""

from __future__ import annotations

import os
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from tests.hostile.pictures import LEFT_OUT
from tests.security.service import Service, build
from tests.security.url_table import PAGES
from vigie.accounts.models import User
from vigie.rights import limits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
MARK = "vgx"
PAYLOADS = (
    '"><vgx onclick=vgx()>', "<script>vgx()</script>", "'><img src=x onerror=vgx()>", "<svg/onload=vgx()>",
    "javascript:vgx()", "</textarea><vgx>", "</title><vgx>", "<!--<vgx>-->", "]]><vgx>", "{{7*7}}{% vgx %}<vgx>",
    "&lt;vgx&gt;&#60;vgx&#62;", "\u2028<vgx>\u2029", "<vgx/x=`", "</script><vgx>", "<iframe srcdoc=vgx>",
    "<math><vgx>", "data:text/html,<vgx>", "' onfocus='vgx()", '" autofocus onfocus="vgx()',
    "<a href=javascript:vgx()>",
    "<style>@import'vgx'</style>", "<link rel=vgx>", "<meta http-equiv=refresh content=vgx>", "<base href=//vgx>",
    "<form action=//vgx>", "%3Cvgx%3E", "\\u003cvgx\\u003e", "＜vgx＞", "<vgx\n>", "${vgx}#{vgx}<%vgx%>",
)  # fmt: skip
USUAL = PAYLOADS if os.environ.get("VIGIE_FULL") == "1" else PAYLOADS[:3]


class Reader(HTMLParser):
    """What a browser would make of the page; ``faults``: what came from the payload."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if MARK in tag:
            self.faults.append(tag)
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or MARK in name:
                self.faults.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction") and address.startswith(("javascript:", "data:text")):
                self.faults.append(f"{tag} {name}={value}")
            if tag in ("script", "base", "meta", "link", "iframe", "svg") and MARK in (value or ""):
                self.faults.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem in ("script", "style") and MARK in data:
            self.faults.append(f"in a {self.cdata_elem}: {data[:60]}")


def columns() -> list[tuple[type[models.Model], models.Field]]:
    """The columns of text that are neither a code nor a key."""
    return [
        (model, column)
        for model in apps.get_models()
        if model._meta.app_label in ("accounts", "companies", "directory", "matching", "territory")
        and model not in LEFT_OUT
        for column in model._meta.concrete_fields
        if isinstance(column, (models.CharField, models.TextField))
        and not isinstance(column, (models.SlugField, models.UUIDField))
        and not column.choices
        and not column.unique
        and column.name not in ("state", "status", "mode", "uuid", "form_token", "source", "key")
    ]


def plant(payload: str) -> int:
    """Writes it in every column that takes it; gives in how many."""
    planted = 0
    for model, column in columns():
        text = payload[: column.max_length] if column.max_length else payload
        try:
            with transaction.atomic():
                planted += bool(model._base_manager.update(**{column.name: text}))
        except DatabaseError:
            continue  # the database itself refuses it
    User.objects.update(full_name=payload, job=payload)
    return planted


@pytest.fixture
def service() -> Service:
    return build()


@pytest.mark.parametrize("payload", USUAL)
def test_hostile_text_is_never_more_than_text(payload: str, service: Service) -> None:
    addresses = [
        (name, reverse(name, args=page.places(service)["own"]), who)
        for name, page in PAGES.items()
        if "GET" in page.methods and not name.startswith("mfa_") and "own" in page.places(service)
        for who in _readers(name)
    ]
    assert plant(payload) >= 30
    clients = {who: service.client(who) for who in ("anonymous", "member", "team")}
    faults = []
    for name, url, who in addresses:
        limits.forget_local_counts()
        response = clients[who].get(url, {"q": payload, "expert": payload, "etat": payload, "onglet": payload})
        if response.status_code >= 500:
            faults.append(f"{name}: {response.status_code}")
        if "html" in response.get("Content-Type", ""):
            reader = Reader()
            reader.feed(response.content.decode())
            faults += [f"{name} as {who}: {fault}" for fault in reader.faults]

    assert not faults, "\n".join(faults)


def _readers(name: str) -> tuple[str, ...]:
    if name.startswith(("matching:need", "matching:desk", "matching:hand", "accounts:me", "accounts:terms")):
        return ("member",)
    if PAGES[name].door.name in ("PUBLIC", "LINK"):
        return ("anonymous",)
    return ("team",)


def test_the_reader_sees_what_is_not_escaped() -> None:
    for payload in ('"><vgx onclick=vgx()>', "<script>vgx()</script>", "<img src=x onerror=vgx()>"):
        reader = Reader()
        reader.feed(f'<p title="{payload}">{payload}</p>')
        assert reader.faults


def test_a_refusal_shows_its_reason_as_text() -> None:
    reader = Reader()
    reader.feed(render_to_string("ui/error.html", {"code": "1", "title": "t", "what": "<vgx>", "todo": "<vgx>"}))

    assert reader.faults == []
