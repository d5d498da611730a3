"""The four kinds of reference data that administrators keep, in one table: their words, their fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vigie.accounts.models_agents import Entity, Network, Segment
from vigie.agents.models import ReferenceChange
from vigie.territory.models import ZoneGroup

Values = dict[str, Any]
KINDS_OF = ReferenceChange.Kind


@dataclass(frozen=True)
class Kind:
    """slug: in the address. fields: name → label, in the order of the form. fixed: said once, at the creation."""

    code: str
    slug: str
    model: type[Any]
    title: str
    lead: str
    new: str
    the: str
    holds: str  # heading of what each one says
    feminine: bool
    fields: dict[str, str]
    fixed: tuple[str, ...] = ()

    @property
    def withdrawn(self) -> str:
        return "Retirée" if self.feminine else "Retiré"

    def values(self, row: Any) -> Values:
        """What the row says, as it is typed, compared and kept."""
        found = {name: getattr(row, name) for name in self.fields}
        if "network" in found:
            found["network"] = row.network.code if row.network else ""
        if "departements" in found:
            found["departements"] = sorted(found["departements"])
        return found

    def put(self, row: Any, values: Values) -> None:
        """Writes them on the row."""
        for name, value in values.items():
            setattr(row, name, Network.objects.filter(code=value).first() if name == "network" else value)


ZONE = Kind(
    KINDS_OF.ZONE, "zones", ZoneGroup, "Zones",
    "Une zone nommée tient des départements. Une habilitation la nomme par son code\u00a0: changer ses départements "
    "change aussitôt ce que lisent ses agents.",
    "Nouvelle zone", "la zone", "Départements", True,
    {"code": "Code", "label": "Nom", "kind": "Nature", "departements": "Départements"}, ("code",),
)  # fmt: skip
NETWORK = Kind(
    KINDS_OF.NETWORK, "reseaux", Network, "Réseaux",
    "Un réseau sépare ce que les agents écrivent dans un accompagnement\u00a0: seuls ses membres lisent ses synthèses "
    "et ses commentaires.",
    "Nouveau réseau", "le réseau", "Onglet", False,
    {"code": "Code", "label": "Nom", "is_active": "Donne un onglet", "position": "Rang"}, ("code",),
)  # fmt: skip
SEGMENT = Kind(
    KINDS_OF.SEGMENT, "profils", Segment, "Profils de travail",
    "Un profil de travail (ou segment) dit le métier d’un agent\u00a0: il donne son réseau, et rien d’autre. "
    "Les droits viennent de l’habilitation.",
    "Nouveau profil de travail", "le profil", "Réseau et niveau", False,
    {
        "code": "Code", "label": "Nom", "network": "Réseau", "in_codefi": "Membre du réseau CODEFI",
        "usual_level": "Niveau habituel",
    },
    ("code",),
)  # fmt: skip
ENTITY = Kind(
    KINDS_OF.ENTITY, "administrations", Entity, "Administrations",
    "L’administration (ou entité) qui emploie des agents. Son responsable des habilitations répond d’eux.",
    "Nouvelle administration", "l’administration", "SIRET", True,
    {"name": "Nom", "short_name": "Sigle", "siret": "SIRET"},
)  # fmt: skip
KINDS = {kind.slug: kind for kind in (ZONE, NETWORK, SEGMENT, ENTITY)}
MERGEABLE = (ENTITY, SEGMENT)  # zones are written in habilitations, networks hold texts: decision 0046
