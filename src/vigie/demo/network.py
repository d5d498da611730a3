"""The bodies of the invented network: what each answers, where it has offices, and its rules. Pure data.

Kinds of bodies exist in France; their offices, people and addresses here do not. Coverage is deliberately uneven: some
subjects are answered everywhere, some only in a few départements, so that holes can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CRAFT = ("ARTISANALE", "ARTISANALE_REGLEMENTEE", "INDEPENDANTE", "GESTION_DE_BIENS")
TRADE = ("COMMERCIALE", "AGENT_COMMERCIAL", "INDEPENDANTE", "GESTION_DE_BIENS")
LIBERAL = ("LIBERALE_REGLEMENTEE", "LIBERALE_NON_REGLEMENTEE", "INDEPENDANTE", "GESTION_DE_BIENS")


@dataclass(frozen=True)
class FilterSeed:
    """A filter of an institution. subjects: empty for all."""

    subjects: tuple[str, ...] = ()
    min_years: int | None = None
    max_years: int | None = None
    min_workforce: int | None = None
    max_workforce: int | None = None
    accepted_naf: tuple[str, ...] = ()
    excluded_naf: tuple[str, ...] = ()
    excluded_legal_forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class BodySeed:
    """An institution and its network.

    offices: at which level it has one office each: region, departement, area (of employment), epci (the largest of
    each département). share: part of those places that really have one.
    """

    slug: str
    name: str
    short_name: str
    subjects: tuple[str, ...]
    offices: str
    share: float = 1.0
    with_national: bool = False
    opco: bool = False
    natures: tuple[str, ...] = ()
    craft_code: bool = False
    one_team: bool = False
    booking: bool = False
    opco_regions: tuple[str, ...] = ()
    filters: tuple[FilterSeed, ...] = ()
    # Groupings of expected answers: each is a set of (question key, value), one of which must agree whole.
    groupings: tuple[tuple[tuple[str, str], ...], ...] = field(default=())


DIFFICULTY = ("tresorerie", "diagnostic")
ECOLOGY = ("demarche-ecologie", "energie", "eau", "dechets", "transport-mobilite", "bilan-rse")
DIGITAL = ("vendre-sur-internet", "visibilite-sur-internet", "proteger-vos-donnees")
SAFETY = ("obligations-sante-securite", "former-risques-professionnels", "qualite-de-vie-au-travail")
GROWTH = ("clients", "strategie", "nouvelle-offre-produit-service")
HANDOVER = ("vendre-entreprise", "reprendre-entreprise")

BODIES = (
    BodySeed(
        "cci",
        "Chambre de commerce et d’industrie",
        "CCI",
        (
            *GROWTH,
            "international",
            *DIGITAL,
            "demarche-ecologie",
            "energie",
            *HANDOVER,
            "diagnostic",
            "projet-immobilier",
            "formalites-entreprise-statut",
        ),
        "departement",
        natures=TRADE,
        booking=True,
    ),
    BodySeed(
        "cma",
        "Chambre de métiers et de l’artisanat",
        "CMA",
        (
            *GROWTH,
            *DIGITAL,
            "demarche-ecologie",
            "energie",
            *HANDOVER,
            "diagnostic",
            "formalites-entreprise-statut",
            "recruter",
        ),
        "departement",
        natures=CRAFT,
        craft_code=True,
    ),
    BodySeed(
        "unapl",
        "Maison des professions libérales",
        "MPL",
        ("strategie", *HANDOVER, "formalites-entreprise-statut", "visibilite-sur-internet"),
        "region",
        natures=LIBERAL,
    ),
    BodySeed(
        "france-travail",
        "France Travail",
        "France Travail",
        ("recruter", "handicap-entreprise", "preparer-le-depart-ou-la-reconversion-de-salaries"),
        "area",
        share=0.97,
        one_team=True,
    ),
    BodySeed(
        "cadres",
        "Agence pour l’emploi des cadres",
        "Emploi cadres",
        ("recruter",),
        "region",
        groupings=((("recrutement_poste_cadre", "true"),),),
    ),
    BodySeed(
        "missions-locales",
        "Mission locale",
        "Mission locale",
        ("recruter",),
        "epci",
        share=0.25,
        groupings=((("recrutement_en_apprentissage", "true"),),),
    ),
    BodySeed(
        "cap-emploi",
        "Cap emploi",
        "Cap emploi",
        ("handicap-entreprise",),
        "departement",
        share=0.9,
        groupings=((("recrutement_handicape", "true"),),),
    ),
    BodySeed(
        "urssaf",
        "Urssaf",
        "Urssaf",
        ("tresorerie", "recruter"),
        "region",
        groupings=((("etalement_cotisations_sociales", "true"),), (("recrutement_premier", "true"),)),
    ),
    BodySeed(
        "dgfip",
        "Direction départementale des finances publiques",
        "DDFiP",
        (*DIFFICULTY, "reduction-impots"),
        "departement",
    ),
    BodySeed(
        "mediation-credit",
        "Médiation du crédit",
        "Médiation du crédit",
        ("tresorerie", "financer-projet"),
        "departement",
        groupings=((("financement_bancaire_envisage", "true"),), (("etalement_cotisations_sociales", "false"),)),
    ),
    BodySeed(
        "mediateur-entreprises", "Médiateur des entreprises", "Médiateur", ("litige",), "region", with_national=True
    ),
    BodySeed(
        "dreets",
        "Direction régionale de l’économie, de l’emploi, du travail et des solidarités",
        "DREETS",
        ("projet-innovation", "declaration-organisme-formation", "international", "diagnostic"),
        "region",
        filters=(FilterSeed(subjects=("diagnostic",), min_workforce=50),),
    ),
    BodySeed(
        "ddets",
        "Direction départementale de l’emploi, du travail et des solidarités",
        "DDETS",
        (
            "droit-du-travail",
            "activite-partielle",
            "agrement-esus",
            "preparer-le-depart-ou-la-reconversion-de-salaries",
        ),
        "departement",
    ),
    BodySeed(
        "commissaire-restructurations",
        "Commissaire aux restructurations",
        "CRP",
        DIFFICULTY,
        "region",
        filters=(FilterSeed(min_workforce=50),),
    ),
    BodySeed(
        "bpi",
        "Banque publique d’investissement",
        "BPI",
        ("financer-projet", "projet-innovation", "international"),
        "region",
        with_national=True,
        filters=(FilterSeed(subjects=("financer-projet",), min_years=3, min_workforce=3),),
        groupings=((("moins_de_10k_restant_a_financer", "false"),),),
    ),
    BodySeed(
        "microcredit",
        "Réseau de microcrédit professionnel",
        "Microcrédit",
        ("financer-projet", "tresorerie"),
        "departement",
        share=0.8,
        filters=(FilterSeed(max_workforce=10),),
        groupings=((("moins_de_10k_restant_a_financer", "true"),),),
    ),
    BodySeed(
        "conseil-regional",
        "Conseil régional",
        "Région",
        ("financer-projet", "projet-innovation", "international", "strategie", "former"),
        "region",
    ),
    BodySeed(
        "intercommunalites",
        "Intercommunalité, service du développement économique",
        "EPCI",
        ("projet-immobilier", "clients", "dechets"),
        "epci",
        share=0.6,
    ),
    BodySeed(
        "maisons-emploi",
        "Maison de l’emploi",
        "Maison de l’emploi",
        ("recruter", "organisation-du-travail"),
        "epci",
        share=0.2,
    ),
    BodySeed(
        "ademe",
        "Agence de la transition écologique",
        "Transition écologique",
        ECOLOGY,
        "region",
        filters=(FilterSeed(subjects=("bilan-rse",), min_workforce=10),),
    ),
    BodySeed("agence-eau", "Agence de l’eau", "Agence de l’eau", ("eau",), "region", share=0.9),
    BodySeed("carsat", "Caisse de retraite et de santé au travail", "Carsat", (*SAFETY, "conseil-retraite"), "region"),
    BodySeed(
        "anact",
        "Agence pour l’amélioration des conditions de travail",
        "Conditions de travail",
        ("qualite-de-vie-au-travail", "organisation-du-travail"),
        "region",
        filters=(FilterSeed(max_workforce=300),),
    ),
    BodySeed(
        "propriete-industrielle",
        "Institut de la propriété industrielle",
        "Propriété industrielle",
        ("nouvelle-offre-produit-service",),
        "region",
        groupings=((("protection_produit", "true"),),),
    ),
    BodySeed("export", "Équipe de l’export", "Export", ("international",), "region"),
    BodySeed(
        "douanes",
        "Direction régionale des douanes",
        "Douanes",
        ("international",),
        "region",
        share=0.9,
        groupings=((("outside_europe", "true"),),),
    ),
    BodySeed(
        "cyber", "Centre régional de réponse aux incidents", "Cyber", ("proteger-vos-donnees",), "region", share=0.7
    ),
    BodySeed("reprise", "Réseau des repreneurs", "Repreneurs", HANDOVER, "departement", share=0.5),
)

# The eleven skills operators: one national mailbox and regional offices each.
OPCO_SUBJECTS = ("former", "organisation-du-travail", "preparer-le-depart-ou-la-reconversion-de-salaries", "recruter")
OPCO_GROUPINGS = ((("recrutement_en_apprentissage", "true"),),)
OPCOS = (
    ("afdas", "AFDAS"),
    ("akto", "AKTO"),
    ("atlas", "ATLAS"),
    ("constructys", "Constructys"),
    ("opcommerce", "L’Opcommerce"),
    ("ocapiat", "OCAPIAT"),
    ("opco-2i", "OPCO 2i"),
    ("opco-ep", "OPCO EP"),
    ("opco-mobilites", "Opco Mobilités"),
    ("opco-sante", "OPCO Santé"),
    ("uniformation", "Uniformation"),
)
# Establishments of Mayotte go to the operator designated there, whatever their agreement.
MAYOTTE_REGION = "06"
MAYOTTE_OPCO = "akto"
