"""How often something may be asked: the table, and the counters that all workers share.

A window opens at the first call and closes after its length; calls beyond the limit are refused until then. Counters
live in the database: two workers count together and a restart forgets nothing. Counting a call is one statement; a
limit with a ``step`` counts in this process and writes every ``step`` calls, then every call once four fifths of the
limit are reached: never too severe, too lenient by less than one step per other worker; and when the database is
locked or away it goes on in memory, so that pages that need no database are still given.
Count outside a transaction that can be rolled back, or the call is forgotten with it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from vigie.kernel.errors import TooMany
from vigie.rights.models import RateCounter
from vigie.ui.formats import counted

MINUTE, HOUR, DAY = 60, 3600, 86400
CLOSE_TO_LIMIT = 0.8
MOST_LOCAL = 20_000  # counters kept in one process
WAIT_MS = 100


@dataclass(frozen=True)
class Limit:
    """At most ``count`` calls per ``window`` seconds for one ``per`` (ip, email, siret, account).

    locks: the call that reaches the limit opens a new window, refused from its first to its last second.
    message_fr: what the person reads, before the wait.
    """

    code: str
    per: str
    count: int
    window: int
    message_fr: str
    step: int = 1
    locks: bool = False


LIMITS = (
    Limit("page", "ip", 300, 5 * MINUTE, "Trop de pages ont été demandées depuis votre connexion.", step=10),
    Limit("sign_in_ip", "ip", 5, 20, "Trop de tentatives de connexion depuis votre connexion internet."),
    Limit("sign_in_email", "email", 5, 20, "Trop de tentatives de connexion avec cette adresse."),
    Limit(
        "sign_in_failure", "email", 10, 15 * MINUTE,
        "Trop de codes erronés\u00a0: la connexion avec cette adresse est suspendue.", locks=True,
    ),
    Limit("code_email", "email", 10, HOUR, "Trop de codes ont été demandés pour cette adresse."),
    Limit("solicitation_email", "email", 5, HOUR, "Trop de demandes ont été envoyées avec cette adresse."),
    Limit("solicitation_siret", "siret", 3, DAY, "Trop de demandes ont été envoyées pour cette entreprise."),
    Limit("solicitation_ip", "ip", 30, HOUR, "Trop de demandes ont été envoyées depuis votre connexion."),
    Limit("link_email", "email", 3, HOUR, "Trop de liens ont été demandés pour cette adresse."),
    Limit("search", "ip", 60, MINUTE, "Trop de recherches ont été faites en peu de temps.", step=5),
    Limit("help_ip", "ip", 10, HOUR, "Trop de messages ont été envoyés depuis votre connexion."),
    Limit("help_email", "email", 5, HOUR, "Trop de questions ont été envoyées avec cette adresse."),
    Limit("export", "account", 10, HOUR, "Trop d’exports ont été demandés."),
)  # fmt: skip

LIMITS_BY_CODE: dict[str, Limit] = {limit.code: limit for limit in LIMITS}


def hit(code: str, subject: str, at: datetime) -> None:
    """Counts a call; raises TooMany, with the wait, when it is beyond the limit. subject: the address, the SIRET…"""
    limit = LIMITS_BY_CODE[code]
    key, now, most = _key(limit, subject), _milliseconds(at), allowed(limit)
    count, start = _local.hit(limit, key, now, most) if limit.step > 1 else _count(limit, key, now, 1, most)
    if count > most:
        raise _refusal(limit, start, now)


def check(code: str, subject: str, at: datetime) -> None:
    """Raises TooMany when the limit is reached; counts nothing. For limits on failures, asked before the attempt."""
    limit = LIMITS_BY_CODE[code]
    now = _milliseconds(at)
    row = RateCounter.objects.filter(key=_key(limit, subject), window_start__gt=now - limit.window * 1000).first()
    if row is not None and row.count >= allowed(limit):
        raise _refusal(limit, row.window_start, now)


def forget(code: str, subject: str) -> None:
    """Empties a counter: a success ends a row of failures."""
    RateCounter.objects.filter(key=_key(LIMITS_BY_CODE[code], subject)).delete()


def purge(at: datetime) -> int:
    """Deletes the counters whose window is over whatever their limit; gives how many."""
    longest = max(limit.window for limit in LIMITS)
    over = _milliseconds(at - timedelta(seconds=longest))
    return RateCounter.objects.filter(window_start__lt=over).delete()[0]


def allowed(limit: Limit) -> int:
    """The count in force, with the multiplier of the setting; at least one."""
    return max(1, math.floor(limit.count * settings.VIGIE.rate_limits))


def client_ip(request: HttpRequest) -> str:
    """The address of who asks. X-Forwarded-For is believed for as many steps as there are declared proxies, no more."""
    peer = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.VIGIE.trusted_proxies
    if not proxies:
        return peer
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    chain = [*told, peer]
    # Each proxy adds on the right the address it saw; what stands further left was written by the client.
    found = chain[-1 - proxies] if len(chain) > proxies else chain[0]
    return found if _is_address(found) else peer


# --- counting -------------------------------------------------------------------------------------------------------
# One statement on both engines, safe when two workers count at once. The window starts again when it is over, or, for
# a limit that locks, at the call that reaches the limit.
_UPSERT = """
INSERT INTO rights_ratecounter (key, window_start, count) VALUES (%(key)s, %(now)s, %(calls)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN rights_ratecounter.window_start <= %(over)s THEN %(calls)s
                 ELSE rights_ratecounter.count + %(calls)s END,
    window_start = CASE WHEN rights_ratecounter.window_start <= %(over)s THEN %(now)s
                        WHEN rights_ratecounter.count + %(calls)s = %(locks_at)s THEN %(now)s
                        ELSE rights_ratecounter.window_start END
RETURNING count, window_start
"""


def _count(limit: Limit, key: str, now: int, calls: int, most: int) -> tuple[int, int]:
    """Adds calls; gives the count of the window and its start."""
    values: dict[str, str | int] = {
        "key": key,
        "now": now,
        "calls": calls,
        "over": now - limit.window * 1000,
        "locks_at": most if limit.locks else -1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, values)
        count, start = cursor.fetchone()
    return count, start


@contextmanager
def short_wait() -> Iterator[None]:
    """Within it SQLite does not wait long for who is writing: counting a page must not hold the page."""
    if connection.vendor != "sqlite":
        yield
        return
    usual_ms = int(float(connection.settings_dict["OPTIONS"].get("timeout", 5)) * 1000)
    connection.ensure_connection()
    connection.connection.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {usual_ms}")


class _LocalCounts:
    """What this process has counted and not written yet, and what it last read of the shared counters."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, int, int]] = {}  # key → shared count, start of its window, calls to write

    def hit(self, limit: Limit, key: str, now: int, most: int) -> tuple[int, int]:
        over = now - limit.window * 1000
        with self._lock:
            shared, start, calls = self._known.get(key, (0, now, 0))
            if start <= over:
                shared, start, calls = 0, now, 0
            calls += 1
            # Refused without asking the database again: a flood costs nothing.
            must_write = shared <= most and (calls >= limit.step or shared + calls >= most * CLOSE_TO_LIMIT)
            if must_write or key not in self._known:
                self._known[key] = (shared, start, 0)
            else:
                self._known[key] = (shared, start, calls)
                return shared + calls, start
            self._make_room()
        try:
            with short_wait():
                written, first = _count(limit, key, now, calls, most)
        except OperationalError:
            if connection.in_atomic_block:
                raise
            # Locked or away: a page that only reads is still given, and these calls are written with the next ones.
            with self._lock:
                self._known[key] = (shared, start, self._known.get(key, (0, 0, 0))[2] + calls)
            return shared + calls, start
        with self._lock:
            self._known[key] = (written, first, self._known.get(key, (0, 0, 0))[2])
        return written, first

    def clear(self) -> None:
        with self._lock:
            self._known.clear()

    def _make_room(self) -> None:
        while len(self._known) > MOST_LOCAL:  # the oldest first: what it had not written is forgiven
            self._known.pop(next(iter(self._known)))


_local = _LocalCounts()


def forget_local_counts() -> None:
    """Drops what this process holds in memory (tests; a worker does not need it)."""
    _local.clear()


def _key(limit: Limit, subject: str) -> str:
    if limit.per == "ip":
        subject = _network(subject)
    return salted_hmac(f"vigie.limits.{limit.code}", subject, algorithm="sha256").hexdigest()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _network(address: str) -> str:
    """The address itself, or the /64 of an IPv6 one: a single subscriber has all of it."""
    if ":" not in address:
        return address
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, 64), strict=False).network_address)


def _refusal(limit: Limit, start: int, now: int) -> TooMany:
    seconds = max(1, math.ceil((start + limit.window * 1000 - now) / 1000))
    return TooMany(f"too_many_{limit.code}", f"{limit.message_fr} Réessayez dans {_wait(seconds)}.", seconds)


def _wait(seconds: int) -> str:
    units: Sequence[tuple[int, str]] = ((HOUR, "heure"), (MINUTE, "minute"))
    for length, word in units:
        if seconds > length:
            return counted(math.ceil(seconds / length), word)
    return counted(seconds, "seconde")


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
