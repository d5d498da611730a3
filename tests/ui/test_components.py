"""Each tag draws its component in each of its states: structure, names for screen readers, escaping."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.paginator import Paginator

from tests.ui.drawn import Node, draw, get
from vigie.kernel.lifecycle import State, Transition
from vigie.ui import gallery_samples as samples
from vigie.ui.components import (
    ActButton,
    Cell,
    Chart,
    Column,
    Fact,
    Link,
    Mention,
    NavItem,
    Series,
    Step,
    Tab,
    Table,
    ThreadMessage,
)
from vigie.ui.forms import NoteForm

pytestmark = pytest.mark.usefixtures("strict_templates")


@pytest.mark.parametrize("badge", ["info", "success", "warning", "error", "new"])
def test_state_is_a_word_with_the_class_that_colours_it_and_draws_its_icon(badge: str) -> None:
    drawn = draw("{% state_badge state %}", state=State("x", "En cours", badge)).one("span")

    assert drawn.text == "En cours"
    assert f"fr-badge--{badge}" in drawn.classes


def test_small_state() -> None:
    assert "fr-badge--sm" in draw("{% state_badge state True %}", state=State("x", "Fait")).one("span").classes


def test_moment_is_relative_in_the_text_and_exact_on_hover(at: datetime) -> None:
    drawn = draw("{% ago moment now %}", moment=at - timedelta(hours=3), now=at).one("time")

    assert drawn.text == "il y a 3 h"
    assert drawn.attrs == {"datetime": "2026-03-18T07:30:00+01:00", "title": "18/03/2026 07:30"}


def test_moment_without_present_is_written_in_full(at: datetime) -> None:
    from django.template import Context, engines

    template = engines["django"].from_string("{% load vigie %}{% ago moment %}").template

    assert "18\u00a0mars 2026 à 10\u00a0h\u00a030" in template.render(Context({"moment": at}))


def test_inline_components_bring_no_space_of_their_own(at: datetime) -> None:
    drawn = draw(
        "<p>{% ago at at %}, {% state_badge state %}, {% phone_link '3949' %}.</p>", at=at, state=samples.STATES[0]
    )

    assert drawn.one("p").text == "à l’instant, À traiter, 3949."


def test_phone_can_be_pressed() -> None:
    link = draw("{% phone_link '01 39 98 12 34' True %}").one("a")

    assert link.attrs["href"] == "tel:+33139981234"
    assert "fr-btn--lg" in link.classes


def test_phone_that_is_no_number_is_a_text() -> None:
    drawn = draw("<p>{% phone_link 'inconnu' %}</p>")

    assert drawn.all("a") == []
    assert drawn.one("p").text == "inconnu"


def test_copy_button_waits_for_the_script() -> None:
    button = draw("{% copy '290 000 017' %}").one("button")

    assert "hidden" in button.attrs
    assert button.text == "Copier 290 000 017"


def test_icon_is_silent_unless_it_has_a_label() -> None:
    assert draw("{% icon 'fr-icon-time-line' %}").one("span").attrs["aria-hidden"] == "true"
    assert draw("<p>{% icon 'fr-icon-time-line' 'Depuis' %}</p>").one("p").text == "Depuis"


def test_pictogram_is_decorative_and_drawn_in_the_page() -> None:
    drawn = draw("{% pictogram 'recrutement-formation' %}").one("svg")

    assert drawn.attrs["aria-hidden"] == "true"
    assert drawn.all("use") == []
    assert drawn.all("path")


def test_tile_is_one_link() -> None:
    drawn = draw("{% tile 'Recruter' '/theme/' 'Une phrase' 'droit-du-travail' 'Détail' 2 %}")

    assert drawn.one("h2").one("a").attrs["href"] == "/theme/"
    assert drawn.one("p", "fr-tile__desc").text == "Une phrase"
    assert drawn.one("svg")


def test_tile_without_drawing_nor_text() -> None:
    drawn = draw("{% tile 'Recruter' '/theme/' %}")

    assert drawn.all("svg") == drawn.all("p") == []


@pytest.mark.parametrize(("current", "following"), [(1, "Étape suivante : Entreprise"), (2, None)])
def test_stepper_says_where_one_is_and_what_comes(current: int, following: str | None) -> None:
    drawn = draw("{% stepper steps current %}", steps=("Contact", "Entreprise"), current=current)

    assert drawn.one("h2").text == f"{('Contact', 'Entreprise')[current - 1]}Étape {current} sur 2"
    assert [p.text for p in drawn.all("p")] == ([following] if following else [])


@pytest.mark.parametrize("kind", ["info", "success", "warning", "error"])
def test_alert(kind: str) -> None:
    with_title = draw("{% alert kind 'Texte' 'Titre' 2 %}", kind=kind)
    small = draw("{% alert kind text %}", kind=kind, text=samples.HOSTILE)

    assert with_title.one("h2").text == "Titre"
    assert {"fr-alert--sm", f"fr-alert--{kind}"} <= small.one("div").classes
    assert small.all("script") == []


def test_callout_and_notice_with_and_without_link() -> None:
    assert draw("{% callout 'Texte' 'Titre' '/ou/' 'Aller' %}").one("a").attrs["href"] == "/ou/"
    assert draw("{% callout 'Texte' %}").all("a") == []
    notice = draw("{% notice 'Titre' 'Texte' 'warning' '/ou/' 'Aller' %}").one("section")
    assert notice.attrs["aria-label"] == "Titre"
    assert notice.one("a").text == "Aller"
    assert draw("{% notice 'Titre' %}").all("a") == []


def test_empty_state_says_what_to_do() -> None:
    drawn = draw("{% empty_state 'Rien ici' 'Revenez demain.' '/ou/' 'Voir le reste' 'system/information' %}")

    assert drawn.one("h2").text == "Rien ici"
    assert drawn.one("a").text == "Voir le reste"
    assert draw("{% empty_state 'Rien ici' %}").all("a") == []


def test_fact_bears_its_date_and_source() -> None:
    facts = (
        Fact("Effectif", "12 salariés", as_of=date(2026, 10, 31), source="Urssaf"),
        Fact("Comptes", missing="non déposés"),
        Fact("Téléphone", phone="0139981234"),
        Fact("Site", "exemple", href="https://trois-epis.example", source="Insee"),
        Fact("Âge"),
    )

    values = [dd.text for dd in draw("{% facts facts %}", facts=facts).all("dd")]

    assert values == [
        "12 salariés au 31 octobre 2026 · Urssaf",
        "non déposés",
        "01 39 98 12 34",
        "exemple Insee",
        "inconnu",
    ]


def test_mentions_tell_their_state_why_and_since_when(at: datetime) -> None:
    waits = State("waits", "En attente", "info")
    one = Mention("/besoins/3/", "<Boulangerie>", waits, at - timedelta(hours=5), "même personne")
    other = Mention("/besoins/4/", "Garage", waits, at)

    first, second = draw("{% mentions items %}", items=(one, other), now=at).all("li", "vg-panel")

    assert first.text == "<Boulangerie> En attente même personne · il y a 5 h"
    assert first.one("a").attrs["href"] == "/besoins/3/"
    assert second.text == "Garage En attente à l’instant"


def test_timeline_tells_what_is_done_from_what_comes(at: datetime) -> None:
    steps = (
        Step("Reçue", at - timedelta(hours=5)),
        Step("Prise en charge", at, "Mme Petit", current=True),
        Step("Terminée"),
    )

    items = draw("{% timeline steps %}", steps=steps, now=at).all("li")

    assert [item.text for item in items] == [
        "Reçue il y a 5 h",
        "Prise en charge à l’instant Mme Petit",
        "Terminée (à venir)",
    ]
    assert [item.attrs.get("aria-current") for item in items] == [None, "step", None]


def test_thread_shows_people_and_what_vigie_noted(at: datetime) -> None:
    messages = (
        ThreadMessage("Camille Durand", at, samples.HOSTILE, "Chambre de métiers"),
        ThreadMessage("Moi", at, "Ligne 1\nLigne 2", mine=True),
        ThreadMessage("Vigie", at, "Camille Durand prend en charge", system=True),
    )

    drawn = draw("{% thread messages %}", messages=messages, now=at)

    people, mine, noted = drawn.all("li")
    assert people.text.startswith("Camille Durand · Chambre de métiers · à l’instant")
    assert mine.text.startswith("Vous")
    assert len(mine.all("br")) == 1
    assert noted.text == "Camille Durand prend en charge · à l’instant"
    assert drawn.all("script") == []


def test_thread_without_message_says_so() -> None:
    assert draw("{% thread messages 'Écrivez le premier.' %}", messages=()).one("p").text == "Écrivez le premier."


# --- lists ----------------------------------------------------------------------------------------------------------
COLUMNS = (
    Column("Entreprise", sort="nom", header=True),
    Column("Effectif", sort="effectif", numeric=True),
    Column("Action", hidden=True),
)


def _table(at: datetime, sort: str = "nom") -> Table:
    rows = (
        (Cell("Aux Trois Épis", href="/besoins/1/", hint="Recruter"), "12", Cell(state=samples.STATES[0])),
        (Cell(samples.HOSTILE), Cell(at=at), Cell(phone="3949")),
    )
    return Table("Besoins à traiter", COLUMNS, rows, sort=sort)


def test_table_can_be_read_aloud(at: datetime) -> None:
    drawn = draw("{% table table %}", table=_table(at), now=at)

    assert drawn.one("caption").text == "Besoins à traiter"
    assert [th.attrs["scope"] for th in drawn.all("th")] == ["col", "col", "col", "row", "row"]
    assert drawn.all("th", scope="row")[0].one("a").attrs["href"] == "/besoins/1/"
    assert [td.attrs["data-vg-label"] for td in drawn.all("td")][:2] == ["Effectif", "Action"]
    assert drawn.all("script") == []


@pytest.mark.parametrize(
    ("sort", "aria", "href"),
    [
        ("nom", "ascending", "/besoins/?onglet=en-cours&tri=-nom"),
        ("-nom", "descending", "/besoins/?onglet=en-cours&tri=nom"),
        ("", None, "/besoins/?onglet=en-cours&tri=nom"),
    ],
)
def test_header_sorts_by_link_and_keeps_the_rest_of_the_address(
    at: datetime, sort: str, aria: str | None, href: str
) -> None:
    request = get("/besoins/?onglet=en-cours&page=4")

    head = draw("{% table table %}", request, table=_table(at, sort), now=at).all("th")[0]

    assert head.attrs.get("aria-sort") == aria
    assert head.one("a").attrs["href"] == href


def test_empty_table_is_a_sentence() -> None:
    drawn = draw("{% table table %}", table=Table("Besoins", COLUMNS, (), empty="Aucun besoin n’a expiré."))

    assert drawn.all("table") == []
    assert drawn.one("p").text == "Aucun besoin n’a expiré."


def test_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        draw("{% table table %}", table=Table("Besoins", COLUMNS, (("a", "b"),)))


def _pages(number: int, rows: int = 480, path: str = "/besoins/?q=a&page=7") -> Node:
    return draw("{% pagination page %}", get(path), page=Paginator(range(rows), 20).get_page(number))


def test_pagination_keeps_the_filters() -> None:
    drawn = _pages(7)

    assert drawn.one("a", aria_current="page").text == "7"
    assert drawn.one("a", "fr-pagination__link--next").attrs["href"] == "/besoins/?q=a&page=8"
    assert drawn.one("a", "fr-pagination__link--last").attrs["href"] == "/besoins/?q=a&page=24"
    assert len([item for item in drawn.all("li") if item.text == "…"]) == 2


@pytest.mark.parametrize(("number", "dead"), [(1, ("first", "prev")), (24, ("next", "last"))])
def test_pagination_at_its_ends(number: int, dead: tuple[str, str]) -> None:
    drawn = _pages(number)

    for name in dead:
        link = drawn.one("a", f"fr-pagination__link--{name}")
        assert "href" not in link.attrs
        assert link.attrs["aria-disabled"] == "true"


def test_one_page_needs_no_pagination() -> None:
    assert _pages(1, rows=20).all("nav") == []


def test_tabs_are_links_with_counts() -> None:
    items = (Tab("À traiter", "?onglet=a", 1204, current=True), Tab("Expirés", "?onglet=e"))

    drawn = draw("{% tabs items 'Mes besoins' %}", items=items)

    assert drawn.one("nav").attrs["aria-label"] == "Mes besoins"
    assert [(a.text, a.attrs.get("aria-current")) for a in drawn.all("a")] == [
        ("À traiter 1 204", "page"),
        ("Expirés", None),
    ]


def test_filters_in_use_can_be_taken_off_one_by_one() -> None:
    request = get("/besoins/?q=pain&region=84&urgent=on&onglet=en-cours&page=3")

    drawn = draw("{% filter_bar form '12 besoins' True %}", request, form=samples.FilterForm(request.GET))

    chips = {a.text: a.attrs["href"] for a in drawn.all("a", "fr-tag")}
    assert chips == {
        "Texte : pain (retirer ce filtre)": "/besoins/?region=84&urgent=on&onglet=en-cours",
        "Région : Auvergne-Rhône-Alpes (retirer ce filtre)": "/besoins/?q=pain&urgent=on&onglet=en-cours",
        "Urgents seulement : oui (retirer ce filtre)": "/besoins/?q=pain&region=84&onglet=en-cours",
    }
    assert drawn.one("a", "fr-link").attrs["href"] == "/besoins/"
    kept = [(field.attrs["name"], field.attrs["value"]) for field in drawn.all("input", type="hidden")]
    assert kept == [("onglet", "en-cours")]
    assert "open" in drawn.one("details").attrs


def test_filters_not_in_use_are_folded_and_have_no_cross() -> None:
    drawn = draw("{% filter_bar form %}", form=samples.FilterForm({}))

    assert drawn.all("a") == []
    assert "open" not in drawn.one("details").attrs
    assert "facultatif" not in drawn.one("form").text


def test_a_filter_that_cannot_be_applied_is_said_and_has_no_cross() -> None:
    request = get("/besoins/?q=pain&region=00")

    drawn = draw("{% filter_bar form '12 besoins' %}", request, form=samples.FilterForm(request.GET))

    assert [a.text for a in drawn.all("a", "fr-tag")] == ["Texte : pain (retirer ce filtre)"]
    assert "Filtre laissé de côté. « Région » :" in drawn.one("div", "fr-alert").text
    assert "open" in drawn.one("details").attrs


def test_search_is_a_plain_form() -> None:
    form = draw("{% search '/entreprises/' 'Chercher' 'q' valeur '/entreprises/proposer/' %}", valeur='pain "bis"').one(
        "form"
    )

    field = form.one("input")
    assert (form.attrs["action"], form.attrs["method"], field.attrs["value"]) == ("/entreprises/", "get", 'pain "bis"')
    assert form.one("label").attrs["for"] == field.attrs["id"]
    assert form.one("div").attrs["data-vg-combobox"] == "/entreprises/proposer/"


# --- buttons, charts, breadcrumb ------------------------------------------------------------------------------------
TAKE = Transition("take_charge", ("quo",), "taking_care", "match.answer", "match.taken", button="J’appelle")


def test_button_of_a_transition_is_a_form_with_its_token() -> None:
    form = draw("{% act button %}", button=ActButton.of(TAKE, "/besoins/1/agir/", token="t" * 20)).one("form")

    assert (form.attrs["method"], form.attrs["action"]) == ("post", "/besoins/1/agir/")
    hidden = {field.attrs["name"]: field.attrs["value"] for field in form.all("input", type="hidden")}
    assert hidden["transition"] == "take_charge"
    assert hidden["form_token"] == "t" * 20
    assert hidden["csrfmiddlewaretoken"]
    assert form.one("button").text == "J’appelle"


def test_button_with_a_consequence_says_it_before() -> None:
    button = ActButton.of(TAKE, "/agir/", confirm="3 experts recevront un courriel.")

    drawn = draw("{% act button %}", button=button).one("details")

    assert "open" not in drawn.attrs
    assert drawn.one("form").one("p").text == "3 experts recevront un courriel."


def test_button_that_asks_for_a_reason_comes_back_open_with_what_is_wrong() -> None:
    button = ActButton.of(TAKE, "/agir/", form=NoteForm({"note": " "}, label="Pourquoi"))

    drawn = draw("{% act button %}", button=button)

    assert "open" in drawn.one("details").attrs
    assert drawn.one("textarea").attrs["id"] == "take_charge_note"
    assert drawn.one("p", "fr-message--error").text == "Remplissez ce champ."


def test_buttons_side_by_side_and_none() -> None:
    assert (
        len(draw("{% acts buttons %}", buttons=samples.page(datetime(2026, 3, 18).astimezone()).buttons).all("form"))
        == 4
    )
    assert draw("{% acts buttons %}", buttons=()).children == []


CHART = Chart(
    "bar",
    "Besoins par mois",
    "Ils doublent.",
    ("août", "sept."),
    (Series("Besoins", (120, 180.5)), Series("Urgents", (None, 3))),
    unit="%",
    source="Vigie",
    as_of=date(2026, 10, 31),
)


@pytest.mark.parametrize("kind", ["bar", "line", "pie"])
def test_chart_stands_beside_its_table(kind: str) -> None:
    chart = Chart(kind, CHART.title, CHART.sentence, CHART.labels, CHART.series)

    drawn = draw("{% chart chart %}", chart=chart, shell=SimpleNamespace(charts=True))

    element = drawn.one(f"{kind}-chart")
    assert element.attrs["y"] == "[[120, 180.5], [null, 3]]"
    assert "open" not in drawn.one("details").attrs


def test_without_the_chart_library_the_table_is_open() -> None:
    drawn = draw("{% chart chart %}", chart=CHART, shell=SimpleNamespace(charts=False))

    assert drawn.all("bar-chart") == []
    assert "open" in drawn.one("details").attrs
    assert [td.text for td in drawn.all("td")] == ["120 %", "non connu", "180,5 %", "3 %"]
    assert [th.text for th in drawn.all("th", scope="row")] == ["août", "sept."]
    assert "au 31 octobre 2026 · Vigie" in drawn.one("section").text


def test_breadcrumb_ends_on_the_page() -> None:
    drawn = draw("{% breadcrumb links 'Recruter' %}", links=(Link("Thèmes", "/themes/"),))

    assert [a.attrs.get("href") for a in drawn.all("a")] == ["/", "/themes/", None]
    assert drawn.all("a")[-1].attrs["aria-current"] == "page"


def test_progress_has_a_label_and_figures() -> None:
    drawn = draw("{% progress 12 4000 'Besoins pris en charge' %}")

    assert drawn.one("label").one("progress").attrs == {"max": "4000", "value": "12"}
    assert drawn.one("span").text == "12 sur 4 000"


def test_the_menu_says_where_one_is_and_escapes_its_labels() -> None:
    held = (NavItem("Visites", "/visites/", current=True), NavItem("Manques", "/manques/?a=1&b=2", count=1234))
    items = (NavItem("<b>Suivi</b>", "/suivi/"), NavItem("Besoins", current=True, items=held))

    drawn = draw("<ul>{% menu items %}</ul>", items=items)

    assert [link.text for link in drawn.all("a")] == ["<b>Suivi</b>", "Visites", "Manques 1 234"]
    assert [link.attrs.get("aria-current", "") for link in drawn.all("a")] == ["", "page", ""]
    assert drawn.all("a")[2].attrs["href"] == "/manques/?a=1&b=2"
    button = drawn.one("button")
    assert (button.text, button.attrs["aria-current"]) == ("Besoins", "true")
    assert drawn.one("div", id=button.attrs["aria-controls"]).all("li")
    elsewhere = (NavItem("<b>Suivi</b>", "/suivi/", current=True),)
    assert draw("<ul>{% menu items %}</ul>", items=elsewhere).one("a").attrs["aria-current"] == "page"


def test_texts_with_their_hints_are_escaped_and_either_may_be_empty() -> None:
    drawn = draw(
        "<p>{% hinted lines %}</p>", lines=(("<b>Équipe</b>", "depuis le 2 mars"), ("", "Relance"), ("Seul", ""))
    )

    assert drawn.one("p").text == "<b>Équipe</b>depuis le 2 marsRelanceSeul"
    assert [hint.text for hint in drawn.all("span", "vg-hint")] == ["depuis le 2 mars", "Relance"]


def test_confirmation_is_announced() -> None:
    assert draw("{% confirmation 'Besoin pris en charge.' %}").one("p").attrs["role"] == "status"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ v|number }}", "12 345"),
        ("{{ v|euros }}", "12 345 €"),
        ("{{ nothing|euros }}", "inconnu"),
        ("{{ empty|phone }}", "inconnu"),
        ("{{ ratio|percent }}", "3,2 %"),
        ("{{ ratio|percent:0 }}", "3 %"),
        ("{{ day|day }}", "4 mars 2025"),
        ("{{ day|day_short }}", "04/03/2025"),
        ("{{ v|counted:'besoin,besoins' }}", "12 345 besoins"),
        ("{{ v|plural:'travail,travaux' }}", "travaux"),
        ("{{ siren|siren }}", "290 000 017"),
    ],
)
def test_formats_are_filters(source: str, shown: str) -> None:
    values: dict[str, Any] = {
        "v": 12345, "nothing": None, "empty": "", "ratio": 0.032, "day": date(2025, 3, 4), "siren": "290000017",
    }  # fmt: skip

    assert draw(f"<p>{source}</p>", **values).one("p").text == shown
