"""What a feature is: a row of the registry, written once, from which code, page and screens are fed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Confidentiality = Literal["public", "urssaf", "dgefp", "fiscal", "altares"]
Kind = Literal["number", "flag", "category"]

PANEL_HISTORY_MONTHS = 36


@dataclass(frozen=True)
class Family:
    """A theme of explanation: the model has one sub-model per family."""

    code: str
    label_fr: str


FAMILIES = (
    Family("urssaf_debt", "Dette sociale"),
    Family("short_time_work", "Activité partielle"),
    Family("finance", "Santé financière"),
    Family("workforce", "Emploi"),
    Family("supplier_delays", "Retards fournisseurs"),
    Family("identity", "Profil de l’entreprise"),
    Family("proceedings", "Procédures passées"),
)


@dataclass(frozen=True)
class Feature:
    """One column of the panel.

    sources: codes of the sources it is made from.
    window_months: months of facts it looks at, the latest included; 0 when it takes the latest fact whatever its month.
    delay_months: a fact of month m is used from month m + delay_months on, never before.
    domain: where the value has a sense; outside, it is missing. missing: what an absent value means.
    direction: +1 a higher value goes with a higher risk, -1 with a lower one, 0 not imposed.
    origin: code of the value whose past this is; empty for the value itself. A reader is told of one fact,
      not of its lags.
    available: False when no delivered source carries it; it is then neither computed nor fed.
    """

    code: str
    label_fr: str
    family: str
    sources: tuple[str, ...]
    unit: str
    window_months: int
    delay_months: int
    domain: str
    missing: str
    direction: int
    confidentiality: Confidentiality
    definition_fr: str
    available: bool = True
    kind: Kind = "number"
    origin: str = ""


def lags(feature: Feature, months: Iterable[int]) -> tuple[Feature, ...]:
    """The same value some months earlier, by calendar."""
    return tuple(
        replace(
            feature,
            code=f"{feature.code}_lag{n}m",
            origin=feature.code,
            label_fr=f"{feature.label_fr}, {n} mois plus tôt",
            window_months=feature.window_months + n,
            missing=f"inconnu avant {n} mois d’historique",
            definition_fr=f"Valeur de {feature.code} {n} mois calendaires plus tôt.",
        )
        for n in months
    )


def means(feature: Feature, months: Iterable[int]) -> tuple[Feature, ...]:
    """The mean over some months, the current one included; undefined when one of them is missing."""
    return tuple(
        replace(
            feature,
            code=f"{feature.code}_mean{n}m",
            origin=feature.code,
            label_fr=f"{feature.label_fr}, moyenne sur {n} mois",
            window_months=n,
            missing=f"inconnu si l’un des {n} mois manque",
            definition_fr=f"Moyenne de {feature.code} sur {n} mois, mois courant compris.",
        )
        for n in months
    )
