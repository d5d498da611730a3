"""What every exported file says of itself, so that a copy found elsewhere is found again in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vigie.ui.formats import exact

CONFIDENTIAL = (
    "Confidentiel. Réservé aux agents habilités, pour leur mission. Ne le transmettez ni à l’entreprise ni à un tiers."
)


@dataclass(frozen=True)
class Mark:
    """Who asked for the file, when, and its public number (EXP-XXXX-XXXX), which is that of its row in the audit."""

    code: str
    author: str
    at: datetime

    @property
    def line(self) -> str:
        """The mark in one line, for the foot of a page."""
        return f"{self.code} · {self.author} · {exact(self.at)}"
