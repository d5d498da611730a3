"""The words that files offer, as the service starts with them; an administrator archives or adds some later."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify

from vigie.followup.models import Term
from vigie.followup.rules import REDIRECT_ACTION

SEEDS: dict[str, tuple[str, ...]] = {
    Term.Kind.DIFFICULTY: (
        "Baisse d’activité", "Faiblesses stratégiques", "Faiblesses productives", "Problèmes de financement",
        "Difficultés liées à l’approvisionnement", "Choc exogène", "Choc conjoncturel",
        "Contentieux avec des partenaires", "Difficultés d’emploi, RH et GPEC", "Difficultés de recrutement",
        "Problématiques de transmission ou gouvernance", "Mutations économiques", "Mutations sociales",
        "Mutations technologiques", "Difficultés d’accès aux dispositifs publics", "Dette fiscale", "Dette sociale",
        "Contentieux",
    ),
    Term.Kind.ACTION: (
        "Soutien financier public", "Échanges avec les créanciers", "Médiation avec les partenaires",
        "Appui à une politique d’emploi", "Prise en charge judiciaire", "Recherche et suivi de repreneur",
        "Repositionnements et restructurations", "Appui à l’installation et gestion immobilière",
        "Soutien à la croissance et filière", "Coaching, soutien psychologique",
        "Diagnostic de situation ou de besoins", "Mise en relation avec des acteurs du territoire",
        "Échange et suivi de la démarche Transitions Collectives", "Mobilisation d’un ou plusieurs dispositifs publics",
        "Mobilisation des services internes", "Mobilisation d’outils externes",
    ),
    Term.Kind.REDIRECT: (
        "CCI, CMA ou chambre d’agriculture", "Médiation du crédit", "Médiation des entreprises",
        "Commissaire aux restructurations et à la prévention", "Tribunal de commerce", "Conseil régional",
    ),
    Term.Kind.SECTOR: (
        "Aéronautique", "Agroalimentaire", "Automobile", "Bois", "Chimie", "Construction", "Déchets", "Défense", "Eau",
        "Électronique", "Ferroviaire", "Hôtel et restauration", "Métallurgie", "Mode", "Naval", "Nucléaire",
        "Numérique", "Papeterie", "Santé", "Textile", "Tourisme", "Autres",
    ),
    Term.Kind.SERVICE: (
        "Urssaf", "DGFiP", "DREETS", "DDETS", "Banque de France", "CCI", "CMA", "Conseil régional", "Bpifrance",
        "Préfecture", "Tribunal de commerce",
    ),
    Term.Kind.LABEL: ("AR-PB", "CIRI", "Alerte MRE", "Alerte DIRE"),
    Term.Kind.SIZE: ("TPE", "PME", "ETI", "GE"),
}  # fmt: skip


@transaction.atomic
def load_followup_terms() -> int:
    """Adds the words of the service that are missing, and says how many. Those already there are left as they are."""
    known = set(Term.objects.values_list("kind", "code"))
    rows = [
        Term(kind=kind, code=code_of(label), label=label, position=rank, is_system=kind == Term.Kind.LABEL)
        for kind, labels in SEEDS.items()
        for rank, label in enumerate(labels, start=1)
    ]
    rows.append(
        Term(
            kind=Term.Kind.ACTION,
            code=REDIRECT_ACTION,
            label="Réorientation externe au CODEFI",
            position=len(SEEDS[Term.Kind.ACTION]) + 1,
            is_system=True,
        )
    )
    missing = [row for row in rows if (row.kind, row.code) not in known]
    Term.objects.bulk_create(missing)
    return len(missing)


def code_of(label: str) -> str:
    """« Difficultés d’emploi » → « difficultes-d-emploi »"""
    return slugify(label.replace("’", " "))[:80]
