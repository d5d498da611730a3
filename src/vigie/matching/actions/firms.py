"""The firm of a request, as the registers give it: local tables first, then the company search, else what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vigie.companies.models import Establishment
from vigie.matching.models import Solicitation


@dataclass(frozen=True)
class Firm:
    """establishment: None when no register knows it. register_down: it was asked and did not answer."""

    establishment: Establishment | None
    register_down: bool = False


def firm_of(solicitation: Solicitation, *, at: datetime) -> Firm:
    """The establishment of the SIRET given. May call a register: never within a transaction."""
    found = Establishment.objects.select_related("company").filter(siret=solicitation.siret).first()
    return Firm(found)
