"""Who directs a company, as the public register says it today. Asked for a page, shown, and kept nowhere."""

from __future__ import annotations

from vigie.companies.models import Company
from vigie.connectors import recherche_entreprises
from vigie.connectors.client import PAGE_BUDGET_S
from vigie.connectors.recherche_entreprises import Officer
from vigie.kernel.errors import ConnectorError, InvalidInput

SOLE_TRADER = "1000"


def officers_of(company: Company, *, budget: float = PAGE_BUDGET_S) -> tuple[Officer, ...] | None:
    """None when nobody answered, or when it is not asked: of a sole trader, who is his firm, and of a firm kept back.

    Call outside a transaction: the service's failures are counted in the cache, which may be a table.
    """
    if company.legal_form_code == SOLE_TRADER or not company.diffusible:
        return None
    try:
        return recherche_entreprises.officers(company.siren, within_s=budget)
    except (ConnectorError, InvalidInput):
        return None
