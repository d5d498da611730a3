"""Which relay takes the mails away: the scheme of VIGIE_MAIL_URL. The demo brings its own (see its ``apps.py``)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings

from vigie.connectors.mail import DjangoRelay, Relay

_relays: dict[str, Callable[[], Relay]] = {"smtp": DjangoRelay, "smtps": DjangoRelay}


def register_relay(scheme: str, relay: Callable[[], Relay]) -> None:
    """Declares what ``scheme:`` means in VIGIE_MAIL_URL."""
    _relays[scheme] = relay


def relay() -> Relay:
    """The relay of this installation; KeyError for a scheme that nobody declared."""
    return _relays[urlsplit(settings.VIGIE.mail_url).scheme]()
