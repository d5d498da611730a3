"""The public company search (« API Recherche d’entreprises », open, without key), in Vigie's terms.

Its traps, handled here and nowhere else:
- a text of exactly 9 or 14 digits is a direct search: every other filter is silently ignored, so a number
  typed wins over the place typed; a direct SIREN search gives no establishment but the head office;
- the establishments given are those that match, never the full list: compare with
  ``open_establishment_count``;
- an unknown number is an answer without result, not an error; firms that asked not to be shown, and firms
  refused at registration, are absent in the same way; partly shown ones (status P) come with masked names and
  addresses;
- Paris, Lyon and Marseille are known by their municipal districts only;
- NAF codes are dotted; from 1 January 2027 they are of NAF 2025: the nomenclature is kept with the code;
- activity natures and craft codes come from the national register of companies: unknown when the service does
  not say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.core.cache import cache
from pydantic import ValidationError

from vigie.connectors.client import Fetched, ServiceClient, user_agent
from vigie.connectors.company_hits import CompanyHit, EstablishmentHit, company_hit, provenance_of
from vigie.connectors.recherche_entreprises_answer import Dirigeant, OfficersAnswer, SearchAnswer, UniteLegale
from vigie.connectors.wire import Question
from vigie.kernel.errors import BadAnswer, NotFound
from vigie.kernel.siren import compact, parse_siren, parse_siret
from vigie.kernel.text import clean_line

SERVICE = "recherche-entreprises"
SOURCE = "API Recherche d’entreprises"
SHORTEST_TEXT = 3
LONGEST_TEXT = 150
EMPTY_STAYS_FRESH = timedelta(minutes=10)  # a firm registered this morning must not be unknown until tonight
_DISTRICTS = {
    "75056": [f"751{rank:02d}" for rank in range(1, 21)],
    "69123": [f"6938{rank}" for rank in range(1, 10)],
    "13055": [f"132{rank:02d}" for rank in range(1, 17)],
}
_ASKED = {"minimal": "true", "include": "siege,complements,matching_etablissements", "mtm_campaign": "vigie"}
_OFFICERS = {"minimal": "true", "include": "dirigeants", "mtm_campaign": "vigie"}
_AUDITOR = re.compile("commissaire aux comptes", re.IGNORECASE)
_NUMBER = re.compile(r"[\d\s.\-]+")


@dataclass(frozen=True)
class Officer:
    """Somebody, or a company, who directs. role: in the words of the register, which may be empty."""

    name: str
    role: str


class RechercheEntreprises:
    """The company search through one client. ``within_s`` bounds a call made inside a page."""

    def __init__(self, client: ServiceClient) -> None:
        self.client = client

    def search(
        self,
        text: str,
        *,
        commune: str | None = None,
        departement: str | None = None,
        limit: int = 10,
        within_s: float | None = None,
    ) -> list[CompanyHit]:
        """The active companies that match, best first; [] when the text is too short and no place is given.

        A text that is a SIREN or a SIRET is answered whatever its place, its state or its date.
        """
        text = clean_line(text[: 4 * LONGEST_TEXT])[:LONGEST_TEXT].strip()
        number = compact(text) if _NUMBER.fullmatch(text) else ""
        params = {**_ASKED, "per_page": str(max(1, min(limit, 25)))}
        if len(number) in (9, 14):
            params["q"] = number
        else:
            if len(text) >= SHORTEST_TEXT:
                params["q"] = text
            if commune:
                params["code_commune"] = ",".join(_DISTRICTS.get(commune, [commune]))
            if departement:
                params["departement"] = departement
            if not params.keys() & {"q", "code_commune", "departement"}:
                return []
            params["etat_administratif"] = "A"
        found = self._ask(params, "search", within_s, refresh=False)
        provenance = provenance_of(found)
        return [company_hit(result, provenance) for result in found.value.results]

    def by_siren(self, siren: str, *, within_s: float | None = None, refresh: bool = False) -> CompanyHit:
        """The company, with its head office alone; raises NotFound, Unavailable, BadAnswer, InvalidInput."""
        siren = parse_siren(siren)
        found = self._ask({**_ASKED, "q": siren}, "by_siren", within_s, refresh=refresh)
        return company_hit(self._same(found, siren), provenance_of(found))

    def by_siret(self, siret: str, *, within_s: float | None = None, refresh: bool = False) -> EstablishmentHit:
        """The establishment and its company; raises NotFound, Unavailable, BadAnswer, InvalidInput."""
        siret = parse_siret(siret)
        found = self._ask({**_ASKED, "q": siret}, "by_siret", within_s, refresh=refresh)
        hit = company_hit(self._same(found, siret[:9]), provenance_of(found))
        places = (*hit.establishments, *((hit.headquarters,) if hit.headquarters else ()))
        for place in places:
            if place.siret == siret:
                return place
        raise NotFound(SERVICE, "no such establishment")

    def officers(self, siren: str, *, within_s: float) -> tuple[Officer, ...]:
        """Who directs the company today, auditors left out; () when the register names nobody.

        Asked at each call and kept nowhere. Raises NotFound, Unavailable, BadAnswer, InvalidInput.
        """
        siren = parse_siren(siren)
        question = Question("/search", {**_OFFICERS, "q": siren})
        reply = self.client.exchange(question, purpose="officers", budget_s=within_s)
        try:
            answer = OfficersAnswer.model_validate_json(reply.body)
        except ValidationError:
            raise BadAnswer(SERVICE, "the officers cannot be read") from None
        found = next((one for one in answer.results if one.siren == siren), None)
        if found is None:
            raise NotFound(SERVICE, "no such company")
        named = (Officer(_name(one), one.qualite) for one in found.dirigeants)
        return tuple(one for one in named if one.name and not _AUDITOR.search(one.role))

    def _ask(
        self, params: dict[str, str], purpose: str, within_s: float | None, *, refresh: bool
    ) -> Fetched[SearchAnswer]:
        return self.client.get(
            "/search",
            params,
            model=SearchAnswer,
            purpose=purpose,
            budget_s=within_s,
            fresh=lambda answer: self.client.policy.fresh if answer.results else EMPTY_STAYS_FRESH,
            refresh=refresh,
            absent_on_404=False,
        )

    def _same(self, found: Fetched[SearchAnswer], siren: str) -> UniteLegale:
        """The result about this very company: the service may answer something that looks like it."""
        for result in found.value.results:
            if result.siren == siren:
                return result
        if found.value.unreadable:
            raise BadAnswer(SERVICE, "the result about this company cannot be read")
        raise NotFound(SERVICE, "no such company")


def _name(officer: Dirigeant) -> str:
    """« Jeanne MARTIN », by the first of the given names; a company by its own."""
    if officer.nom:
        return " ".join(filter(None, (officer.prenoms.partition(" ")[0].capitalize(), officer.nom.upper())))
    return officer.denomination


# --- the service of this installation -----------------------------------------------------------------------
def configured() -> RechercheEntreprises:
    """The search as the settings describe it: address (``fake:`` for the fake delivered with Vigie), on or
    off."""
    environment = settings.VIGIE
    return _built(
        environment.recherche_entreprises_url,
        environment.recherche_entreprises_active,
        user_agent(settings.VERSION, environment.contact_url),
    )


@lru_cache(maxsize=4)
def _built(url: str, active: bool, agent: str) -> RechercheEntreprises:
    transport = None
    if url.startswith("fake:"):
        # not loaded where the real service is called
        from vigie.connectors.fakes import data
        from vigie.connectors.fakes.transport import FakeTransport, fake_url

        data.firms().rows()  # reading them takes a second: the first caller would take the fake for a service down
        url, transport = fake_url(SERVICE), FakeTransport()
    client = ServiceClient(SERVICE, url, source=SOURCE, cache=cache, agent=agent, active=active, transport=transport)
    return RechercheEntreprises(client)


def search(
    text: str, *, commune: str | None = None, departement: str | None = None, within_s: float | None = None
) -> list[CompanyHit]:
    """``RechercheEntreprises.search`` on the configured service."""
    return configured().search(text, commune=commune, departement=departement, within_s=within_s)


def by_siren(siren: str, *, within_s: float | None = None) -> CompanyHit:
    """``RechercheEntreprises.by_siren`` on the configured service."""
    return configured().by_siren(siren, within_s=within_s)


def by_siret(siret: str, *, within_s: float | None = None) -> EstablishmentHit:
    """``RechercheEntreprises.by_siret`` on the configured service."""
    return configured().by_siret(siret, within_s=within_s)


def officers(siren: str, *, within_s: float) -> tuple[Officer, ...]:
    """``RechercheEntreprises.officers`` on the configured service."""
    return configured().officers(siren, within_s=within_s)
