"""Invented values for the gallery and for the tests of the components: ordinary, long, empty, hostile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django import forms

from vigie.kernel.lifecycle import State, Transition
from vigie.kernel.siren import INVENTED_PREFIX, with_key
from vigie.ui.components import (
    ActButton,
    Cell,
    Chart,
    Column,
    Fact,
    Link,
    Series,
    Step,
    Tab,
    Table,
    ThreadMessage,
)
from vigie.ui.fields import CleanLineField, CleanTextField, EmailField, PersonNameField, PhoneField, SiretField
from vigie.ui.formats import exact, siret
from vigie.ui.forms import DsfrForm, FormTokenMixin, HoneypotMixin, NoteForm, sign_moment
from vigie.ui.pictograms import THEME_PICTOGRAMS
from vigie.ui.widgets import Choice, Combobox

HOSTILE = "<script>alert(1)</script> & \"guillemets\" {{ 7|add:'7' }}"
LONG_NAME = (
    "Société coopérative et participative des charpentes, menuiseries et escaliers du Haut-Vivarais et de la Cévenne"
)


def invented_siret(rank: int) -> str:
    """A valid SIRET that belongs to nobody."""
    siren = with_key(f"{INVENTED_PREFIX}{rank:06d}")
    return with_key(f"{siren}0001")


FIRMS = (
    ("Boulangerie Aux Trois Épis", invented_siret(1), "Aubenas (07200)"),
    ("Boulangerie du Viaduc", invented_siret(2), "Millau (12100)"),
    (LONG_NAME, invented_siret(3), "Saint-Martin-de-Valamas (07310)"),
    (HOSTILE, invented_siret(4), "Privas (07000)"),
)

STATES = (
    State("new", "À traiter", "new"),
    State("running", "Pris en charge", "info"),
    State("done", "Aide proposée", "success", final=True),
    State("late", "Sans réponse depuis 9 jours", "warning"),
    State("refused", "Refusé", "error", final=True),
)
TAKE = Transition("take_charge", ("new",), "running", "match.answer", "match.taken_in_charge", button="J’appelle")
DECLINE = Transition(
    "decline",
    ("new",),
    "refused",
    "match.answer",
    "match.declined",
    button="Ce n’est pas pour moi",
    requires=("reason",),
)


class SampleForm(HoneypotMixin, FormTokenMixin, DsfrForm):
    """One field of each kind."""

    name = PersonNameField(label="Prénom et nom")
    email = EmailField(label="Adresse électronique", help_text="Pour vous envoyer le suivi de votre demande.")
    phone = PhoneField(label="Téléphone", required=False)
    siret = SiretField(label="Numéro SIRET", help_text="14 chiffres, sur vos factures ou votre extrait Kbis.")
    company = CleanLineField(
        label="Nom de l’entreprise", required=False, widget=Combobox(source="/composants/", value_name="company_siret")
    )
    region = forms.ChoiceField(
        label="Région", choices=[("", "Choisissez"), ("84", "Auvergne-Rhône-Alpes"), ("76", "Occitanie")]
    )
    size = forms.ChoiceField(
        label="Effectif de l’entreprise",
        widget=forms.RadioSelect,
        choices=[
            ("0", "Aucun salarié"),
            ("1", Choice("1 à 9 salariés", "Apprentis compris.")),
            ("2", "10 salariés et plus"),
        ],
    )
    topics = forms.MultipleChoiceField(
        label="Vous souhaitez",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("recruit", "Recruter"), ("train", "Former")],
    )
    description = CleanTextField(
        label="Votre besoin",
        max_length=200,
        rows=4,
        help_text="Ce que vous voulez faire, pour quand, ce que vous avez déjà essayé.",
    )
    consent = forms.BooleanField(
        label="J’accepte d’être rappelé par un conseiller public",
        error_messages={"required": "Cochez cette case pour continuer."},
    )


class FilterForm(forms.Form):
    """Filters of a list."""

    q = forms.CharField(label="Texte", required=False)
    region = forms.ChoiceField(label="Région", required=False, choices=[("", "Toutes"), ("84", "Auvergne-Rhône-Alpes")])
    urgent = forms.BooleanField(label="Urgents seulement", required=False)


def wrong_form(at: datetime, token: str) -> SampleForm:
    """The form as it comes back with every answer wrong, and with the texts typed."""
    data = {
        "form_token": token,
        "filled_from": sign_moment(at - timedelta(minutes=2)),
        "email": "marie.petit",
        "phone": "12",
        "siret": "29000000000000",
        "region": "99",
        "description": HOSTILE + " " + "très long " * 30,
    }
    form = SampleForm(data, at=at, token=token, auto_id="refuse_%s")
    form.is_valid()
    return form


@dataclass(frozen=True)
class GalleryPage:
    """All that the gallery shows."""

    states: tuple[State, ...]
    themes: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]
    crumbs: tuple[Link, ...]
    tabs: tuple[Tab, ...]
    table: Table
    empty_table: Table
    facts: tuple[Fact, ...]
    story: tuple[Step, ...]
    thread: tuple[ThreadMessage, ...]
    charts: tuple[Chart, ...]
    buttons: tuple[ActButton, ...]
    moments: tuple[datetime, ...]
    siret: str
    exact: str


def page(at: datetime) -> GalleryPage:
    """The samples, made for the moment ``at``."""
    return GalleryPage(
        states=STATES,
        themes=tuple((slug, slug.replace("-", " ").capitalize()) for slug in THEME_PICTOGRAMS),
        steps=("Vos coordonnées", "Votre entreprise", "Votre besoin"),
        crumbs=(Link("Aide aux entreprises", "/aide-entreprise/accueil/"),),
        tabs=(
            Tab("À traiter", "?onglet=a-traiter", 12, current=True),
            Tab("En cours", "?onglet=en-cours", 3),
            Tab("Clôturés", "?onglet=clotures", 1204),
            Tab("Refusés", "?onglet=refuses", 0),
            Tab("Expirés", "?onglet=expires"),
        ),
        table=_table(at),
        empty_table=Table(
            "Besoins expirés", (Column("Entreprise", header=True),), (), empty="Aucun besoin n’a expiré."
        ),
        facts=_facts(),
        story=_story(at),
        thread=_thread(at),
        charts=_charts(),
        buttons=_buttons(),
        moments=(
            at - timedelta(seconds=20),
            at - timedelta(minutes=5),
            at - timedelta(hours=3),
            at - timedelta(days=1, hours=1),
            at - timedelta(days=4),
            at - timedelta(days=40),
            at + timedelta(hours=2),
        ),
        siret=siret(FIRMS[0][1]),
        exact=exact(at),
    )


def _table(at: datetime) -> Table:
    columns = (
        Column("Entreprise", sort="entreprise", header=True),
        Column("Commune"),
        Column("Effectif", sort="effectif", numeric=True),
        Column("État"),
        Column("Reçu", sort="recu"),
        Column("Téléphone"),
    )
    rows = tuple(
        (
            Cell(name, href=f"/besoins/{rank}/", hint="Recruter un apprenti pour la rentrée"),
            Cell(place),
            Cell(("3", "12", "1\u202f204", "inconnu")[rank]),
            Cell(state=STATES[rank]),
            Cell(at=at - timedelta(hours=5 + 40 * rank)),
            Cell(phone="0139981234"),
        )
        for rank, (name, _, place) in enumerate(FIRMS)
    )
    return Table("Besoins à traiter", columns, rows, sort="recu", keys=True)


def _facts() -> tuple[Fact, ...]:
    return (
        Fact("Effectif", "12 salariés", as_of=date(2026, 10, 31), source="Urssaf"),
        Fact("Activité", "Boulangerie et boulangerie-pâtisserie (10.71C)", source="Insee"),
        Fact("Téléphone", phone="0139981234"),
        Fact("Site", "trois-epis.example", href="https://trois-epis.example"),
        Fact("Comptes 2025", missing="non déposés", as_of=date(2026, 11, 1), source="Greffe"),
        Fact("Dette sociale", missing="verrouillé\u00a0: réservé aux agents de la zone"),
    )


def _story(at: datetime) -> tuple[Step, ...]:
    return (
        Step("Demande reçue", at - timedelta(days=9)),
        Step(
            "Transmise à deux organismes",
            at - timedelta(days=9, minutes=-12),
            "Agence pour l’emploi, chambre de métiers.",
        ),
        Step(
            "Prise en charge",
            at - timedelta(hours=3),
            "Une conseillère de la chambre de métiers vous appelle.",
            current=True,
        ),
        Step("Terminée", text="En général sous deux semaines."),
    )


def _thread(at: datetime) -> tuple[ThreadMessage, ...]:
    return (
        ThreadMessage(
            "Camille Durand",
            at - timedelta(days=2),
            "Je connais l’entreprise.\nJe l’appelle lundi.",
            "Chambre de métiers",
        ),
        ThreadMessage("Vigie", at - timedelta(days=1), "Camille Durand prend en charge", system=True),
        ThreadMessage("Moi", at - timedelta(hours=3), HOSTILE, "Agence pour l’emploi", mine=True),
    )


def _charts() -> tuple[Chart, ...]:
    months = ("août", "septembre", "octobre")
    return (
        Chart(
            "bar",
            "Besoins reçus par mois",
            "Les besoins reçus ont doublé en trois mois.",
            months,
            (Series("Besoins", (120, 180, 245)), Series("Dont urgents", (12, None, 30))),
            axis="Mois",
            source="Vigie",
            as_of=date(2026, 10, 31),
        ),
        Chart(
            "pie",
            "Besoins par thème",
            "Un besoin sur deux porte sur le recrutement.",
            ("Recruter", "Financer"),
            (Series("Part", (52, 48)),),
            unit="%",
        ),
    )


def _buttons() -> tuple[ActButton, ...]:
    url = "/composants/"
    refuse = Transition("refuse", ("new",), "refused", "x", "y", button="Refuser", requires=("reason",))
    return (
        ActButton.of(TAKE, url, token="x" * 32),
        ActButton.of(DECLINE, url, style="secondary", form=NoteForm(label="Pourquoi\u00a0?")),
        ActButton("Envoyer", url, name="send", style="secondary", confirm="3 experts recevront un courriel."),
        ActButton.of(refuse, url, style="tertiary", form=NoteForm({"note": ""})),
    )
