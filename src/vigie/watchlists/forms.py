"""What the team types on the pages of lists."""

from __future__ import annotations

from vigie.ui.fields import CleanLineField
from vigie.ui.forms import DsfrForm


class ReasonForm(DsfrForm):
    """Why a list is withdrawn."""

    reason = CleanLineField(
        label="Raison du retrait",
        max_length=500,
        help_text="Gardée avec la liste",
        error_messages={"required": "Dites pourquoi la liste est retirée."},
    )
