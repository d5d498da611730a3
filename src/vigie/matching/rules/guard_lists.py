"""Lists that the guards of automatic transmission read. Kept short: a doubt only sends the request to a person."""

from __future__ import annotations

# Firms that often ask for a client: the team checks for whom (NAF rev. 2).
INTERMEDIARY_NAF = (
    "6619B",  # auxiliaries of financial services, credit brokers
    "6622Z",  # insurance agents and brokers
    "6920Z",  # accountancy
    "7022Z",  # business consultancy
    "7490B",  # miscellaneous specialised services
    "8211Z",  # combined office services
)

# Beginnings of legal categories that are not the firms the service is for.
EXCLUDED_LEGAL_FORMS: dict[str, str] = {
    "654": "SCI",
    "92": "association",
    "72": "collectivité territoriale",
    "734": "groupement de collectivités",
    "735": "groupement de collectivités",
}

# Whole words, without accent, in capitals (as ``kernel.text.fold`` writes them): solicitation, games, insults.
BANNED_WORDS = frozenset(
    {
        "BACKLINK",
        "BACKLINKS",
        "BITCOIN",
        "CASINO EN LIGNE",
        "CONNARD",
        "CONNARDS",
        "CRYPTOMONNAIE",
        "CRYPTOMONNAIES",
        "ENCULE",
        "ENCULES",
        "ESCORT",
        "FOREX",
        "LOREM IPSUM",
        "PARIS SPORTIFS",
        "PORNO",
        "SALOPE",
        "SEO SERVICES",
        "VIAGRA",
    }
)
