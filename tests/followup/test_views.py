"""The views that an agent keeps of the lists of accompagnements; the initials beside who wrote."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import person
from tests.conftest import visible_text
from tests.followup.factories import MOMENT, colleague, network, opened_file, token, workplace
from vigie.accounts.models import User
from vigie.agents.actions.kept_views import VIEWS_AT_MOST
from vigie.followup.actions.texts import write_comment
from vigie.followup.actions.views import save_view
from vigie.followup.models import FileViews, Followup
from vigie.followup.queries.views import kept_of
from vigie.followup.views.kept import NAMES
from vigie.kernel.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]
LIST = "/accompagnements/"


def keep(client: Client, transition: str, name: str = "", address: str = "") -> int:
    about = reverse("followup:views", query={"nom": name})
    return client.post(about, {"transition": transition, "name": name, "adresse": address}).status_code


def test_a_view_is_kept_with_its_form_opened_first_and_deleted(as_: As) -> None:
    ada = colleague("Ada Liste")
    opened_file(ada)
    client = as_(ada)

    assert keep(client, "save", "Urgences", "forme=tableau&vue=departement&criticite=none&page=3&autre=1") == 302
    [kept] = FileViews.objects.get(user=ada).views
    assert kept == {"name": "Urgences", "query": "criticite=none&forme=tableau&vue=departement"}
    assert keep(client, "default", "Urgences") == 302

    opened = client.get(LIST, follow=True)
    assert opened.redirect_chain == [(f"{LIST}?{kept['query']}", 302)]
    assert 'aria-current="page">Urgences' in opened.content.decode()
    reset = client.get(f"{LIST}?vue=mes&forme=liste")  # what « Tout réinitialiser » opens
    assert reset.status_code == 200
    assert f'href="{LIST}?vue=departement&amp;forme=tableau">Tout réinitialiser' in opened.content.decode()
    assert keep(client, "save", "Urgences", "vue=mes&tri=etape") == 302  # replaced, at its place
    assert [one["query"] for one in FileViews.objects.get().views] == ["tri=etape&vue=mes"]
    keep(client, "undefault")
    assert client.get(LIST).status_code == 200
    keep(client, "default", "Urgences")
    assert keep(client, "delete", "Urgences") == 302
    assert FileViews.objects.get().default_view == ""
    assert client.get(LIST).status_code == 200


def test_the_last_filter_of_the_view_that_opens_first_can_be_taken_off(as_: As) -> None:
    ada = colleague("Ada Liste")
    opened_file(ada)
    FileViews.objects.create(user=ada, views=[{"name": "A", "query": "criticite=high"}], default_view="A")
    client = as_(ada)

    first = client.get(LIST, follow=True)
    [chip] = re.findall(r'href="([^"]+)">Criticité', first.content.decode())
    whole = client.get(unescape(chip))

    assert "1 accompagnement" not in visible_text(first.content.decode())
    assert whole.status_code == 200
    assert "1 accompagnement" in visible_text(whole.content.decode())


def test_a_view_is_nobody_else_s(as_: As) -> None:
    ada, leo = colleague("Ada Liste"), colleague("Leo Crp")
    save_view("Secrète", "vue=mes", by=person(ada, MOMENT))

    assert "Secrète" not in as_(leo).get(LIST).content.decode()
    keep(as_(leo), "delete", "Secrète")
    assert FileViews.objects.get(user=ada).views


@pytest.mark.parametrize(("name", "address"), [("", "vue=mes"), ("x" * 61, "vue=mes"), ("Vide", "page=2&autre=1")])
def test_a_view_without_name_or_that_keeps_nothing_is_refused(name: str, address: str, as_: As) -> None:
    assert keep(as_(colleague("Ada Liste")), "save", name, address) == 400
    assert not FileViews.objects.exclude(views=[]).exists()


def test_an_act_unknown_is_nothing_and_views_are_few(as_: As) -> None:
    ada = colleague("Ada Liste")
    assert keep(as_(ada), "other") == 404
    for rank in range(VIEWS_AT_MOST):
        save_view(f"Vue {rank}", "vue=mes", by=person(ada, MOMENT))
    with pytest.raises(Refused):
        save_view("Une de trop", "vue=mes", by=person(ada, MOMENT))
    save_view("Vue 3", "vue=departement", by=person(ada, MOMENT))


def test_a_filter_lost_since_is_left_out_and_the_view_still_opens(as_: As) -> None:
    ada = colleague("Ada Liste")
    FileViews.objects.create(
        user=ada, views=[{"name": "Vieille", "query": "ancien=1&etat=zzz"}], default_view="Vieille"
    )

    answer = as_(ada).get(LIST, follow=True)

    assert answer.status_code == 200
    assert "ancien" not in answer.redirect_chain[0][0]
    assert kept_of("b=1&vue=mes&etat=x", NAMES) == "etat=x&vue=mes"


@pytest.mark.parametrize(
    ("sort", "names"),
    [("", "CBA"), ("entreprise", "ABC"), ("criticite", "BCA"), ("etape", "CAB"), ("debut", "BAC"), ("autre", "CBA")],
)
def test_files_are_sorted_as_asked(sort: str, names: str, as_: As) -> None:
    ada = colleague("Ada Liste")
    facts = {"A": ("none", 2, 2), "B": ("high", None, 1), "C": ("moderate", 1, 3)}
    for rank, (name, (criticality, step, began)) in enumerate(facts.items()):
        made = opened_file(ada, workplace(f"Firme {name}"))
        Followup.objects.filter(pk=made.pk).update(
            criticality=criticality, modified_at=MOMENT + timedelta(hours=rank),
            next_step_on=date(2026, 8, step) if step else None, started_on=date(2026, 1, 10 - began),
        )  # fmt: skip

    text = visible_text(as_(ada).get(f"{LIST}?tri={sort}").content.decode())

    assert "".join(sorted("ABC", key=lambda name: text.index(f"Firme {name}"))) == names


def test_initials_stand_beside_who_wrote_and_are_silent(as_: As) -> None:
    ada = colleague("Ada Marie-Liste")
    made = opened_file(ada)
    write_comment(made, network("crp"), "Un mot", form_token=token(9), by=person(ada, MOMENT), at=MOMENT)
    page = reverse("followup:file", args=[made.pk])

    for tab in ("crp", "historique"):
        html = as_(ada).get(f"{page}?onglet={tab}").content.decode()
        assert '<span class="vg-initials" aria-hidden="true">AL</span>' in html, tab
