"""Every form of the service: its token (S-05), what is added to it (S-04), and what happens when it is sent twice."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.test import Client

from tests.hostile.pictures import LEFT_OUT, changes, picture
from tests.security.service import Act, Service, build
from tests.security.url_table import PAGES
from vigie.rights import limits
from vigie.rights.models import RateCounter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
# Their sending needs a code that only the telephone or the mailbox of a person holds, or a word signed by the identity
# provider: tests/accounts sends them. The last one needs a look that runs: tests/agents sends it.
BY_CODE = {
    "account_request_login_code", "account_confirm_login_code", "mfa_authenticate", "mfa_activate_totp", "mfa_index",
    "mfa_deactivate_totp", "mfa_reauthenticate", "mfa_generate_recovery_codes", "gallery",
    "proconnect_attach", "proconnect_ended", "agents:stop_looking",
}  # fmt: skip
FULL = os.environ.get("VIGIE_FULL") == "1"
FORMS = sorted(name for name, page in PAGES.items() if "POST" in page.methods and name not in BY_CODE)


@pytest.fixture
def service() -> Service:
    return build()


def test_every_form_has_a_valid_sending(service: Service) -> None:
    assert {act.name for act in service.acts} == set(FORMS)


@pytest.mark.parametrize("origin", ["none", "foreign"])
def test_no_form_is_taken_without_its_token_or_from_elsewhere(origin: str, service: Service) -> None:
    before = picture()
    taken = []
    for act in service.acts:
        limits.forget_local_counts()
        client = service.client(act.who, enforce_csrf_checks=True)
        data: dict[str, Any] = dict(act.data)
        headers = {}
        if origin == "foreign":
            client.get("/connexion/" if act.who == "anonymous" else "/")
            client.cookies["csrftoken"] = "a" * 32
            data["csrfmiddlewaretoken"] = "a" * 32
            headers = {"origin": "https://ailleurs.example"}
        response = client.post(act.url, data, headers=headers)
        if response.status_code != 403 or "Erreur 403" not in response.content.decode():
            taken.append((act.name, response.status_code))

    assert taken == []
    assert set(changes(before, picture())) <= {"accounts_user", "mfa_authenticator"}  # sessions that were opened


def test_a_form_with_its_token_is_taken(service: Service) -> None:
    act = service.act("matching:comment")
    client = service.client(act.who, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32

    assert client.post(act.url, {**act.data, "csrfmiddlewaretoken": "a" * 32}).status_code == 302


# --- what is added to a form ------------------------------------------------------------------------------------------
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T][\d:.]+(\+\d\d:\d\d)?")  # written in a text, it varies too
_VARY = (models.DateTimeField, models.UUIDField, models.BinaryField)
_IDENTIFIERS = {"id", "message_id", "unique_key", "payload", "secret", "subject_id", "lock", "key", "request_id"}


def _added(service: Service, act: Act) -> dict[str, str]:
    """Each column of each table, under its name, with a value that would show."""
    added = {}
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            text = "1" if isinstance(column, (models.BooleanField, models.IntegerField, models.ForeignKey)) else "done"
            for name in (column.name, column.attname):
                added[name] = text
    added["is_superuser"] = added["is_staff"] = "on"
    own = set(_FIELDS.get(act.name, ())) | set(act.data) | _shown(service, act)
    return {name: value for name, value in added.items() if name not in own}


def _shown(service: Service, act: Act) -> set[str]:
    """The fields of the form, for those that have a page of their own."""
    if "GET" not in PAGES[act.name].methods:
        return set()
    page = service.client(act.who).get(act.url, follow=True).content.decode()
    return set(re.findall(r'\bname="([^"]+)"', page))


# Fields of forms without a page of their own, left out of the valid sending: adding them is using the form.
_FIELDS: dict[str, tuple[str, ...]] = {
    "accounts:change": ("antenne", "antenne_id"),
    "accounts:add_habilitation": ("antenne_id",),
}


def _rows() -> dict[str, set[tuple[Any, ...]]]:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model in LEFT_OUT or model._meta.app_label == "django_q":
            continue
        kept = [
            column.attname
            for column in model._meta.concrete_fields
            if not isinstance(column, _VARY) and column.attname not in _IDENTIFIERS
        ]
        rows = model._base_manager.values_list(*kept)
        found[model._meta.db_table] = {tuple(_MOMENT.sub("…", repr(value)) for value in row) for row in rows}
    return found


def test_no_column_is_written_by_adding_it_to_a_form(service: Service) -> None:
    wrong = []
    for act in service.acts if FULL else service.acts[::3]:
        if act.name in EXPORTS:
            continue
        plain, more = _after(service, act, {}), _after(service, act, _added(service, act))
        if plain[0] != more[0]:
            wrong.append(f"{act.name}: {plain[0]} then {more[0]}")
        differences = {
            table: (sorted(more[1][table] - rows)[:2], sorted(rows - more[1][table])[:2])
            for table, rows in plain[1].items()
            if rows != more[1][table]
        }
        if differences:
            wrong.append(f"{act.name}: {differences}")

    assert not wrong, "\n".join(wrong)


def _after(service: Service, act: Act, added: dict[str, str]) -> tuple[int, dict[str, set[tuple[Any, ...]]]]:
    limits.forget_local_counts()
    with transaction.atomic():
        _same_numbers_again()
        response = service.client(act.who).post(act.url, {**added, **act.data})
        rows = _rows()
        transaction.set_rollback(True)
    return response.status_code, rows


def _same_numbers_again() -> None:
    """A sequence of PostgreSQL goes on after a rollback: set back, so that two tries give the same numbers."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)


# --- sent twice -------------------------------------------------------------------------------------------------------
# A file each time, under a number drawn for it.
EXPORTS = {name for name in FORMS if ":export_" in name}
# a new code, a second run, another file: what was asked twice
AGAIN = {"account_login", "journal:run_job", "account_logout", *EXPORTS}
SHOWN = {"sheets:simulator"}  # what was asked is on the page that answers

SENT_TWICE = [name for name in FORMS if name not in AGAIN]
GROUPS = 8  # each builds the service once; every form finds it as it was


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_form_sent_twice_counts_once(group: int, service: Service) -> None:
    faults = []
    for name in SENT_TWICE[group::GROUPS]:
        limits.forget_local_counts()
        with transaction.atomic():
            faults += _twice(service.act(name), service)
            transaction.set_rollback(True)

    assert not faults, "\n".join(faults)


def _twice(act: Act, service: Service) -> list[str]:
    client: Client = service.client(act.who)
    first = client.post(act.url, act.data)
    once = _rows()
    RateCounter.objects.all().delete()
    second = client.post(act.url, act.data)
    more = {table: rows ^ once[table] for table, rows in _rows().items() if rows != once[table]}
    # 403: who handed a need over no longer answers for it.
    taken = second.status_code in (200, 302, 404, 409) or (act.name, second.status_code) == ("matching:hand_over", 403)
    answers = f"{act.name}: {first.status_code} then {second.status_code}"
    wanted = 200 if act.name in SHOWN else 302
    return [answers] * (first.status_code != wanted or not taken) + [f"{act.name}: {more}"] * bool(more)
