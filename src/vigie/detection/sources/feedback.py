"""What agents said of the published lists and did for their firms: opinions and outcomes, under pseudonym."""

from __future__ import annotations

from vigie.detection.sources.table import Column, Source, Type, rejected_at_most
from vigie.publication.feedback import OUTCOMES

SOURCE = Source(
    code="feedback",
    label_fr="Retours des agents",
    producer="service web de Vigie",
    legal_basis="interne",
    confidentiality="urssaf",
    frequency="continuous",
    delay_months=0,
    grain="publication × siren × author × reason, publication × siren × outcome × day",
    key=("publication_id", "siren", "kind", "author", "value", "reason", "recorded_on"),
    subject="siren",
    period="recorded_on",
    separator=",",
    file_names=(r"feedback.*\.csv",),
    complete=False,
    checks=(rejected_at_most(0.05),),
    optional=True,
    columns=(
        Column(
            "publication_id",
            "publication_id",
            Type.TEXT,
            "publication concerned",
            nullable=False,
            pattern=r"[0-9]{4}-[0-9]{2}\.[0-9]+",
            examples=("2026-06.1",),
        ),
        Column("siren", "siren", Type.SIREN, "firm", nullable=False),
        Column(
            "kind",
            "kind",
            Type.CODE,
            "an opinion on the alert, or what became of the firm",
            nullable=False,
            codes={"opinion": "avis", "outcome": "suite"},
            closed=True,
        ),
        Column(
            "value",
            "value",
            Type.CODE,
            "code of the opinion or of the outcome",
            nullable=False,
            codes={"useful": "détection utile", "useless": "détection inutile", **OUTCOMES},
            closed=True,
        ),
        Column("reason", "reason", Type.TEXT, "code of a reason of the opinion", required=False, examples=("season",)),
        Column(
            "reason_label",
            "reason_label",
            Type.TEXT,
            "the reason, as the service words it",
            required=False,
            examples=("activité saisonnière",),
        ),
        Column(
            "author", "author", Type.TEXT, "pseudonym of the author", required=False, examples=("9f86d081884c7d65",)
        ),
        Column("segment", "segment", Type.TEXT, "network of the author", required=False, examples=("urssaf",)),
        Column(
            "proposed",
            "proposed",
            Type.TEXT,
            "what was done for the firm, separated by « | »",
            required=False,
            examples=("Médiation avec les partenaires",),
        ),
        Column("recorded_on", "recorded_on", Type.DATE_ISO, "day", nullable=False),
    ),
    notes=(
        "Made by the batch from the door `feedback/<list>/` of the service, verified by its hashes; a service "
        "without a shared disk may deliver the file instead. Each delivery holds all that was said so far.",
        "Never a label of the model: a firm judged wrongly alerted may still fail. Read by the evaluation, the card of "
        "the list, look-alikes and `already_followed`, each as known at its month.",
    ),
)
