"""Invented people, streets and firms. Common first names and surnames put together by a seeded generator."""

from __future__ import annotations

from random import Random

from vigie.kernel.text import clean_email, fold

FIRST_NAMES = (
    "Agathe", "Aïcha", "Alain", "Amélie", "Anaïs", "Antoine", "Baptiste", "Béatrice", "Bruno", "Camille", "Cédric",
    "Céline", "Chloé", "Claire", "Corentin", "Damien", "Delphine", "Denis", "Élise", "Élodie", "Émile", "Étienne",
    "Fabien", "Fatima", "Florence", "François", "Gaëlle", "Gilles", "Hélène", "Hugo", "Inès", "Isabelle", "Jérôme",
    "Joëlle", "Julien", "Karim", "Laure", "Léa", "Lionel", "Loïc", "Lucie", "Maël", "Marc", "Marion", "Mathilde",
    "Mehdi", "Mireille", "Nadia", "Nathan", "Noémie", "Odile", "Olivier", "Pascale", "Paul", "Perrine", "Quentin",
    "Rachid", "Raphaël", "Rémi", "Sabine", "Sandrine", "Sarah", "Sébastien", "Solène", "Sophie", "Thibault", "Thierry",
    "Valérie", "Victor", "Virginie", "Yann", "Yasmine", "Zoé",
)  # fmt: skip

LAST_NAMES = (
    "Abadie", "Allard", "Aubert", "Barbier", "Baron", "Bazin", "Benali", "Bertin", "Besson", "Blanc", "Bonnet",
    "Boucher", "Bouvier", "Brun", "Caron", "Chevallier", "Colin", "Cordier", "Da Silva", "Delattre", "Descamps",
    "Diallo", "Dubois", "Dumas", "Dupuis", "Étienne", "Faure", "Ferrand", "Fleury", "Fontaine", "Gaillard", "Garnier",
    "Gautier", "Giraud", "Guérin", "Guillot", "Haddad", "Hamel", "Hervé", "Huet", "Jacquet", "Joly", "Klein", "Lacombe",
    "Lambert", "Langlois", "Le Goff", "Lebrun", "Legrand", "Lemoine", "Leroux", "Maillard", "Marchal", "Masson",
    "Mercier", "Meunier", "Michaud", "Monnier", "Morel", "N’Diaye", "Navarro", "Noël", "Olivier", "Pages", "Pasquier",
    "Pélissier", "Perrin", "Picard", "Poirier", "Prévost", "Renaud", "Rey", "Rivière", "Roche", "Rolland", "Roussel",
    "Roy", "Royer", "Salmon", "Tessier", "Texier", "Tran", "Vasseur", "Vidal", "Weber",
)  # fmt: skip

STREETS = (
    "rue des Tilleuls", "place du Marché", "avenue de la Gare", "rue du Moulin", "route de la Vallée",
    "rue de l’Église", "chemin des Vignes", "rue des Artisans", "boulevard de la République", "rue du Four",
    "zone artisanale des Prés", "impasse des Lavoirs", "rue de la Fontaine", "quai des Bateliers",
)  # fmt: skip

JOBS = (
    "Conseiller entreprises", "Conseillère entreprises", "Chargé de mission", "Chargée de développement économique",
    "Responsable du service aux entreprises", "Référente territoriale", "Inspecteur", "Conseillère en financement",
)  # fmt: skip


def person(random: Random) -> tuple[str, str]:
    """A first name and a surname."""
    return random.choice(FIRST_NAMES), random.choice(LAST_NAMES)


def address(first: str, last: str, domain: str, rank: int) -> str:
    """An address under a reserved domain; the rank keeps namesakes apart."""
    local = f"{fold(first)}.{fold(last)}".lower().replace(" ", "-")
    return clean_email(f"{local}.{rank}@{domain}")


def phone(random: Random) -> str:
    """A number of the ranges kept for fiction (01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49)."""
    start = random.choice(("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49"))
    return f"{start} {random.randrange(100):02d} {random.randrange(100):02d}"
