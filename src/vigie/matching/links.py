"""Signed links: one purpose each, with an expiry, in place of an account for the company head.

The link carries the request's random number (122 bits) signed with the purpose; a link made for one purpose opens no
other. Acts behind a link are POSTs with a form token: opening a link changes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse

from vigie.matching.models import Solicitation
from vigie.rights.person import Person, company_head


class Purpose(StrEnum):
    """What a link opens, and the salt of its signature."""

    FILL = "fill"  # go on with a request that is not sent yet
    FOLLOW = "follow"  # see where a request stands


VALIDITY = {Purpose.FILL: timedelta(days=90), Purpose.FOLLOW: timedelta(days=365)}


def token(solicitation: Solicitation, purpose: Purpose) -> str:
    """The signed text of a link."""
    return signing.TimestampSigner(salt=f"matching.{purpose}").sign(solicitation.uuid.hex)


def holder(text: str, purpose: Purpose) -> Person | None:
    """The person whom the link designates, or None for a forged, altered or expired one."""
    try:
        number = signing.TimestampSigner(salt=f"matching.{purpose}").unsign(text, max_age=VALIDITY[purpose])
    except signing.BadSignature:
        return None
    return company_head(number)


def follow_url(solicitation: Solicitation) -> str:
    """The full address of the private page."""
    return settings.VIGIE.site_url + reverse("matching:follow", args=[token(solicitation, Purpose.FOLLOW)])


def fill_url(solicitation: Solicitation) -> str:
    """The full address at which a request is resumed."""
    return settings.VIGIE.site_url + reverse("matching:resume", args=[token(solicitation, Purpose.FILL)])
