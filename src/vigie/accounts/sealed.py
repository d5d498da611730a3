"""Second factors at rest: who reads the database, or a backup of it, cannot make a code.

The keys are words of the environment, ``VIGIE_SECOND_FACTOR_KEY``: the first seals, every one of them opens.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "vigie.accounts.second-factor"


class Unreadable(Exception):
    """A second factor was sealed with a key that the environment no longer gives."""


def seal(text: str) -> str:
    """The text, encrypted and signed; two sealings of the same text differ."""
    return _box().encrypt(text.encode()).decode("ascii")


def unseal(token: str) -> str:
    """What was sealed; raises Unreadable when no key opens it."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _box() -> MultiFernet:
    # In the demo and the tests nothing is set: the key comes from the secret key. Production demands its own.
    return _made_of(settings.VIGIE.second_factor_key or settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _made_of(words: str) -> MultiFernet:
    return MultiFernet([Fernet(_key(word)) for word in words.split()])


def _key(word: str) -> bytes:
    return base64.urlsafe_b64encode(salted_hmac(SALT, "fernet", secret=word, algorithm="sha256").digest())
