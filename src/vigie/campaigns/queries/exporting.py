"""A campaign as a file: its firms that the reader may know of, and who contacts them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vigie.campaigns.queries.campaigns import CHANNELS, known_campaign
from vigie.campaigns.queries.rows import Filters, filtered, seen, state_of, told, who
from vigie.campaigns.rules import OUTCOME
from vigie.exports.tables import Column, Kind, Sheet
from vigie.rights.person import Person
from vigie.ui.formats import day


def campaign_sheet(person: Person, parameters: dict[str, Any], at: datetime) -> Sheet:
    """parameters: ``campaign``, its identifier, then the filters of the page. Http404 out of reach."""
    campaign = known_campaign(person, int(parameters["campaign"]))
    filters = Filters(**{name: str(value) for name, value in parameters.items() if name != "campaign"})
    targets = told(filtered(seen(person, campaign.pk), filters, person))
    return Sheet(
        title=f"Campagne {campaign.name}",
        about=str(campaign.pk),
        version=campaign.publication.code if campaign.publication else "",
        filters=(("Fin de la campagne", day(campaign.ends_on)),),
        columns=(
            Column("Siren", lambda row: row.firm_id),
            Column("Entreprise", lambda row: row.firm.name),
            Column("Département", lambda row: row.departement),
            Column("État", lambda row: state_of(row).label),
            Column("Qui", who),
            Column("Dernier contact", lambda row: row.last_on, Kind.DATE),
            Column("Canal", lambda row: CHANNELS.get(row.last_channel or "", "Aucun")),
            Column("Résultat", lambda row: OUTCOME[row.outcome].label if row.outcome else "Aucun"),
            Column("À rappeler le", lambda row: row.call_back_on, Kind.DATE),
            Column("Reportée jusqu’au", lambda row: row.postponed_until, Kind.DATE),
        ),
        rows=lambda: targets.iterator(chunk_size=500),
        count=targets.count(),
    )
