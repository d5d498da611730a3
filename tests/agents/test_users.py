"""The workbook of users: refused with line and column, compared, applied whole, harmless when applied again."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.models_agents import Entity, Segment
from vigie.agents.actions import users as acts
from vigie.agents.actions.references import load_references
from vigie.agents.models import UsersImport
from vigie.agents.users_book import HEADER, USERS, BookRefused, read_book
from vigie.agents.users_diff import CHANGE, CLOSE, CREATE, REOPEN, Account, differences, refused
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.errors import Refused
from vigie.rights.table import Role
from vigie.territory.models import Zone, ZoneGroup

LINE = ["A", "DREETS", "Bretagne", "Chargée de mission", "crp", "nora", "NOUVELLE", "Nora@etat.example"]


def book(*lines: list[Any], header: tuple[str, ...] = HEADER, title: str = USERS, **sheets: Any) -> bytes:
    made = Workbook()
    sheet = made.active
    sheet.title = title
    for row in (list(header), *lines):
        sheet.append(row)
    for name, rows in sheets.items():
        other = made.create_sheet(name.replace("_", " "))
        for row in rows:
            other.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def faults(data: bytes, name: str = "utilisateurs.xlsx") -> str:
    with pytest.raises(BookRefused) as caught:
        read_book(data, name)
    return " | ".join(map(str, caught.value.faults)).replace("\u00a0", " ")


# --- the file ---------------------------------------------------------------------------------------------------------
def test_a_good_workbook_is_read_as_typed_but_for_spaces() -> None:
    (line,) = read_book(book([*LINE, "", "stats, wekan", "", "Auto"]), "u.xlsx")

    assert (line.number, line.email, line.scopes, line.taskforces) == (
        2, "nora@etat.example", ("stats", "wekan"), ("Auto",)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (book(LINE, header=("NIVEAU", *HEADER[1:])), "ligne 1, colonne A : l’en-tête doit être « NIVEAU"),
        (book(LINE, header=(*HEADER, "AUTRE")), "colonne M : cette colonne n’est pas attendue"),
        (book(LINE, title="Feuil1"), "La feuille « utilisateurs » manque"),
        (book(), "n’a aucune ligne"),
        (book(["=1+1", *LINE[1:]]), "ligne 2, colonne A : cette cellule contient une formule"),
        (book(LINE, [*LINE[:6], "x", "=HYPERLINK(\"http://x\")"]), "colonne H : cette cellule contient une formule"),
        (book([*LINE[:3], "x" * 401, *LINE[4:]]), "ligne 2, colonne D : cette cellule compte plus de 400"),
        (book(LINE, LINE), "ligne 3, colonne H : cette adresse est déjà à la ligne 2"),
        (book(LINE, historique_suppressions=[list(HEADER), LINE]), "est aussi dans « historique suppressions »"),
        (book(LINE, zones=[["REGION", "DEPARTEMENT"]]), "Feuille « zones », ligne 1, colonne B"),
        (b"PK\x03\x04 abandonned", "n’est pas un classeur"),
        (b"niveau;entite", "n’est pas un classeur"),
        (book(*([LINE] * 20_001)), "a plus de 20\u202f000 lignes"),
        (b"0" * (6 * 1024 * 1024), "plus de 5 Mo"),
    ],
)  # fmt: skip
def test_a_bad_workbook_is_refused_where_it_is_wrong(data: bytes, said: str) -> None:
    assert said in faults(data)


def test_macros_and_swollen_archives_are_refused() -> None:
    assert "macros" in faults(book(LINE), "u.xlsm")
    for name, content, said in (
        ("xl/vbaProject.bin", b"x", "macros"),
        ("xl/worksheets/bomb.xml", b"0" * (51 * 1024 * 1024), "trop volumineux"),
        ("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>', "abîmé"),
    ):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        assert said in faults(file.getvalue())


# --- the differences --------------------------------------------------------------------------------------------------
def account(email: str, **values: Any) -> Account:
    told = {"full_name": "Nora", "level": "level_a", "territory": "35", "entity": "DREETS", "segment": "crp"}
    return Account(email=email, **{**told, **values})


def test_each_agent_has_at_most_one_difference() -> None:
    held = {
        one.email: one
        for one in (
            account("same"), account("moved"), account("gone"), account("back", in_force=False), account("down"),
            account("out", in_force=False), account("plain", level=""),
        )
    }  # fmt: skip
    wanted = [
        account("same"), account("moved", territory="22"), account("back"), account("down", level=""), account("new"),
    ]  # fmt: skip

    found = differences(wanted, held)

    assert [(one.kind, one.email) for one in found] == [
        (CREATE, "new"), (CHANGE, "moved"), (REOPEN, "back"), (CLOSE, "down"), (CLOSE, "gone"),
    ]  # fmt: skip
    assert found[1].changes == (("territory", "35", "22"),)


def test_the_safety_valve_holds_a_file_that_closes_too_many() -> None:
    held = {str(rank): account(str(rank)) for rank in range(20)}

    def said(kept: int, percent: int = 10) -> str:
        return refused(differences([account(str(rank)) for rank in range(kept)], held), held, percent)

    assert said(18) == said(19) == said(20) == ""
    assert "3 agents sur 20" in said(17)
    assert said(17, percent=15) == ""
    assert "tous les agents" in said(0, percent=100)


# --- the base ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def agents() -> dict[str, User]:
    """Three agents of a body: one who stays, one who moves, one who is no longer in the workbook."""
    load_references(now())
    Zone.objects.create(zone_type="region", code="53", name="Bretagne", name_folded="BRETAGNE", vintage=2026)
    Zone.objects.create(
        zone_type="departement", code="35", name="Ille-et-Vilaine", name_folded="ILLE-ET-VILAINE", region_code="53",
        vintage=2026,
    )  # fmt: skip
    ZoneGroup.objects.create(code="OUTRE-MER", label="Outre-Mer", departements=["971"])
    body = Entity.objects.create(name="DREETS Bretagne", short_name="DREETS")
    found = {}
    for name in ("stays", "moves", "gone"):
        user = UserFactory(email=f"{name}@etat.example", full_name="Max Liste", job="Analyste", antenne=None)
        HabilitationFactory(user=user, role=Role.LEVEL_A, territory="35")
        AgentProfile.objects.create(user=user, entity=body, segment=Segment.objects.get(code="crp"))
        found[name] = user
    return found


def whole(*more: list[Any]) -> bytes:
    stays = ["A", "DREETS", "35", "Analyste", "crp", "Max", "Liste", "stays@etat.example"]
    moves = ["B", "DREETS Bretagne", "outre-mer", "Analyste", "crp", "Max", "Liste", "moves@etat.example"]
    return book(stays, moves, *more)


def levels(email: str) -> list[tuple[str, str, str]]:
    rows = Habilitation.objects.filter(user__email=email).order_by("pk")
    return list(rows.values_list("role", "territory", "state"))


@pytest.mark.django_db
def test_applying_makes_the_agents_what_the_workbook_says_and_applying_again_nothing(agents: dict[str, User]) -> None:
    team, at = person(UserFactory(team=True)), now()
    row = acts.read(whole(LINE), "u.xlsx", by=team, at=at)
    assert [one["kind"] for one in row.shown] == [CREATE, CHANGE, CLOSE]

    for _twice in range(2):
        acts.apply(row, by=team, at=at)

    assert levels("stays@etat.example") == [("level_a", "35", "granted")]
    assert levels("moves@etat.example") == [("level_a", "35", "revoked"), ("level_b", "Z-OUTRE-MER", "granted")]
    assert levels("gone@etat.example") == [("level_a", "35", "suspended")]
    assert levels("nora@etat.example") == [("level_a", "R53", "granted")]
    new = User.objects.get(email="nora@etat.example")
    assert (new.full_name, new.agent.entity.short_name) == ("Nora Nouvelle", "DREETS")
    assert AuditEvent.objects.filter(action="admin_users").count() == 3
    assert acts.read(whole(LINE), "u.xlsx", by=team, at=at).shown == []
    back = acts.read(
        whole(LINE, [*LINE[:2], "35", *LINE[3:5], "Max", "Liste", "gone@etat.example"]), "u", by=team, at=at
    )
    assert [one["kind"] for one in back.shown] == [REOPEN]
    acts.apply(back, by=team, at=at)
    assert levels("gone@etat.example") == [("level_a", "35", "granted")]


@pytest.mark.django_db
def test_a_body_that_was_withdrawn_is_named_as_such_until_it_is_offered_again(agents: dict[str, User]) -> None:
    team, at = person(UserFactory(team=True)), now()
    Entity.objects.create(name="Ancienne DRIRE", short_name="DRIRE", archived_at=at)
    line = [LINE[0], "ancienne drire", *LINE[2:]]

    with pytest.raises(BookRefused) as caught:
        acts.read(whole(line), "u.xlsx", by=team, at=at)
    assert "a été retirée du service" in str(caught.value.faults[0])

    Entity.objects.update(archived_at=None)
    assert acts.read(whole(line), "u.xlsx", by=team, at=at).shown


@pytest.mark.django_db
def test_nothing_is_applied_when_one_agent_cannot_be_or_the_base_has_changed(agents: dict[str, User]) -> None:
    team_user = UserFactory(team=True, email="equipe@etat.example")
    team, at = person(team_user), now()
    own = acts.read(whole([*LINE[:7], "equipe@etat.example"]), "u.xlsx", by=team, at=at)
    with pytest.raises(Refused):  # nobody grants himself a level
        acts.apply(own, by=team, at=at)
    assert levels("gone@etat.example") == [("level_a", "35", "granted")]

    row = acts.read(whole(), "u.xlsx", by=team, at=at)
    Habilitation.objects.filter(user=agents["stays"]).update(territory="22")
    with pytest.raises(Refused, match="changé"):
        acts.apply(row, by=team, at=at)

    alone = acts.read(book(LINE), "u.xlsx", by=team, at=at)
    with pytest.raises(Refused, match="suspendrait"):
        acts.apply(alone, by=team, at=at)


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_the_page_shows_faults_then_differences_and_asks_who_applies_to_prove_who_he_is(
    client: Client, agents: dict[str, User]
) -> None:
    client = sign_in(client, UserFactory(team=True))
    page = reverse("agents:users")

    wrong = book(["C", "DREETS", "Atlantide", "", "inconnu", "N", "N", "pas une adresse"])
    text = visible_text(client.post(page, {"file": SimpleUploadedFile("u.xlsx", wrong)}).content.decode())
    for said in ("colonne A", "n’est ni A, ni B, ni 0", "Atlantide", "colonne E", "colonne H"):
        assert said in text
    sent = client.post(page, {"file": SimpleUploadedFile("u.xlsx", whole(LINE))})
    text = visible_text(client.get(sent.url).content.decode()).replace("\u00a0", " ")
    assert "3 écarts" in text
    assert "Habilitations à rétablir : personne." in text
    assert text.count("Ce qui change") == 2  # not above those who are only suspended
    assert "Niveau : A → B" in text
    assert client.post(sent.url, {"transition": "apply"}).url.startswith(reverse("confirm_identity"))
    assert UsersImport.objects.get().state == "read"
    for _twice in range(2):
        assert client.post(sent.url, {"transition": "abandon"}).url == sent.url
    assert UsersImport.objects.get().state == "abandoned"
    text = visible_text(client.get(sent.url).content.decode()).replace("\u00a0", " ")
    assert "Comptes qui auraient été ouverts : 1" in text
    assert "Classeur abandonné : rien n’a été changé." in text
    assert "Comptes ouverts" not in text


@pytest.mark.django_db
@pytest.mark.usefixtures("strict_templates")
def test_the_page_of_a_workbook_says_what_is_done_once_it_is_done(client: Client, agents: dict[str, User]) -> None:
    user = UserFactory(team=True)
    by = person(user)
    row = acts.read(whole(LINE), "u.xlsx", by=by, at=now())
    page = reverse("agents:users_import", args=[row.pk])
    client = sign_in(client, user)

    assert "Comptes à ouvrir : 1" in visible_text(client.get(page).content.decode()).replace("\u00a0", " ")
    acts.apply(row, by=by, at=now())

    text = visible_text(client.get(page).content.decode()).replace("\u00a0", " ")
    assert "Comptes ouverts : 1" in text
    assert "Ce qui a changé" in text


@pytest.mark.django_db
def test_the_command_shows_then_applies(agents: dict[str, User], tmp_path: Any, capsys: Any) -> None:
    by, file = UserFactory(team=True), tmp_path / "u.xlsx"
    file.write_bytes(whole(LINE))

    call_command("sync_users", str(file), "--by", by.email)
    assert "3 écart(s), rien n’est changé" in capsys.readouterr().out
    assert levels("nora@etat.example") == []
    call_command("sync_users", str(file), "--by", by.email, "--apply")
    assert levels("nora@etat.example") == [("level_a", "R53", "granted")]
    file.write_bytes(b"rien")
    with pytest.raises(CommandError, match="classeur"):
        call_command("sync_users", str(file), "--by", by.email)
