"""Zones, networks, profiles and bodies kept by administrators: what a change gives is read before it is made."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import visible_text
from tests.watchlists.conftest import folders as folders
from tests.watchlists.conftest import zones as zones
from tests.watchlists.factories import ACIERIE, DEUX_SITES, MENUISERIE, agent, follow, opened
from vigie.accounts.actions import request_habilitation
from vigie.accounts.models import AgentProfile, Habilitation, User
from vigie.accounts.models_agents import Entity, Network, Segment
from vigie.accounts.queries import person_for
from vigie.agents.actions import reference_writing as acts
from vigie.agents.actions.references import load_references
from vigie.agents.models import ReferenceChange
from vigie.agents.queries.reference_effects import effects, said
from vigie.agents.reference_kinds import ENTITY, NETWORK, SEGMENT, ZONE
from vigie.journal.models import AuditEvent, Event
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden, InvalidInput, Refused, TransitionRefused
from vigie.rights.person import Person
from vigie.rights.table import Role
from vigie.territory.models import Zone, ZoneGroup
from vigie.watchlists.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
TOKEN = "jeton-de-la-creation-1"
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def administrator(db: None) -> User:
    user = UserFactory(full_name="Tom Tenant")
    HabilitationFactory(user=user, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def by(administrator: User) -> Person:
    return person(administrator, now())


@pytest.fixture
def west(db: None) -> ZoneGroup:
    return ZoneGroup.objects.create(code="GRAND-OUEST", label="Grand Ouest", departements=["35"])


@pytest.fixture
def proven(client: Client, administrator: User) -> Client:
    """The administrator has proved who he is some seconds ago."""
    return prove(sign_in(client, administrator))


def prove(client: Client) -> Client:
    session = client.session
    session["account_authentication_methods"][0]["at"] = time.time()
    session.save()
    return client


def with_departements(*codes: str) -> dict[str, Any]:
    return {"label": "Grand Ouest", "kind": "custom", "departements": sorted(codes)}


def change(zone: ZoneGroup, by: Person, *codes: str) -> ZoneGroup:
    """The change, its effects read."""
    values = with_departements(*codes)
    seen = effects(ZONE, zone, values, now()).mark()
    zone.refresh_from_db()
    changed: ZoneGroup = acts.change(ZONE, zone.pk, values, version=zone.version, seen=seen, by=by, at=now())
    return changed


def edit(client: Client, zone: ZoneGroup, codes: str, **values: Any) -> Any:
    typed = {
        "label": "Grand Ouest", "kind": "custom", "departements": codes, "version": zone.version, "form_token": TOKEN,
    }  # fmt: skip
    return client.post(reverse("agents:reference", args=["zones", zone.pk]), typed | values)


def fields(html: str) -> dict[str, str]:
    """The fields of the form of a page, as the browser sends them back (lists of choices apart)."""
    found = dict.fromkeys(("version", "seen", "form_token"), "")
    for tag in re.findall(r"<input[^>]*>", html[html.index("<main") : html.index("</main>")]):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] not in ("csrfmiddlewaretoken", "transition"):
            found[name[1]] = value[1] if value else ""
    return found


def read(user: User) -> set[str]:
    """The firms of the lists that the agent reads now."""
    return set(Entry.objects.allowed(person_for(user, now()), "entry.view").values_list("siren", flat=True))


# --- what a change gives and takes
def test_a_changed_zone_changes_at_once_what_its_agents_read(folders: Path, west: ZoneGroup, by: Person) -> None:
    opened(folders)
    reader, other = agent(territory="Z-GRAND-OUEST"), agent(territory="22")
    assert ACIERIE.siren not in read(reader)

    change(west, by, "59")

    assert person_for(reader, now()).departements == {"59"}
    assert ACIERIE.siren in read(reader)
    assert MENUISERIE.siren not in read(reader)
    assert person_for(other, now()).departements == {"22"}


def test_the_confirmation_counts_agents_firms_and_lines(folders: Path, west: ZoneGroup) -> None:
    opened(folders)
    for territory in ("Z-GRAND-OUEST", "Z-GRAND-OUEST 59", "FR", "35"):
        agent(territory=territory)
    agent(territory="Z-GRAND-OUEST").habilitations.update(state="suspended")

    found = effects(ZONE, west, with_departements("59"), now())

    # To one agent the Aciérie opens (Deux Sites, in both, was open already); two of 35 close to both; to the agent of
    # 35 and 59, Deux Sites stays open by 59.
    assert (found.gives.agents, found.gives.codes, found.gives.firms, found.gives.lines) == (1, ("59",), 1, 1)
    assert (found.takes.agents, found.takes.codes, found.takes.firms, found.takes.lines) == (2, ("35",), 2, 2)
    told = " ".join(said(found)).replace("\u00a0", " ")
    assert "1 agent lira en plus : Nord (59)." in told
    assert "1 entreprise qui est ou a été en alerte (1 ligne des listes ouvertes)" in told
    assert "2 agents ne liront plus : Ille-et-Vilaine (35)." in told
    assert "sauf ce qu’ils suivent ou accompagnent" in told


@pytest.mark.parametrize("codes", [("22",), ("35", "59"), ("22", "35", "59"), ("59",)])
def test_the_figures_agree_with_what_agents_read_before_and_after(
    folders: Path, west: ZoneGroup, by: Person, codes: tuple[str, ...]
) -> None:
    opened(folders)
    readers = [agent(territory=where) for where in ("Z-GRAND-OUEST", "Z-GRAND-OUEST 22", "R32", "FR")]
    before = [read(user) for user in readers]
    found = effects(ZONE, west, with_departements(*codes), now())

    change(west, by, *codes)

    after = [read(user) for user in readers]
    alerts = set(Entry.objects.alerts().values_list("siren", flat=True))
    given = set().union(*(new - old for old, new in zip(before, after, strict=True))) & alerts
    taken = set().union(*(old - new for old, new in zip(before, after, strict=True))) & alerts
    assert (found.gives.firms, found.takes.firms) == (len(given), len(taken))


def test_a_change_is_made_only_once_its_effects_were_read(west: ZoneGroup, proven: Client) -> None:
    agent(territory="Z-GRAND-OUEST")

    asked = edit(proven, west, "35 59")

    west.refresh_from_db()
    assert west.departements == ["35"]
    text = visible_text(asked.content.decode())
    assert "1 agent lira en plus : Nord (59)" in text
    typed = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked.content.decode()))

    agent(territory="Z-GRAND-OUEST")  # meanwhile another agent came
    url = reverse("agents:reference", args=["zones", west.pk])
    again = visible_text(proven.post(url, typed).content.decode())
    assert "Ces chiffres ont changé" in again
    assert "2 agents liront en plus" in again

    back = proven.post(url, typed | {"back": "1"}).content.decode()
    assert 'value="35 59"' in back

    seen = effects(ZONE, west, with_departements("35", "59"), now()).mark()
    for _press in range(2):  # sent twice
        assert proven.post(url, typed | {"seen": seen}).status_code == 302
    west.refresh_from_db()
    assert (west.departements, west.version) == (["35", "59"], 2)
    assert ReferenceChange.objects.count() == 1


def test_a_change_of_access_asks_who_he_is_and_keeps_what_he_typed(
    client: Client, administrator: User, west: ZoneGroup
) -> None:
    agent(territory="Z-GRAND-OUEST")
    client = sign_in(client, administrator)
    client.get(reverse("agents:reference", args=["zones", west.pk]))

    answer = edit(client, west, "35 59")
    assert answer["Location"].startswith(reverse("confirm_identity"))
    west.refresh_from_db()
    assert west.departements == ["35"]
    page = prove(client).get(reverse("agents:reference", args=["zones", west.pk])).content.decode()
    assert "Votre saisie est gardée" in page
    assert "35 59" in page

    assert edit(client, west, "35", label="Ouest").status_code == 302  # a name moves nobody
    west.refresh_from_db()
    assert west.label == "Ouest"


def test_nobody_changes_his_own_access(administrator: User, west: ZoneGroup, proven: Client) -> None:
    HabilitationFactory(user=administrator, role=Role.LEVEL_A, territory="Z-GRAND-OUEST")
    by = person(administrator, now())

    with pytest.raises(Forbidden, match="propre habilitation"):
        change(west, by, "35", "59")
    assert edit(proven, west, "35 59").status_code == 403
    west.refresh_from_db()
    assert west.departements == ["35"]


def test_each_change_is_in_the_history_the_journal_and_the_audit(west: ZoneGroup, by: Person) -> None:
    agent(territory="Z-GRAND-OUEST")
    change(west, by, "22", "59")

    row = ReferenceChange.objects.get()
    assert (row.before, row.after, row.version) == (
        {"departements": ["35"]}, {"departements": ["22", "59"]}, 2,
    )  # fmt: skip
    assert Event.objects.get(name="reference.changed").payload["gives"]["agents"] == 1
    trace = AuditEvent.objects.get(action="admin_reference")
    assert (trace.object_type, trace.object_id) == ("territory.ZoneGroup", str(west.pk))
    assert trace.details["after"] == ["22", "59"]
    assert "Grand Ouest" not in str(Event.objects.get(name="reference.changed").payload)


def test_the_page_says_who_uses_it_and_who_changed_it(west: ZoneGroup, proven: Client, by: Person) -> None:
    agent(territory="Z-GRAND-OUEST")
    change(west, by, "22", "59")

    text = visible_text(proven.get(reverse("agents:reference", args=["zones", west.pk])).content.decode())

    assert "1 habilitation la nomme." in text
    assert "Tom Tenant" in text
    assert "Départements : + 22, + 59, − 35" in text
    assert "accès donné à 1 agent" in text


def test_the_page_sends_what_it_shows(west: ZoneGroup, proven: Client) -> None:
    agent(territory="Z-GRAND-OUEST")
    url = reverse("agents:reference", args=["zones", west.pk])
    shown = fields(proven.get(url).content.decode())

    asked = proven.post(url, shown | {"departements": "35 59", "kind": "custom"})
    assert proven.post(url, fields(asked.content.decode())).status_code == 302

    west.refresh_from_db()
    assert west.departements == ["35", "59"]
    new = reverse("agents:new_reference", args=["administrations"])
    typed = fields(proven.get(new).content.decode()) | {"name": "Préfecture 23", "short_name": "P23"}
    assert proven.post(new, typed).status_code == 302


def test_a_page_open_on_a_lost_departement_says_that_its_filter_is_left_out(
    folders: Path, west: ZoneGroup, by: Person, client: Client
) -> None:
    opened(folders)
    reader = sign_in(client, agent(territory="Z-GRAND-OUEST 22"))
    page = f"{reverse('watchlists:list')}?departement=35"
    assert "Filtre laissé de côté" not in visible_text(reader.get(page).content.decode())

    change(west, by, "59")

    text = visible_text(reader.get(page).content.decode())
    assert "Filtre laissé de côté" in text
    assert "Département d’un établissement : 35" not in text.replace("\u00a0", " ")
    typed = {"verdict": "useless", "comment": "Un <b>long</b> avis écrit avant le changement."}
    lost = reader.post(reverse("watchlists:opinion", args=[MENUISERIE.siren]), typed)
    assert lost.status_code == 404  # and nothing typed is lost
    assert "Un &lt;b&gt;long&lt;/b&gt; avis écrit avant le changement." in lost.content.decode()


# --- two people at once
def test_the_second_of_two_editors_is_told_and_loses_nothing(west: ZoneGroup, proven: Client) -> None:
    second = UserFactory(full_name="Inès Seconde")
    HabilitationFactory(user=second, role=Role.ADMINISTRATOR)
    acts.change(ZONE, west.pk, {"label": "Ouest"}, version=1, by=person(second, now()), at=now())

    answer = edit(proven, west, "35", label="Le Grand Ouest")

    text = visible_text(answer.content.decode())
    assert answer.status_code == 409
    assert "Inès Seconde a changé la zone" in text
    assert "Nom&nbsp;: Ouest" in text
    assert 'value="Le Grand Ouest"' in answer.content.decode()
    west.refresh_from_db()
    assert west.label == "Ouest"
    assert edit(proven, west, "35", label="Le Grand Ouest").status_code == 302  # sent again, having read


# --- creating
CREATED = {
    "zones": {"code": "sud-est", "label": "Sud-Est", "kind": "custom", "departements": "R53, 59"},
    "reseaux": {"code": "Prefets", "label": "Préfectures", "is_active": "on", "position": "8"},
    "profils": {"code": "sous-prefet", "label": "Sous-préfet", "network": "", "usual_level": "level_b"},
    "administrations": {"name": "Préfecture de la Creuse", "short_name": "Préf. 23", "siret": ""},
}


@pytest.mark.parametrize("slug", CREATED)
def test_created_once_however_often_it_is_sent(slug: str, proven: Client) -> None:
    url = reverse("agents:new_reference", args=[slug])
    first = proven.post(url, CREATED[slug] | {"form_token": TOKEN})
    again = proven.post(url, CREATED[slug] | {"form_token": TOKEN})

    assert first["Location"] == again["Location"]
    assert ReferenceChange.objects.get().act == "created"
    assert proven.get(first["Location"]).status_code == 200
    assert Event.objects.filter(name="reference.created").count() == 1


def test_a_region_stands_for_its_departements(proven: Client) -> None:
    proven.post(reverse("agents:new_reference", args=["zones"]), CREATED["zones"] | {"form_token": TOKEN})

    assert ZoneGroup.objects.get(code="SUD-EST").departements == ["22", "35", "59"]


@pytest.mark.parametrize(
    ("slug", "changed", "words"),
    [
        ("zones", {"departements": "35 99 2C"}, "Départements inconnus : 2C, 99"),
        ("zones", {"departements": "R99"}, "Département inconnu : R99"),
        ("zones", {"departements": ""}, "Une zone tient au moins un département"),
        ("zones", {"departements": " , ;"}, "Une zone tient au moins un département"),
        ("zones", {"code": "GRAND OUEST"}, "Un code s’écrit en capitales"),
        ("zones", {"code": HOSTILE}, "Un code s’écrit en capitales"),
        ("zones", {"code": "GRAND-OUEST"}, "Ce code est déjà pris"),
        ("zones", {"label": "GRAND  Ouést"}, "Ce nom est déjà pris"),
        ("zones", {"label": "France entière"}, "Ce nom est celui de la France entière"),
        ("zones", {"label": "Nord", "departements": "35"}, "Nord est déjà le nom d’un territoire"),
        ("zones", {"label": "Bretagne", "departements": "35"}, "Bretagne est déjà le nom d’un territoire"),
        ("zones", {"label": "…"}, "Écrivez un nom"),
        ("zones", {"label": "x" * 81}, "trop long"),
        ("zones", {"kind": "autre"}, "autre"),
        ("reseaux", {"position": "-1"}, "Le rang va de 0 à 999"),
        ("reseaux", {"position": "dix"}, "Indiquez un nombre entier"),
        ("profils", {"network": "inconnu"}, "inconnu"),
        ("administrations", {"siret": "12345678901234"}, "SIRET"),
    ],
)
def test_bad_input_is_told_and_kept(
    slug: str, changed: dict[str, str], words: str, proven: Client, west: ZoneGroup
) -> None:
    answer = proven.post(reverse("agents:new_reference", args=[slug]), CREATED[slug] | changed | {"form_token": TOKEN})

    assert answer.status_code == 422
    assert words in visible_text(answer.content.decode())
    assert not ReferenceChange.objects.exists()


def test_hostile_names_are_text(proven: Client) -> None:
    proven.post(
        reverse("agents:new_reference", args=["zones"]), CREATED["zones"] | {"label": HOSTILE, "form_token": TOKEN}
    )

    pk = ZoneGroup.objects.get(code="SUD-EST").pk
    for url in (reverse("agents:references", args=["zones"]), reverse("agents:reference", args=["zones", pk])):
        html = proven.get(url).content.decode()
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html
        assert "\u202e" not in html


def test_a_held_departement_that_the_code_dropped_does_not_block_a_change(west: ZoneGroup, by: Person) -> None:
    ZoneGroup.objects.update(departements=["35", "975"])
    west.refresh_from_db()

    change(west, by, "22", "35", "975")

    assert ZoneGroup.objects.get().departements == ["22", "35", "975"]


# --- withdrawing
def test_a_zone_that_a_habilitation_names_is_not_withdrawn(west: ZoneGroup, proven: Client, by: Person) -> None:
    held = agent(territory="Z-GRAND-OUEST 22").habilitations.get()
    for state in ("granted", "suspended", "requested"):
        Habilitation.objects.filter(pk=held.pk).update(state=state)
        with pytest.raises(Refused, match="1\u00a0habilitation la nomme"):
            acts.withdraw(ZONE, west.pk, by=by, at=now())
    url = reverse("agents:reference_act", args=["zones", west.pk])
    answer = proven.post(url, {"transition": "withdraw"}, follow=True)
    assert "1 habilitation la nomme. Changez-les d’abord" in visible_text(answer.content.decode())

    Habilitation.objects.filter(pk=held.pk).update(state="revoked", ended_at=now())
    for _press in range(2):
        proven.post(url, {"transition": "withdraw"})
    west.refresh_from_db()
    assert west.archived_at is not None
    assert Event.objects.filter(name="reference.withdrawn").count() == 1
    with pytest.raises(InvalidInput, match="Aucune zone"):
        request_habilitation(
            UserFactory(), Role.LEVEL_A, territory="Z-GRAND-OUEST", by=person(UserFactory(team=True), now()), at=now()
        )
    with pytest.raises(TransitionRefused, match="Remettez d’abord"):
        change(west, by, "35", "59")
    assert "Hors service depuis" in proven.get(reverse("agents:reference", args=["zones", west.pk])).content.decode()

    proven.post(url, {"transition": "restore"})
    west.refresh_from_db()
    assert west.archived_at is None


def test_a_network_a_profile_and_a_body_in_use_are_not_withdrawn(by: Person) -> None:
    load_references(now())
    body = Entity.objects.create(name="DREETS Bretagne", short_name="DREETS")
    user = agent()
    AgentProfile.objects.create(user=user, entity=body, segment=Segment.objects.get(code="darp"))
    dgefp = Network.objects.get(code="dgefp")

    for kind, row, why in (
        (NETWORK, dgefp, "3\u00a0profils de travail en relèvent"),
        (SEGMENT, Segment.objects.get(code="darp"), "1\u00a0agent habilité le porte"),
        (ENTITY, body, "1\u00a0personne habilitée en relève"),
        (NETWORK, Network.objects.get(code="codefi"), "Le service lui-même"),
    ):
        with pytest.raises(Refused, match=why):
            acts.withdraw(kind, row.pk, by=by, at=now())

    user.habilitations.update(state="revoked", ended_at=now())
    for code in ("darp", "muteco", "dgefp"):
        acts.withdraw(SEGMENT, Segment.objects.get(code=code).pk, by=by, at=now())
    acts.withdraw(NETWORK, dgefp.pk, by=by, at=now())
    acts.withdraw(ENTITY, body.pk, by=by, at=now())
    with pytest.raises(InvalidInput, match="réseau en service"):
        acts.restore(SEGMENT, Segment.objects.get(code="darp").pk, by=by, at=now())


# --- networks
def test_a_profile_that_changes_network_says_who_reads_what(by: Person, proven: Client) -> None:
    load_references(now())
    body = Entity.objects.create(name="Banque", short_name="BDF")
    bank = Segment.objects.get(code="bdf")
    user = agent()
    AgentProfile.objects.create(user=user, entity=body, segment=bank)
    values = {"label": bank.label, "network": "crp", "in_codefi": False, "usual_level": "level_a"}

    found = effects(SEGMENT, bank, values, now())

    assert (found.gives.agents, found.gives.codes) == (1, ("crp",))
    assert (found.takes.agents, found.takes.codes) == (1, ("codefi",))  # the network of the bank gives no tab
    with pytest.raises(acts.EffectsMoved):
        acts.change(SEGMENT, bank.pk, values, version=1, by=by, at=now())
    text = visible_text(
        proven.post(
            reverse("agents:reference", args=["profils", bank.pk]),
            {"label": bank.label, "network": "crp", "usual_level": "level_a", "version": "1", "form_token": TOKEN},
        ).content.decode()
    )
    assert "1 agent lira en plus : réseau CRP" in text

    acts.change(SEGMENT, bank.pk, values, version=1, seen=found.mark(), by=by, at=now())
    assert person_for(user, now()).networks == {"crp"}


def test_a_network_without_tab_is_read_by_nobody(by: Person) -> None:
    load_references(now())
    body = Entity.objects.create(name="DREETS Bretagne", short_name="DREETS")
    AgentProfile.objects.create(user=agent(), entity=body, segment=Segment.objects.get(code="crp"))
    crp = Network.objects.get(code="crp")

    found = effects(NETWORK, crp, {"label": "CRP", "is_active": False, "position": 1}, now())

    assert (found.gives.agents, found.takes.agents, found.takes.codes) == (0, 1, ("crp",))


# --- who may, and at what cost
def test_only_administrators_keep_them(by: Person, west: ZoneGroup) -> None:
    for user in (UserFactory(team=True), agent(), UserFactory(expert=True)):
        with pytest.raises(Forbidden):
            acts.change(ZONE, west.pk, {"label": "Ouest"}, version=1, by=person(user, now()), at=now())
        with pytest.raises(Forbidden):
            acts.withdraw(ZONE, west.pk, by=person(user, now()), at=now())
    assert not ReferenceChange.objects.exists()


def test_an_unknown_kind_row_or_act_is_not_found(proven: Client, west: ZoneGroup) -> None:
    assert proven.get(reverse("agents:references", args=["communes"])).status_code == 404
    assert proven.get(reverse("agents:reference", args=["zones", 10**30])).status_code == 404
    assert proven.get(reverse("agents:reference", args=["reseaux", west.pk])).status_code == 404
    url = reverse("agents:reference_act", args=["zones", west.pk])
    assert proven.post(url, {"transition": "delete"}).status_code == 404


@pytest.mark.parametrize("many", [2, 40])
def test_pages_cost_the_same_whatever_the_rows(
    many: int, proven: Client, west: ZoneGroup, folders: Path, by: Person, django_assert_max_num_queries: Callable
) -> None:
    load_references(now())
    opened(folders)
    body = Entity.objects.create(name="DREETS Bretagne", short_name="DREETS")
    segment = Segment.objects.get(code="crp")
    for number in range(many):
        ZoneGroup.objects.create(code=f"ZONE-{number}", label=f"Zone {number}", departements=["22"])
        AgentProfile.objects.create(
            user=agent(territory=f"Z-GRAND-OUEST Z-ZONE-{number}"), entity=body, segment=segment
        )
        follow(agent(territory="22"), DEUX_SITES.siren, now())
    for number in range(many):
        acts.change(ZONE, west.pk, {"label": f"Ouest {number}"}, version=number + 1, by=by, at=now())
    west.refresh_from_db()
    # Session, person, limits and the like: what every page costs; then 2 for a list, 5 for one, 8 for a confirmation.
    for slug in CREATED:
        with django_assert_max_num_queries(12):
            proven.get(reverse("agents:references", args=[slug]))
    with django_assert_max_num_queries(14):
        proven.get(reverse("agents:reference", args=["zones", west.pk]))
    with django_assert_max_num_queries(24):
        answer = edit(proven, west, "59", label=west.label)
    assert f"{many} agents liront en plus" in visible_text(answer.content.decode())
    assert Zone.objects.count() == 5
