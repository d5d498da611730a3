"""The sheet in its pages: what each reader sees, what never leaves, what is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import end, visible_text
from tests.exports.factories import document_words
from tests.followup.factories import HERE, communes, opened_file
from tests.publication.factories import Firm, facts, siren, siret, table, tables
from tests.watchlists.correction_world import approved, member
from tests.watchlists.factories import ACIERIE, FIRMS, GARAGE, MENUISERIE, OPENED, agent, follow, opened
from vigie.accounts.models import User
from vigie.accounts.queries import person_for
from vigie.agents.models import Follow
from vigie.audit.queries.words import BLOCKS
from vigie.companies.models import Company, Establishment
from vigie.followup.actions.acts import Talk, analyse
from vigie.followup.actions.files import move_file
from vigie.followup.models import Workplace
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.publication.manifest import SourceFile
from vigie.publication.write import write
from vigie.rights.table import Role
from vigie.sheets.queries.export import sheet_document
from vigie.sheets.queries.panels import PANELS
from vigie.sheets.queries.sheet import sheet_page
from vigie.watchlists.actions import receive
from vigie.watchlists.models import Notice
from vigie.watchlists.models_corrections import Correction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
As = Callable[[User | None], Client]
LOCKED = "Verrouillé : suivez cette entreprise pour voir ces données."
NO_RIGHT = "Votre habilitation n’ouvre pas ces données."


def sheet(firm: Firm, name: str = "company") -> str:
    return reverse(f"sheets:{name}", args=[firm.siren])


def read(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return visible_text(answer.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def place(number: int, nic: int = 1, **values: Any) -> Establishment:
    """An establishment of an invented firm that is known already."""
    return Establishment.objects.create(
        siret=siret(number, nic), company_id=siren(number), source="sirene", seen_at=OPENED,
        **({"is_head_office": nic == 1, "commune_name": "Rennes", "postal_code": "35000"} | values),
    )  # fmt: skip


# --- what is open


def test_alert_of_the_territory_is_explained(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1")
    opened(folders)

    text = read(as_(agent()), sheet(MENUISERIE))

    for said in (
        "Menuiserie Durand",
        "données arrêtées au 31 mai 2026",
        "Risque fort",
        "risque élevé",
        "Vérifiez aussi la dette des établissements fermés",
        "Dette salariale Urssaf de 4300 € depuis 5 mois",
        "Ce qui rassure",
        "Ce qui ferait baisser l’alerte",
        "42,0 % de risque de procédure collective dans les 18 mois",
        "8,4 fois le risque moyen",
        "Redressement : Dette ancienne en baisse",
        "Avant redressement",
        "Liste de mai 2026 : risque fort",
        "Dette sociale : pèse plus",
        "Aucun fait connu pour : Emploi",
        "La dette sociale est de 5 300 €, dont 4 300 € de part salariale.",
        "L’entreprise compte 32 salariés, comme un an plus tôt.",
        "Modèle 2026-06-ebm-a",
        "Seuils de cette liste",
        "In bonis : aucune procédure connue",
        "Historique des alertes",
    ):
        assert said in text, said
    assert "Verrouillé" not in text


def test_the_reasons_in_words_come_before_their_drawing_and_the_head_count_with_the_identity(
    folders: Path, as_: As
) -> None:
    """On a telephone the sentences stood four screens below the name, under the bars."""
    opened(folders)

    text = read(as_(agent()), sheet(MENUISERIE))

    assert text.index("Ce qui fait monter le risque") < text.index("Ce qui fait le risque, thème par thème")
    assert text.index("Effectif 32 salariés") < text.index("Pourquoi")


def test_waterfall_ends_at_the_log_odds_of_the_score(folders: Path, as_: As) -> None:
    opened(folders)

    text = read(as_(agent()), sheet(MENUISERIE))

    # logit(0.42) = -0.3228; the base is -3, and each step starts where the one before ended.
    line = text[text.index("Total total") :]
    assert line.startswith("Total total −0,32 −0,32")
    assert "Risque moyen du secteur et de la taille départ −3,00 −3,00" in text


def test_firm_scored_without_alert_is_said_not_detected(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1", [*FIRMS[:2], Firm(3, "Garage Morel", "moderate", 0.12), *FIRMS[3:]])
    opened(folders)

    text = read(as_(agent()), sheet(GARAGE))

    assert "non détectée : risque faible de procédure collective à 18 mois" in text
    assert "Liste de mai 2026 : risque modéré" in text
    assert "Ce qui ferait baisser" not in text


def test_firm_outside_the_perimeter_says_which_rule(folders: Path, as_: As) -> None:
    opened(folders)
    Company.objects.create(siren=siren(900_001), name="Petit Atelier", source="sirene", seen_at=OPENED)
    user = agent()
    follow(user, siren(900_001), datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2099, 1, 1, tzinfo=UTC))

    text = read(as_(user), reverse("sheets:company", args=[siren(900_001)]))

    assert "Hors périmètre à la date de la liste de juin 2026" in text
    assert "Règle du périmètre : moins de dix salariés (3 salariés en mai 2026)" in text


def test_failed_firm_is_said_so_without_waterfall(folders: Path, as_: As) -> None:
    whole = tables(FIRMS)
    decision = {"siren": MENUISERIE.siren, "effective_on": date(2026, 5, 4), "kind": "liquidation",
                "stage": "ouverture", "label": "Liquidation"}  # fmt: skip
    whole["dossier_proceedings"] = table("dossier_proceedings", [decision])
    receive(write(folders, "2026-06.1", whole, facts("2026-06"), card="# Carte\n"), at=OPENED)

    text = read(as_(agent()), sheet(MENUISERIE))

    assert "défaillante ou fermée : liquidation judiciaire" in text
    assert "Risque moyen du secteur" not in text
    assert "Liquidation judiciaire 4 mai 2026" in text


def axes(reader: User, siren: str) -> dict[str, tuple[str, ...]]:
    """Code of a block → the months of its charts."""
    company = Company.objects.get(pk=siren)
    page = sheet_page(person_for(reader, now()), company, now())
    monthly = {"workforce", "short_time_work", "debts"}
    return {block.code: chart.labels for block in page.blocks if block.code in monthly for chart in block.charts}


def test_every_monthly_chart_has_the_same_months(folders: Path) -> None:
    """Each ended at the last month of its own source: two charts one under the other could not be compared."""
    later = {"debit": date(2026, 9, 20), "effectif_ent": date(2026, 7, 31), "apdemande": date(2026, 4, 30)}
    sources = tuple(SourceFile(code, code, f"{code}.csv", "0" * 64, until) for code, until in later.items())
    receive(write(folders, "2026-06.1", tables(FIRMS), facts("2026-06", sources=sources), card="# Carte\n"), at=OPENED)

    whole, level_b = axes(agent(), MENUISERIE.siren), axes(agent(Role.LEVEL_B), MENUISERIE.siren)

    assert set(whole) == {"workforce", "short_time_work", "debts"}
    assert {(months[0], months[-1]) for months in whole.values()} == {("Septembre 2024", "Septembre 2026")}
    # The debts that he does not hold are not looked at: his axis ends with what he reads.
    assert {(months[0], months[-1]) for months in level_b.values()} == {("Juillet 2024", "Juillet 2026")}


def test_file_that_cannot_be_read_moves_no_axis(folders: Path) -> None:
    opened(folders)
    (folders / "2026-06.1" / "dossier_workforce.parquet").write_bytes(b"nothing to read here")

    assert {months[-1] for months in axes(agent(), MENUISERIE.siren).values()} == {"Juin 2026"}


# --- what is locked


def test_identity_is_open_and_the_rest_is_locked_out_of_the_territory(folders: Path, as_: As) -> None:
    opened(folders)

    html = as_(agent(territory="59")).get(sheet(MENUISERIE)).content.decode()
    text = visible_text(html).replace("\u00a0", " ")

    assert "Menuiserie Durand" in text
    assert "32 salariés" in text
    assert text.count(LOCKED) == 4  # detection, history, short-time work, debts
    for kept_back in ("Risque", "4300", "4 300", "strong", "Dette salariale", "ETP", "8,4"):
        assert kept_back not in html.replace("\u202f", " "), kept_back


def test_locked_tables_are_not_even_opened(folders: Path, as_: As) -> None:
    opened(folders)
    for name in ("entries", "contributions", "dossier_debts", "dossier_short_time_work", "dossier_payment_plans"):
        (folders / "2026-06.1" / f"{name}.parquet").write_bytes(b"nothing to read here")

    text = read(as_(agent(territory="59")), sheet(MENUISERIE))

    assert text.count(LOCKED) == 4
    assert "ne peut pas être montré" not in text
    assert not Notice.objects.exists()


def test_firm_never_in_alert_is_locked_in_its_own_territory(folders: Path, as_: As) -> None:
    opened(folders)

    html = as_(agent(territory="FR")).get(sheet(GARAGE)).content.decode()

    for kept_back in ("4300", "4 300", "2,0", "Pas d’alerte", "Risque faible", "procédure collective dans les"):
        assert kept_back not in html.replace("\u202f", " ")
    assert "Verrouillé" in html


def test_level_b_is_told_that_his_habilitation_does_not_open_urssaf(folders: Path, as_: As) -> None:
    opened(folders)

    text = read(as_(agent(Role.LEVEL_B, "FR")), sheet(MENUISERIE))

    debts = text[text.index("Urssaf " + NO_RIGHT) :][:90]
    assert "Suivre" not in debts  # a missing right is not opened by following
    assert LOCKED not in text
    assert "équivalents temps plein" in text


def test_unknown_numbers_do_not_exist(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())

    numbers = (siren(77), "12", "x" * 200, MENUISERIE.siren[:-1] + "0")
    pages = [client.get(reverse("sheets:company", args=[one])) for one in numbers]
    pages += [client.get(reverse("sheets:establishment", args=[one])) for one in (siret(1), siret(77), "12")]

    assert {page.status_code for page in pages} == {404}
    assert AuditEvent.objects.filter(result="denied").count() == 7


# --- establishments


def test_establishments_come_ten_at_a_time_the_head_office_first(folders: Path, as_: As) -> None:
    opened(folders)
    for nic in range(1, 14):
        place(1, nic, is_active=nic != 13, closed_on=date(2024, 5, 2) if nic == 13 else None)
    client = as_(agent())

    text = read(client, sheet(MENUISERIE))

    assert "13 établissements, dont 12 actifs." in text
    assert "Siège" in text
    assert "Dette sociale Oui" in text or "Oui" in text
    assert "Fermé le 2 mai 2024" in read(client, sheet(MENUISERIE) + "?page=2")


def test_debt_column_is_only_for_who_reads_urssaf(folders: Path, as_: As) -> None:
    opened(folders)
    place(1)

    assert "Dette sociale" in read(as_(agent()), sheet(MENUISERIE)).split("Établissements", 2)[2]
    assert "Dette sociale Oui" not in read(as_(agent(Role.LEVEL_B, "FR")), sheet(MENUISERIE))


def test_establishment_has_its_own_sheet(folders: Path, as_: As) -> None:
    opened(folders)
    place(1, closed_on=None)

    text = read(as_(agent()), reverse("sheets:establishment", args=[siret(1)]))

    assert "Établissement de Menuiserie Durand" in text
    assert "L’établissement compte 32 salariés" in text
    assert "Voir la fiche de l’entreprise" in text
    assert "Risque fort" not in text


# --- faults


def test_block_whose_file_is_missing_fails_alone_and_operators_are_told_once(folders: Path, as_: As) -> None:
    opened(folders)
    (folders / "2026-06.1" / "dossier_debts.parquet").unlink()
    (folders / "2026-06.1" / "dossier_workforce.parquet").write_bytes(b"changed since")
    client = as_(agent())

    read(client, sheet(MENUISERIE))
    text = read(client, sheet(MENUISERIE))

    assert text.count("Ce bloc ne peut pas être montré") == 2
    assert "Risque fort" in text
    assert "équivalents temps plein" in text
    assert Notice.objects.filter(key__startswith="unreadable:").count() == 2


def test_operators_are_told_in_french_which_file_of_which_list_is_wrong(folders: Path, as_: As) -> None:
    opened(folders)
    (folders / "2026-06.1" / "dossier_debts.parquet").unlink()
    (folders / "2026-06.1" / "dossier_workforce.parquet").write_bytes(b"changed since")
    remedy = (
        "Que faire : remettez le fichier tel qu’il a été reçu (les fiches le relisent aussitôt), ou publiez une "
        "correction, qui porte un nouveau numéro."
    )

    read(as_(agent()), sheet(MENUISERIE))

    told = {tuple(line.replace("\u00a0", " ") for line in one.lines) for one in Notice.objects.all()}
    assert told == {
        ("Bloc : Urssaf", "Fichier : dossier_debts.parquet", "Publication : 2026-06.1",
         "Constat : le fichier manque.", remedy),
        ("Bloc : Effectif", "Fichier : dossier_workforce.parquet", "Publication : 2026-06.1",
         "Constat : le fichier n’est plus celui qu’annonce le manifeste : son empreinte SHA-256 a changé.", remedy),
    }  # fmt: skip


def test_page_of_the_talk_tells_operators_too(folders: Path, as_: As) -> None:
    opened(folders)
    (folders / "2026-06.1" / "contributions.parquet").unlink()

    for name in ("talk", "company"):
        read(as_(agent()), sheet(MENUISERIE, name))

    assert Notice.objects.get().lines[:2] == ["Bloc\u00a0: Détection", "Fichier\u00a0: contributions.parquet"]


def test_file_put_back_is_read_again_at_once(folders: Path, as_: As) -> None:
    """As the operators are told."""
    opened(folders)
    path = folders / "2026-06.1" / "dossier_debts.parquet"
    path.rename(folders / "aside")
    client = as_(agent())
    assert "Ce bloc ne peut pas être montré" in read(client, sheet(MENUISERIE))

    (folders / "aside").rename(path)

    assert "Ce bloc ne peut pas être montré" not in read(client, sheet(MENUISERIE))


def test_the_timeline_says_what_it_could_not_read(folders: Path, as_: As) -> None:
    opened(folders)
    (folders / "2026-06.1" / "dossier_short_time_work.parquet").unlink()

    text = read(as_(agent()), sheet(MENUISERIE))

    assert "Incomplète : un fichier manque ou n’est plus celui qui a été reçu (activité partielle)." in text


def test_source_that_was_not_delivered_has_no_block(folders: Path, as_: As) -> None:
    whole = tables(FIRMS)
    for name in ("dossier_short_time_work", "dossier_accounts", "dossier_proceedings"):
        del whole[name]
    receive(write(folders, "2026-06.1", whole, facts("2026-06"), card="# Carte\n"), at=OPENED)

    text = read(as_(agent()), sheet(MENUISERIE))

    assert "Activité partielle Suivre" not in text
    assert "équivalents temps plein" not in text
    assert "Comptes et ratios" not in text
    assert "Statut inconnu : la source n’est pas disponible." in text
    assert "In bonis" not in text


def test_sheet_stands_without_any_list(as_: As) -> None:
    Company.objects.create(siren=siren(5), name="Sans liste", source="sirene", seen_at=OPENED)

    text = read(as_(agent()), reverse("sheets:company", args=[siren(5)]))

    assert "Sans liste" in text
    assert "Statut inconnu" in text


# --- the audit


def test_one_row_for_the_sheet_and_one_for_each_confidential_block(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent())

    client.get(sheet(MENUISERIE))
    client.get(sheet(ACIERIE))

    rows = [
        (r.action, r.object_id, r.details.get("block", ""), r.unlocked_by) for r in AuditEvent.objects.order_by("pk")
    ]
    assert rows == [
        ("view_company", MENUISERIE.siren, "", ""),
        ("view_block", MENUISERIE.siren, "detection", "alert"),
        ("view_block", MENUISERIE.siren, "history", "alert"),
        ("view_block", MENUISERIE.siren, "short_time_work", "alert"),
        ("view_block", MENUISERIE.siren, "debts", "alert"),
        ("view_company", ACIERIE.siren, "", ""),
    ]


# --- following


def test_unlock_asks_a_motive_and_opens(folders: Path, as_: As) -> None:
    opened(folders)
    client = as_(agent(territory="59"))
    url = sheet(MENUISERIE, "follow")

    assert "Choisissez un motif" in client.post(url, {"transition": "follow"}).content.decode()
    short = {"transition": "follow", "motive": "autre", "comment": "dossier"}
    assert "10 caractères au moins" in client.post(url, short).content.decode()
    assert not Follow.objects.exists()
    assert client.post(url, {**short, "comment": "étude du tissu local"}).status_code == 302
    assert "Risque fort" in read(client, sheet(MENUISERIE))
    assert "Votre suivi court jusqu’au" in read(client, sheet(MENUISERIE))


def test_follow_is_renewed_in_one_press_and_ends_with_a_reason(folders: Path, as_: As) -> None:
    opened(folders)
    user = agent(territory="59")
    client, url = as_(user), sheet(MENUISERIE, "follow")
    client.post(url, {"transition": "follow", "motive": "source_externe"})
    before = Follow.objects.get().until

    assert client.post(url, {"transition": "renew"}).status_code == 302
    assert Follow.objects.get().until > before
    assert "Choisissez une réponse" in client.post(url, {"transition": "unfollow"}).content.decode()
    assert client.post(url, {"transition": "unfollow", "ending": "aucune_action"}).status_code == 302
    assert LOCKED in read(client, sheet(MENUISERIE))
    assert client.post(url, {"transition": "other"}).status_code == 404


def test_why_page_tells_the_three_facts_and_never_the_alert_when_locked(folders: Path, as_: As) -> None:
    opened(folders)

    inside = read(as_(agent()), sheet(MENUISERIE, "why"))
    outside = read(as_(agent(territory="59")), sheet(MENUISERIE, "why"))

    assert "Vous voyez ses données parce qu’elle est sur votre territoire" in inside
    assert "Est ou a été en alerte dans une liste publiée Oui" in inside
    assert "ne peut pas vous être dit" in outside
    assert "Suivre cette entreprise" in outside


# --- preparing the talk


def test_what_is_said_to_the_firm_reveals_neither_score_nor_list(folders: Path, as_: As) -> None:
    opened(folders)

    text = read(as_(agent()), sheet(MENUISERIE, "talk"))

    said = text[text.index("Préparer l’échange avec") :].lower()  # the whole page may lie on a desk
    assert "échéances sociales" in said
    for word in ("liste", "risque", "score", "alerte", "détect", "4300", "4 300", "défaillan", "%"):
        assert word not in said.split("besoin d’aide")[0], word


# --- cost


def test_an_expert_correction_names_the_kind_of_its_author_and_its_day(folders: Path, as_: As) -> None:
    opened(folders)
    row = approved(member(full_name="Paul Correct"), OPENED)
    Correction.objects.filter(pk=row.pk).update(code="dette_ancienne", version=2)

    text = visible_text(as_(agent()).get(sheet(MENUISERIE)).content.decode())

    assert "Équipe du service" in text
    assert "Avant et après chaque redressement" in text
    assert "Paul Correct" not in text


def test_sheet_asks_as_many_queries_whatever_the_rows(folders: Path, as_: As) -> None:
    opened(folders)
    communes()
    reader = agent(territory="35")
    client, counts = as_(reader), []
    made = opened_file(reader, Workplace.objects.get(pk=place(1, 1, commune_code=HERE).pk), at=OPENED)
    talk = Talk(OPENED.date(), "phone", "confirmed", "treasury", "prevention")
    for nics in ((1, 2), range(2, 60)):
        analyse(made, talk, form_token=f"jeton-de-la-fiche-{len(counts)}", by=person_for(reader, OPENED), at=OPENED)
        for nic in nics:
            if not Establishment.objects.filter(siret=siret(1, nic)).exists():
                place(1, nic)
        client.get(sheet(MENUISERIE))
        with CaptureQueriesContext(connection) as seen:
            client.get(sheet(MENUISERIE))
        counts.append(len(seen))

    assert counts[0] == counts[1]
    assert counts[0] <= 20


def test_charts_are_drawn_and_their_tables_closed_when_the_browser_can(
    folders: Path, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folders)
    monkeypatch.setattr("vigie.ui.context.charts_available", lambda: True)

    html = as_(agent()).get(sheet(MENUISERIE)).content.decode()

    assert "<line-chart" in html
    assert '<details class="vg-details" open>' not in html


def test_a_sheet_leaves_as_it_is_read_and_each_block_is_written_down(folders: Path, as_: As) -> None:
    opened(folders)
    reader, blind = agent(), agent(territory="59")

    own = document_words(sheet_document(person_for(reader, OPENED), {"siren": MENUISERIE.siren}, OPENED))
    locked = document_words(sheet_document(person_for(blind, OPENED), {"siren": MENUISERIE.siren}, OPENED))
    answer = as_(reader).post(sheet(MENUISERIE, "export_company"), {"format": "docx"})
    assert b"".join(answer).startswith(b"PK")  # type: ignore[arg-type]
    end(answer)

    assert "Cotisations appelées" in own
    assert "Source : " in own
    assert LOCKED in locked
    for secret in ("Cotisations appelées", "Ce qui fait le risque", "log-odds"):
        assert secret not in locked
    blocks = AuditEvent.objects.filter(action="view_block", actor_id=reader.pk)
    assert {row.details["block"] for row in blocks} >= {"detection", "debts"}
    assert AuditEvent.objects.filter(action="export", details__about=MENUISERIE.siren).exists()


def test_the_audit_has_a_word_for_each_panel_that_it_notes() -> None:
    assert {panel.code for panel in PANELS if panel.category is not None} <= set(BLOCKS)


def test_talks_and_needs_of_files_are_told_to_who_reads_them_only(folders: Path, as_: As) -> None:
    opened(folders)
    communes()
    reader = agent(territory="35")
    made = opened_file(reader, Workplace.objects.get(pk=place(1, commune_code=HERE).pk), at=OPENED)
    talk = Talk(OPENED.date(), "phone", "confirmed", "treasury", "prevention")
    analyse(made, talk, form_token="jeton-de-la-fiche-1", by=person_for(reader, OPENED), at=OPENED)

    inside, outside = read(as_(reader), sheet(MENUISERIE)), read(as_(agent(territory="59")), sheet(MENUISERIE))
    before = read(as_(reader), sheet(MENUISERIE, "talk"))

    for told in ("Accompagnement ouvert", "Téléphone : difficulté confirmée"):
        assert told in inside
        assert told not in outside
    assert "téléphone" in before  # the last talk, among the earlier contacts
    assert "téléphone" not in read(as_(agent(territory="59")), sheet(MENUISERIE, "talk"))


def header(client: Client, url: str) -> str:
    """The badges beside the number of the firm."""
    text = client.get(url).content.decode()
    start = text.index("vg-sheet__number")
    return visible_text(text[start : text.index("</p>", start)])


def test_the_header_says_first_what_an_agent_must_know(folders: Path, as_: As) -> None:
    opened(folders, "2026-05.1", [Firm(1, MENUISERIE.name, "moderate", 0.12), *FIRMS[1:]])
    opened(folders)
    communes()
    reader, follower = agent(), agent(territory="59")
    follow(follower, MENUISERIE.siren, now())

    before = header(as_(reader), sheet(MENUISERIE))
    made = opened_file(reader, Workplace.objects.get(pk=place(1, commune_code=HERE).pk), at=now())
    mine, colleague = header(as_(reader), sheet(MENUISERIE)), header(as_(agent()), sheet(MENUISERIE))

    assert "Risque fort" in before
    assert "Accompagnement" not in before
    for text in (mine, colleague, header(as_(agent()), reverse("sheets:establishment", args=[siret(1)]))):
        assert "Accompagnement en cours" in text
    # Out of the territory: who follows reads the alert, and never learns that a file exists; the others read nothing.
    assert "Risque fort" in header(as_(follower), sheet(MENUISERIE))
    assert "Accompagnement" not in header(as_(follower), sheet(MENUISERIE))
    stranger = header(as_(agent(territory="59")), sheet(MENUISERIE))
    assert "Risque" not in stranger
    assert "Accompagnement" not in stranger
    move_file(made, "start_surveillance", by=person_for(reader, now()), at=now())
    watched = header(as_(reader), sheet(MENUISERIE))
    assert "Accompagnement sous surveillance" in watched
    assert "Accompagnement en cours" not in watched
    move_file(made, "complete", by=person_for(reader, now()), at=now())
    assert "Accompagnement" not in header(as_(reader), sheet(MENUISERIE))


def test_the_header_tells_who_follows_apart_from_who_takes_part_in_a_file(folders: Path, as_: As) -> None:
    opened(folders)
    communes()
    reader = agent()
    made = opened_file(reader, Workplace.objects.get(pk=place(1, commune_code=HERE).pk), at=now())

    by_file = as_(reader).get(sheet(MENUISERIE)).content.decode()
    badges = header(as_(reader), sheet(MENUISERIE))
    follow(reader, MENUISERIE.siren, now())
    both, both_badges = as_(reader).get(sheet(MENUISERIE)).content.decode(), header(as_(reader), sheet(MENUISERIE))
    Follow.objects.filter(origin=Follow.Origin.PERSONAL).delete()
    move_file(made, "complete", by=person_for(reader, now()), at=now())
    grace = header(as_(reader), sheet(MENUISERIE))

    assert "Accompagnée par vous" in badges
    assert "Suivie par vous" not in badges
    assert ">Suivre</a>" in by_file
    assert "Suivie par vous" in both_badges
    assert "Accompagnée par vous" not in both_badges
    assert ">Mon suivi</a>" in both
    assert "par vous" not in grace  # the days of grace of a file that ended are neither


def test_the_header_of_an_establishment_tells_no_level_that_its_blocks_do_not_show(folders: Path, as_: As) -> None:
    opened(folders)
    place(1)

    assert "Risque" not in header(as_(agent()), reverse("sheets:establishment", args=[siret(1)]))
