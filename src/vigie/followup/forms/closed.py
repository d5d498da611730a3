"""Which closed establishment, and why."""

from __future__ import annotations

from vigie.ui.fields import CleanTextField, SiretField
from vigie.ui.forms import DsfrForm


class ClosedForm(DsfrForm):
    """An exception of thirty days."""

    siret = SiretField(label="SIRET de l’établissement fermé", max_length=40)
    reason = CleanTextField(
        label="Motif", max_length=500, rows=3, help_text="Il reste inscrit dans l’audit, à votre nom.",
        error_messages={"required": "Dites pourquoi."},
    )  # fmt: skip
