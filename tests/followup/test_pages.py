"""What each agent sees and does on the pages of files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import person, sign_in
from tests.conftest import visible_text
from tests.followup.factories import ELSEWHERE, MOMENT, colleague, network, opened_file, token, workplace
from vigie.accounts.models import Habilitation, User
from vigie.followup.actions.acts import Talk, analyse
from vigie.followup.actions.contacts import write_contact
from vigie.followup.actions.files import move_file
from vigie.followup.actions.members import add_member
from vigie.followup.actions.terms import load_followup_terms
from vigie.followup.actions.texts import delete_comment, lock_summary, save_summary, write_comment
from vigie.followup.models import Followup, Summary, Term
from vigie.followup.queries import board
from vigie.followup.queries.colleagues import colleagues_of
from vigie.followup.queries.exports import list_parameters, list_sheet
from vigie.followup.queries.lists import Filters
from vigie.followup.queries.touch import firm_panel as panel
from vigie.journal.models import AuditEvent
from vigie.kernel.siren import show_siret
from vigie.territory.models import Zone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
As = Callable[[User | None], Client]


def address(file: Followup, tab: str = "") -> str:
    return reverse("followup:file", args=[file.pk]) + (f"?onglet={tab}" if tab else "")


def test_the_page_says_who_since_when_the_state_and_the_next_step(as_: As) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada, next_step="Rappeler la dirigeante", next_step_on=MOMENT.date())

    text = visible_text(as_(ada).get(address(made)).content.decode())

    for told in ("Menuiserie Durand", "En cours", "Ada Liste (CRP)", "8 juillet 2026", "Rappeler la dirigeante"):
        assert told in text
    row = AuditEvent.objects.get(action="view_file", actor_id=ada.pk)
    assert (row.siren, row.in_zone, row.unlocked_by) == (made.siren, True, "follow")


def test_a_file_of_elsewhere_answers_like_one_that_never_was(as_: As) -> None:
    far = opened_file(colleague("Zoé Nord", territory="59"), workplace(commune=ELSEWHERE))
    client = as_(colleague("Ada Liste"))

    hidden, unknown = client.get(address(far)), client.get(reverse("followup:file", args=[987654]))

    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert visible_text(hidden.content.decode()) == visible_text(unknown.content.decode())


def test_texts_of_a_network_never_reach_the_others(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", codefi=False)
    made = opened_file(ada)
    by = person(ada, MOMENT)
    save_summary(made, network("crp"), "Le **secret** du CRP", version=0, by=by, at=MOMENT)
    write_comment(made, network("crp"), "Entre nous", form_token=token(1), by=by, at=MOMENT)

    own = as_(ada).get(address(made, "crp")).content.decode()
    client = as_(zoe)
    others = [client.get(address(made, tab)) for tab in ("", "historique", "dgfip")]
    walled = client.get(address(made, "crp"))
    forged = client.post(reverse("followup:comment", args=[made.pk, "crp"]), {"text": "x", "form_token": token(2)})

    assert "<strong>secret</strong>" in own
    assert "Entre nous" in own
    assert [one.status_code for one in others] == [200, 200, 200]
    assert not any("secret" in one.content.decode() or "Entre nous" in one.content.decode() for one in others)
    assert (walled.status_code, forged.status_code) == (404, 404)


def test_an_agent_of_the_zone_reads_and_may_only_manage_people(as_: As) -> None:
    made = opened_file(colleague("Ada Liste"))
    client = as_(colleague("Zoé Banque", "dgfip"))

    page = visible_text(client.get(address(made)).content.decode())

    assert "Ajouter une personne" in page
    assert "Noter un échange" not in page
    for name in ("edit", "complete", "analyse", "refer", "add_contact"):
        assert client.get(reverse(f"followup:{name}", args=[made.pk])).status_code == 403, name


def test_what_nobody_specified_is_not_said_to_be_nothing(as_: As) -> None:
    """« Difficulté : aucune » stood beside a talk that confirmed one: only its term in the file was missing."""
    ada = colleague("Ada Liste")

    page = visible_text(as_(ada).get(address(opened_file(ada))).content.decode())

    assert "Difficulté non précisée" in page


def test_two_referents_editing_the_same_summary_lose_nothing(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque")
    made = opened_file(ada)
    add_member(made, zoe, "referent", by=person(ada, MOMENT), at=MOMENT)
    save_summary(made, network("crp"), "Premier", version=0, by=person(ada, MOMENT), at=MOMENT)
    save_summary(made, network("crp"), "De Zoé", version=1, by=person(zoe, MOMENT), at=MOMENT)

    said = {"text": "D’Ada", "version": "1", "transition": "save"}
    refused = as_(ada).post(reverse("followup:summary", args=[made.pk, "crp"]), said)

    assert refused.status_code == 409
    page = visible_text(refused.content.decode())
    assert "De Zoé" in page
    assert "D’Ada" in page
    assert Summary.objects.get().text == "De Zoé"


def test_a_former_version_of_a_summary_is_taken_back(as_: As) -> None:
    ada = colleague("Ada Liste")
    made, by, client = opened_file(ada), person(ada, MOMENT), as_(ada)
    for version, text in enumerate(("Le bon texte", "Une erreur")):
        save_summary(made, network("crp"), text, version=version, by=by, at=MOMENT)
    editor = reverse("followup:summary", args=[made.pk, "crp"])
    former = reverse("followup:summary_version", args=[made.pk, "crp", 1])
    assert f'action="{editor}?version=1"' in client.get(former).content.decode()
    opened = client.post(f"{editor}?version=1", {"transition": "lock"})
    assert opened.headers["Location"] == f"{editor}?version=1"

    form = client.get(f"{editor}?version=1").context["form"]
    client.post(f"{editor}?version=1", form.initial | {"transition": "save"})

    assert Summary.objects.get().text == "Le bon texte"
    assert Summary.objects.get().version == 3
    assert client.get(f"{editor}?version=9").status_code == 404


def test_the_lock_holds_on_saving_and_ends_after_two_hours(as_: As) -> None:
    from datetime import timedelta

    from vigie.kernel.clock import now

    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque")
    made, at = opened_file(ada), now()
    add_member(made, zoe, "referent", by=person(ada, at), at=at)
    lock_summary(made, network("crp"), by=person(zoe, at), at=at)
    said = {"text": "D’Ada", "version": "0", "transition": "save"}
    client = as_(ada)

    refused = client.post(reverse("followup:summary", args=[made.pk, "crp"]), said)
    Summary.objects.update(locked_at=at - timedelta(hours=2, minutes=1))
    done = client.post(reverse("followup:summary", args=[made.pk, "crp"]), said)

    assert (refused.status_code, done.status_code) == (409, 302)


def test_a_deleted_comment_leaves_its_place_and_no_word(as_: As) -> None:
    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)
    comment = write_comment(made, network("codefi"), "Trop dit", form_token=token(1), by=by, at=MOMENT)
    delete_comment(comment, by=by, at=MOMENT)

    page = visible_text(as_(ada).get(address(made, "codefi")).content.decode())

    assert "Commentaire supprimé" in page
    assert "Trop dit" not in page


def test_who_will_read_is_said_where_one_reads_and_where_one_writes(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    made = opened_file(ada)
    add_member(made, zoe, "participant", by=person(ada, MOMENT), at=MOMENT)
    client = as_(ada)

    for code, told in (("crp", "CRP seulement : 1 participant"), ("codefi", "CODEFI seulement : 2 participants")):
        pages = [address(made, code), *(reverse(f"followup:{n}", args=[made.pk, code]) for n in ("summary", "comment"))]
        for url in pages:
            text = visible_text(client.get(url).content.decode()).replace("\xa0", " ")
            assert f"Visible par le réseau {told} de cet accompagnement" in text, url


def test_contacts_are_for_who_takes_part_and_the_crp_of_the_zone(as_: As) -> None:
    ada = colleague("Ada Liste", "dgfip")
    made = opened_file(ada)
    write_contact(made, {"last_name": "Fournil"}, form_token=token(1), by=person(ada, MOMENT), at=MOMENT)

    crp = as_(colleague("Cléo Crp")).get(address(made, "contacts"))
    other = as_(colleague("Zoé Banque", "dgfip")).get(address(made, "contacts"))

    assert "Fournil" in crp.content.decode()
    assert other.status_code == 404


@pytest.mark.parametrize("shape", ["liste", "tableau", "calendrier"])
def test_lists_ask_as_many_queries_for_twenty_files_as_for_a_hundred(as_: As, shape: str) -> None:
    ada = colleague("Ada Liste")
    client = as_(ada)
    url = f"{reverse('followup:list')}?vue=departement&forme={shape}"
    counts = []
    for more in (20, 80):
        for _rank in range(more):
            opened_file(ada, next_step="Appeler", next_step_on=MOMENT.date())
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(url).status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_scopes_keep_their_meaning() -> None:
    from vigie.followup.queries.lists import scope_of

    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip", territory="59")
    near = opened_file(ada)
    far = opened_file(zoe, workplace(commune=ELSEWHERE))
    add_member(far, ada, "participant", by=person(zoe, MOMENT), at=MOMENT)
    by = person(ada, MOMENT)

    assert set(scope_of(by, "mes")) == {near, far}
    assert set(scope_of(by, "departement")) == {near}
    assert set(scope_of(by, "administration")) == {near}
    assert set(scope_of(person(zoe, MOMENT), "administration")) == {far}


def test_files_are_found_by_their_label_their_sector_or_their_action(as_: As) -> None:
    load_followup_terms()
    ada = colleague("Ada Liste")
    ciri, naval, other = (Term.objects.get(label=label) for label in ("CIRI", "Naval", "AR-PB"))
    made = opened_file(ada, workplace("Chantier Le Goff"), terms=[ciri, naval])
    opened_file(ada, workplace("Menuiserie Durand"), terms=[other])
    client = as_(ada)

    for word in (ciri, naval):
        text = visible_text(client.get(reverse("followup:list"), {"mot": word.pk}).content.decode())
        assert "Chantier Le Goff" in text
        assert "Menuiserie Durand" not in text
    exported = dict(list_sheet(person(ada, MOMENT), list_parameters("mes", Filters(word=ciri.pk)), MOMENT).filters)
    assert exported == {"Étiquette": "CIRI"}
    Term.objects.filter(pk=ciri.pk).update(archived_at=MOMENT)
    assert "Menuiserie Durand" in visible_text(client.get(reverse("followup:list"), {"mot": ciri.pk}).content.decode())
    assert made.is_active


def test_the_panel_names_who_is_in_touch_and_says_the_same_when_there_is_nothing_to_know() -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada)
    near = panel(person(colleague("Zoé Banque", "dgfip"), MOMENT), made.siren)
    stranger = person(colleague("Nora Nord", "dgfip", territory="59"), MOMENT)

    assert near.table is not None
    assert "Ada Liste (CRP)" in near.table.rows[0]
    assert panel(stranger, made.siren) == panel(stranger, workplace("Autre").company_id)


def test_a_file_is_opened_by_a_button_that_names_its_establishment(as_: As) -> None:
    ada, first = colleague("Ada Liste"), workplace()
    second = workplace(company=first.company, is_head_office=False)
    url = reverse("followup:firm", args=[first.company_id])

    html = as_(ada).get(url).content.decode()
    buttons = re.findall(r'<a class="(fr-btn[^"]*)" href="([^"]*)">(.*?)</a>', html)

    assert [href.split("siret=")[1] for _kind, href, _name in buttons] == [first.siret, second.siret]
    names = [visible_text(name) for _kind, _href, name in buttons]
    assert all(name.startswith("Ouvrir un accompagnement") for name in names)
    assert len(set(names)) == 2  # each is told apart where it is only heard
    assert {kind for kind, _href, _name in buttons} == {"fr-btn fr-btn--secondary"}
    opened_file(ada, second)
    alone = as_(ada).get(url).content.decode()
    assert re.findall(r'<a class="(fr-btn[^"]*)"', alone) == ["fr-btn"]
    assert " ".join(f"SIRET {show_siret(first.siret)} · Rennes".split()) in visible_text(alone)


def test_a_long_note_sent_after_the_session_ended_is_found_again(as_: As) -> None:
    ada = colleague("Ada Liste")
    made, text = opened_file(ada), "Une longue note.\n" * 300
    client, url = as_(ada), reverse("followup:summary", args=[made.pk, "crp"])
    assert client.get(url).status_code == 200
    Session.objects.all().delete()

    sent = {"text": text, "version": "0", "transition": "save"}
    refused = client.post(url, sent, HTTP_REFERER=f"http://testserver{url}")
    sign_in(client, ada)
    page = client.get(url).content.decode()

    assert refused.status_code == 302
    assert refused.url.startswith("/connexion/")
    assert not Summary.objects.exclude(text="").exists()
    assert "Votre saisie est gardée" in page
    assert text.strip() in page


def test_an_agent_who_changes_territory_while_a_page_is_open_writes_nothing_there(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Banque", "dgfip")
    made = opened_file(ada)
    client, url = as_(zoe), reverse("followup:members", args=[made.pk])
    assert client.get(url).status_code == 200
    Habilitation.objects.filter(user=zoe).update(territory="59")

    moved = client.post(url, {"transition": "join"})

    assert moved.status_code == 404
    assert client.get(address(made)).status_code == 404
    assert made.members.present().count() == 1


def test_the_board_shows_first_the_steps_that_come_first(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "PER_COLUMN", 1)
    ada = colleague("Ada Liste")
    opened_file(ada, workplace("En retard SARL"), next_step="Relancer", next_step_on=MOMENT.date())
    opened_file(ada, workplace("Sans date SARL"))

    page = visible_text(as_(ada).get(f"{reverse('followup:list')}?forme=tableau").content.decode())

    assert "En retard SARL" in page
    assert "Sans date SARL" not in page


def test_the_board_has_a_lane_for_each_departement_when_there_are_several(as_: As) -> None:
    for code, name, region in (("35", "Ille-et-Vilaine", "53"), ("59", "Nord", "32")):
        Zone.objects.create(
            zone_type="departement", code=code, name=name, name_folded=name.upper(), region_code=region, vintage=2026
        )
    ada = colleague("Ada Liste", territory="35;59")
    opened_file(ada, workplace("Ici SARL"))
    url = f"{reverse('followup:list')}?forme=tableau"
    one = visible_text(as_(ada).get(url).content.decode())

    opened_file(ada, workplace("Loin SARL", ELSEWHERE))
    lanes = as_(ada).get(url).context["page"].lanes

    assert "35 –" not in one
    assert [lane.title for lane in lanes] == ["35 – Ille-et-Vilaine", "59 – Nord"]
    assert [[card.firm for column in lane.columns for card in column.cards] for lane in lanes] == [
        ["Ici SARL"],
        ["Loin SARL"],
    ]


def test_a_card_moved_on_the_board_comes_back_to_the_same_board(as_: As) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada, workplace("Ici SARL"))
    client = as_(ada)
    board_page = f"{reverse('followup:list')}?forme=tableau&vue=departement&departement=35"
    card = client.get(board_page).context["page"].lanes[0].columns[0].cards[0]

    moved = client.post(card.buttons[0].action, {"transition": card.buttons[0].name})

    assert moved["Location"] == board_page
    assert "Ici SARL : L’entreprise est maintenant sous surveillance." in visible_text(
        client.get(board_page).content.decode()
    )
    made.refresh_from_db()
    assert made.state == card.to == "under_surveillance"
    away = client.post(f"{reverse('followup:act', args=[made.pk])}?retour=//ailleurs.example", {"transition": "resume"})
    assert away["Location"].startswith(f"{reverse('followup:list')}?")


def test_who_may_not_move_a_file_is_given_a_card_without_move(as_: As) -> None:
    opened_file(colleague("Ada Liste"), workplace("Ici SARL"))

    page = as_(colleague("Zoé Banque", "dgfip")).get(f"{reverse('followup:list')}?forme=tableau&vue=departement")

    assert "Ici SARL" in page.content.decode()
    assert "data-vg-card" not in page.content.decode()


def test_the_page_that_ends_a_file_counts_those_who_will_be_written_to(as_: As) -> None:
    ada, zoe = colleague("Ada Liste"), colleague("Zoé Dette", of="dgfip")
    made = opened_file(ada)
    page = reverse("followup:complete", args=[made.pk])

    assert "courriel" not in visible_text(as_(ada).get(page).content.decode())  # nobody writes to himself
    add_member(made, zoe, "participant", by=person(ada, MOMENT), at=MOMENT)

    assert "1 personne recevra un courriel." in visible_text(as_(ada).get(page).content.decode()).replace("\u00a0", " ")


def test_a_file_that_ended_has_no_next_step(as_: As) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada)
    move_file(made, "complete", by=person(ada, MOMENT), at=MOMENT)

    text = visible_text(as_(ada).get(address(made)).content.decode())

    assert "Terminé le" in text
    assert "Prochaine étape" not in text


@pytest.mark.parametrize("shape", ["liste", "tableau", "calendrier"])
def test_no_list_shows_the_next_step_of_a_file_that_ended(as_: As, shape: str) -> None:
    ada = colleague("Ada Liste")
    opened_file(ada, workplace("Encore SARL"), next_step="Relancer", next_step_on=MOMENT.date() + timedelta(days=2))
    done = opened_file(ada, workplace("Finie SARL"), next_step="Rappeler", next_step_on=MOMENT.date())
    move_file(done, "complete", by=person(ada, MOMENT), at=MOMENT)
    Followup.objects.update(modified_at=MOMENT + timedelta(days=30))

    text = visible_text(as_(ada).get(f"{reverse('followup:list')}?forme={shape}&tri=etape").content.decode())

    assert "Relancer" in text
    assert "Rappeler" not in text
    assert "8 juillet" not in text
    if shape == "liste":
        assert text.index("Encore SARL") < text.index("Finie SARL")  # a step that is no longer to do is not the first


def test_who_continues_a_file_of_a_firm_that_is_locked_is_asked_why(as_: As) -> None:
    ada, bob = colleague("Ada Liste"), colleague("Bob Voisin", "dgfip")
    made = opened_file(ada)
    move_file(made, "complete", by=person(ada, MOMENT), at=MOMENT)
    client, page = as_(bob), reverse("followup:duplicate", args=[made.pk])

    assert page in client.get(address(made)).content.decode()
    sent = client.post(reverse("followup:act", args=[made.pk]), {"transition": "duplicate", "form_token": token(9)})
    assert sent["Location"] == page
    assert "Votre motif est gardé" in visible_text(client.get(page).content.decode())
    refused = client.post(page, {"form_token": token(9)})
    assert refused.status_code == 422
    assert "Dites pourquoi vous ouvrez" in visible_text(refused.content.decode())
    done = client.post(page, {"form_token": token(9), "motive": "source_externe"}, follow=True)
    assert "dans la suite du précédent" in visible_text(done.content.decode())
    # another one is running now: it is named
    third = client.post(page, {"form_token": token(8), "motive": "source_externe"})
    assert third.status_code == 422
    assert "Ouvrir l’accompagnement en cours" in visible_text(third.content.decode())


def test_no_comment_nor_change_is_out_of_reach(as_: As) -> None:
    ada = colleague("Ada Liste")
    made, by = opened_file(ada), person(ada, MOMENT)
    for rank in range(52):
        write_comment(made, network("crp"), f"Parole {rank:02d}.", form_token=token(100 + rank), by=by, at=MOMENT)
    client = as_(ada)

    first, last = (visible_text(client.get(f"{address(made, 'crp')}&page={n}").content.decode()) for n in (1, 2))

    assert "Parole 51." in first
    assert "Parole 01." not in first
    assert "Parole 01." in last
    assert client.get(f"{address(made, 'historique')}&page=9").status_code == 200


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("edit", {"criticality": "immense"}), ("analyse", {}), ("add_contact", {}), ("members", {"role": "referent"}),
        ("refer", {}),
    ],
)  # fmt: skip
def test_a_form_that_comes_back_with_what_is_wrong_says_422(as_: As, name: str, data: dict[str, str]) -> None:
    ada = colleague("Ada Liste")
    made = opened_file(ada)

    answer = as_(ada).post(reverse(f"followup:{name}", args=[made.pk]), data)

    assert answer.status_code == 422
    assert "fr-alert--error" in answer.content.decode()


def test_a_file_is_given_to_an_agent_of_its_territory_by_what_each_has_in_hand(as_: As) -> None:
    ada, bob, zoe = colleague("Ada Liste"), colleague("Bob Chargé"), colleague("Zoe Libre")
    colleague("Noe Nord", territory="59")
    for _busy in range(2):
        opened_file(bob, workplace("Ailleurs"))
    made = opened_file(ada)
    client, page = as_(ada), reverse("followup:members", args=[made.pk])

    html = client.get(page).content.decode()

    assert html.index("Zoe Libre · CODEFI, CRP · rien en cours") < html.index("Bob Chargé · CODEFI, CRP · 2")
    assert "Noe Nord" not in html
    assert "Ada Liste ·" not in html
    both = client.post(page, {"colleague": bob.email, "who": zoe.email, "role": "referent"})
    assert both.status_code == 422
    client.post(page, {"colleague": zoe.email, "who": "", "role": "referent"})
    client.post(page, {"colleague": "", "who": bob.email, "role": "participant"})
    assert {(str(one.user), one.role) for one in made.members.present()} == {
        ("Ada Liste", "referent"), ("Zoe Libre", "referent"), ("Bob Chargé", "participant"),
    }  # fmt: skip


def test_the_agents_of_a_territory_are_read_with_as_many_queries_whatever_their_number() -> None:
    found = []
    for rank in range(6):
        colleague(f"Agent{rank} Liste", territory="R53" if rank % 2 else "35")
        with CaptureQueriesContext(connection) as held:
            colleagues_of("35", at=MOMENT)
        found.append(len(held))
    assert len(set(found)) == 1


def test_files_are_found_by_the_day_and_the_channel_of_one_talk(as_: As) -> None:
    ada = colleague("Ada Liste")
    by = person(ada, MOMENT)
    for rank, (name, ago, channel) in enumerate(
        (("Ancien", 30, "phone"), ("Visité", 2, "visit"), ("Appelé", 1, "phone"))
    ):
        made = opened_file(ada, workplace(name))
        talk = Talk(MOMENT.date() - timedelta(days=ago), channel, "refuted")
        analyse(made, talk, form_token=token(400 + rank), by=by, at=MOMENT)
    client, since = as_(ada), (MOMENT - timedelta(days=5)).date().isoformat()

    def shown(**asked: str) -> set[str]:
        text = visible_text(client.get(reverse("followup:list"), asked).content.decode())
        return {name for name in ("Ancien", "Visité", "Appelé") if name in text}

    assert shown(echange=since) == {"Visité", "Appelé"}
    assert shown(echange=since, canal="phone") == {"Appelé"}
    assert shown(canal="visit") == {"Visité"}
    assert shown(echange="hier") == {"Ancien", "Visité", "Appelé"}  # what cannot be read does not filter
    sheet = list_sheet(by, list_parameters("mes", Filters(channel="phone", talked_from=since)), MOMENT)
    assert (sheet.count, dict(sheet.filters)["Canal de l’échange"]) == (1, "Téléphone")


def test_files_are_handed_over_by_what_each_colleague_has_in_hand(as_: As) -> None:
    ada, bob = colleague("Ada Liste"), colleague("Bob Codefi", "dgfip")
    far = colleague("Fred Loin", territory="59")
    opened_file(bob, workplace("Garage Morel"))
    opened_file(ada)
    page = reverse("followup:handover")

    text = visible_text(as_(ada).get(page).content.decode())
    assert "Menuiserie Durand" in text  # what the reader leads himself, at once
    assert "Bob Codefi · CODEFI, DGFIP · 1 accompagnement" in text
    assert "Fred" not in text
    assert "Ada Liste ·" not in text

    missing = as_(ada).post(page, {"giver": ada.email, "transition": "give"})
    assert missing.status_code == 422
    assert "Choisissez un agent, ou écrivez son adresse." in missing.content.decode()
    shown = as_(ada).post(page, {"giver": bob.email, "transition": "show"})
    assert shown.status_code == 200
    assert "Garage Morel" in visible_text(shown.content.decode())
    unknown = as_(ada).post(page, {"giver": ada.email, "who": "x@nulle.example", "transition": "give"})
    assert unknown.status_code == 422
    refused = as_(ada).post(page, {"giver": ada.email, "colleague": far.email, "transition": "give"})
    assert refused.status_code == 422
    done = as_(ada).post(page, {"giver": ada.email, "colleague": bob.email, "transition": "give"})
    assert done.status_code == 302
    assert Followup.objects.filter(members__user=bob, members__role="referent").count() == 2
