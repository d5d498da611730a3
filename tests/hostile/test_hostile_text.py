"""H-13: hostile text in every field of every form, in every filter and in every search: a page, never a fault."""

from __future__ import annotations

import os
import unicodedata
import zlib

import pytest
from django.apps import apps
from django.db import models, transaction
from django.urls import reverse

from tests.conftest import end
from tests.security.service import Service, build
from tests.security.url_table import PAGES
from vigie.rights import limits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
TEXTS = {
    "marks": '<script>alert(1)</script>"><img src=x onerror=alert(1)> {{7*7}} %s %(x)s ../../etc/passwd 🥖 \u200bz',
    "control": "a\u0000b\u0007c\u001bd\u202egnitset\u202c\u2066e\ufefff\ud7ff",
    "lines": "Objet\r\nBcc: tous@exemple.example\r\n\r\nCorps",
    "long": "x" * 100_000,
    "accents": "e" + "\u0301" * 10_000,
    "formula": '=HYPERLINK("http://x")',
    "number": "9" * 40,
}
TEXTS["mixed"] = f"{TEXTS['control']}{TEXTS['marks']}{TEXTS['lines']}"
FULL = os.environ.get("VIGIE_FULL") == "1"
TYPED = tuple(TEXTS) if FULL else ("mixed", "long")
ASKED = tuple(TEXTS) if FULL else ("mixed", "number")
BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u0000\u0007\u001b")
QUERY = (
    "q", "expert", "etat", "destinataire", "page", "onglet", "lue", "theme", "sujet", "region", "motif", "depuis",
    "jusqu_au", "commune", "commune_code", "siret", "choisi", "reponse", "next", "role", "situation", "institution",
    "antenne", "mtm_campaign",
)  # fmt: skip


@pytest.fixture
def service() -> Service:
    return build()


@pytest.mark.parametrize("kind", TYPED)
def test_hostile_text_in_any_field_of_any_form_is_kept_clean_or_refused(kind: str, service: Service) -> None:
    text, faults = TEXTS[kind], []
    for act in service.acts:
        for field in act.data:
            if not FULL and kind != TYPED[zlib.crc32(f"{act.name} {field}".encode()) % 4 == 0]:
                continue  # each field takes one text, three in four the mixed one; all of them with VIGIE_FULL=1
            limits.forget_local_counts()
            with transaction.atomic():
                response = service.client(act.who).post(act.url, {**act.data, field: text})
                if response.status_code not in (200, 302, 400, 404, 409, 422):
                    faults.append(f"{act.name} {field}: {response.status_code}")
                if response.status_code == 302:
                    faults += [f"{act.name} {field}: {fault}" for fault in kept_badly()]
                transaction.set_rollback(True)
            if response.streaming:
                end(response)

    assert not faults, "\n".join(faults)


def kept_badly() -> list[str]:
    """Columns that hold a character that should have been taken out, a break in a line, or a pile of accents."""
    found = []
    for model in apps.get_models():
        if model._meta.app_label not in ("accounts", "companies", "directory", "matching", "journal"):
            continue
        names = [
            column.attname
            for column in model._meta.concrete_fields
            if isinstance(column, (models.CharField, models.TextField))
        ]
        for row in model._base_manager.values_list(*names) if names else ():
            for name, value in zip(names, row if isinstance(row, tuple) else (row,), strict=True):
                line = isinstance(model._meta.get_field(name), models.CharField)
                if isinstance(value, str) and wrong(value, line=line):
                    found.append(f"{model._meta.label}.{name} = {value[:40]!r}")
    return found


def wrong(value: str, *, line: bool) -> bool:
    marks = sum(unicodedata.combining(char) > 0 for char in value[:200])
    return bool(BIDI & set(value)) or (line and ("\n" in value or "\r" in value)) or marks > 100


@pytest.mark.parametrize("kind", ASKED)
def test_hostile_text_in_any_address_gives_a_page(kind: str, service: Service) -> None:
    text = TEXTS[kind][:3000]
    query = dict.fromkeys(QUERY, text)
    clients = {who: service.client(who) for who in ("anonymous", "member", "team")}
    faults = []
    for name, page in PAGES.items():
        places = page.places(service)
        if "GET" not in page.methods or "own" not in places:
            continue
        for who in ("anonymous",) if page.door.name in ("PUBLIC", "LINK") else ("member", "team"):
            limits.forget_local_counts()
            response = clients[who].get(reverse(name, args=places["own"]), query)
            if response.status_code >= 500:
                faults.append(f"{name} as {who}: {response.status_code}")

    assert not faults, "\n".join(faults)
