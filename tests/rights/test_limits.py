"""Rate limits: counted together by all workers, kept through a restart, and silent about addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, OperationalError, transaction
from django.test import RequestFactory
from pytest_django import Settings

from vigie.kernel.errors import TooMany
from vigie.rights import limits
from vigie.rights.limits import LIMITS, Limit, check, client_ip, forget, forget_local_counts, hit, purge
from vigie.rights.models import RateCounter

pytestmark = pytest.mark.django_db
PAGE = limits.LIMITS_BY_CODE["page"]


def calls_until_refused(code: str, subject: str, at: datetime, most: int = 1000) -> int:
    for done in range(most):
        try:
            hit(code, subject, at)
        except TooMany:
            return done
    raise AssertionError(f"never refused in {most} calls")


def configured(settings: Settings, **changes: Any) -> None:
    from dataclasses import replace

    settings.VIGIE = replace(django_settings.VIGIE, **changes)


# --- the table ------------------------------------------------------------------------------------------------------
def test_codes_are_unique_and_messages_are_sentences() -> None:
    assert len({limit.code for limit in LIMITS}) == len(LIMITS)
    assert {limit.per for limit in LIMITS} <= {"ip", "email", "siret", "account"}
    assert all(limit.message_fr.endswith(".") and limit.count > 0 and limit.window > 0 for limit in LIMITS)


@pytest.mark.parametrize(
    ("code", "count", "window"),
    [
        ("page", 300, 300),
        ("sign_in_ip", 5, 20),
        ("sign_in_email", 5, 20),
        ("sign_in_failure", 10, 900),
        ("code_email", 10, 3600),
        ("link_email", 3, 3600),
        ("solicitation_email", 5, 3600),
        ("solicitation_siret", 3, 86400),
        ("solicitation_ip", 30, 3600),
        ("search", 60, 60),
        ("export", 10, 3600),
    ],
)
def test_each_limit_lets_its_count_pass_and_no_more(code: str, count: int, window: int, at: datetime) -> None:
    assert limits.LIMITS_BY_CODE[code].window == window
    assert calls_until_refused(code, "192.0.2.1", at) == count


# --- windows --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", ["sign_in_ip", "page"])
def test_the_window_ends_and_calls_pass_again(code: str, at: datetime) -> None:
    limit = limits.LIMITS_BY_CODE[code]
    calls_until_refused(code, "192.0.2.1", at)

    with pytest.raises(TooMany) as refused:
        hit(code, "192.0.2.1", at + timedelta(seconds=5))
    assert refused.value.retry_after == limit.window - 5
    assert refused.value.code == f"too_many_{code}"

    hit(code, "192.0.2.1", at + timedelta(seconds=limit.window))


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(0, "20\u00a0secondes"), (19.5, "1\u00a0seconde")],
)
def test_the_refusal_says_how_long_to_wait(seconds: float, wait: str, at: datetime) -> None:
    calls_until_refused("sign_in_email", "x@antenne.example", at)

    with pytest.raises(TooMany) as refused:
        hit("sign_in_email", "x@antenne.example", at + timedelta(seconds=seconds))

    assert refused.value.message_fr == (f"Trop de tentatives de connexion avec cette adresse. Réessayez dans {wait}.")


@pytest.mark.parametrize(
    ("code", "wait"),
    [("code_email", "60\u00a0minutes"), ("solicitation_siret", "24\u00a0heures"), ("page", "5\u00a0minutes")],
)
def test_long_waits_are_said_in_minutes_and_hours(code: str, wait: str, at: datetime) -> None:
    calls_until_refused(code, "x", at)

    with pytest.raises(TooMany, match=f"dans {wait}"):
        hit(code, "x", at)


def test_ten_failures_lock_for_the_whole_window(at: datetime) -> None:
    who = "x@antenne.example"
    for minute in range(9):
        hit("sign_in_failure", who, at + timedelta(minutes=minute))
        check("sign_in_failure", who, at + timedelta(minutes=minute))
    tenth = at + timedelta(minutes=14)
    hit("sign_in_failure", who, tenth)

    with pytest.raises(TooMany) as refused:
        check("sign_in_failure", who, tenth)
    assert refused.value.retry_after == 15 * 60
    with pytest.raises(TooMany):
        check("sign_in_failure", who, tenth + timedelta(minutes=14, seconds=59))
    check("sign_in_failure", who, tenth + timedelta(minutes=15))


def test_failures_during_a_lock_do_not_make_it_longer(at: datetime) -> None:
    who = "x@antenne.example"
    for _ in range(10):
        hit("sign_in_failure", who, at)
    with pytest.raises(TooMany):
        hit("sign_in_failure", who, at + timedelta(minutes=10))

    check("sign_in_failure", who, at + timedelta(minutes=15))


def test_a_success_ends_a_row_of_failures(at: datetime) -> None:
    for _ in range(10):
        hit("sign_in_failure", "x@antenne.example", at)

    forget("sign_in_failure", "x@antenne.example")

    check("sign_in_failure", "x@antenne.example", at)


def test_people_and_limits_are_counted_apart(at: datetime) -> None:
    calls_until_refused("sign_in_email", "x@antenne.example", at)

    hit("sign_in_email", "y@antenne.example", at)
    hit("code_email", "x@antenne.example", at)


# --- shared counters ------------------------------------------------------------------------------------------------
def test_two_workers_count_together(at: datetime) -> None:
    """The second worker is this process without its memory."""
    hit("solicitation_email", "x@antenne.example", at)
    forget_local_counts()

    assert calls_until_refused("solicitation_email", "x@antenne.example", at) == 4


def test_pages_of_two_workers_are_counted_together_but_for_a_few(at: datetime) -> None:
    first, second = limits._LocalCounts(), limits._LocalCounts()
    passed = 0
    for turn in range(400):
        worker = (first, second)[turn % 2]
        now = int(at.timestamp() * 1000) + turn
        passed += worker.hit(PAGE, "key", now, 300)[0] <= 300

    assert 300 <= passed < 300 + PAGE.step


def test_pages_cost_a_write_in_ten_then_none_once_refused(at: datetime, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        hit("page", "192.0.2.1", at)
    with django_assert_num_queries(2):
        for _ in range(20):
            hit("page", "192.0.2.1", at)
    calls_until_refused("page", "192.0.2.1", at)

    with django_assert_num_queries(0):
        for _ in range(50):
            with pytest.raises(TooMany):
                hit("page", "192.0.2.1", at)


def test_a_restart_forgets_less_than_a_step(at: datetime) -> None:
    for _ in range(109):
        hit("page", "192.0.2.1", at)
    forget_local_counts()

    assert 300 - 109 <= calls_until_refused("page", "192.0.2.1", at) < 300 - 109 + PAGE.step


@pytest.mark.django_db(transaction=True)
def test_pages_are_given_and_counted_though_the_database_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = limits._LocalCounts()

    def locked(*_: Any) -> tuple[int, int]:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(limits, "_count", locked)
        counts = [worker.hit(PAGE, "key", 0, 300)[0] for _ in range(310)]
    assert counts == list(range(1, 311))

    assert worker.hit(PAGE, "key", 0, 300)[0] == 311
    assert RateCounter.objects.get().count == 311


def test_memory_stays_bounded(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_LOCAL", 5)
    for n in range(20):
        hit("page", f"192.0.2.{n}", at)

    assert len(limits._local._known) == 5


def test_no_address_is_stored(at: datetime) -> None:
    hit("code_email", "x@antenne.example", at)

    row = RateCounter.objects.get()
    assert len(row.key) == 64
    assert "antenne" not in row.key


def test_a_counter_exists_once(at: datetime) -> None:
    RateCounter.objects.create(key="k", window_start=0, count=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        RateCounter.objects.create(key="k", window_start=1, count=1)


def test_finished_windows_are_purged(at: datetime) -> None:
    hit("code_email", "old", at - timedelta(days=1, seconds=1))
    hit("solicitation_siret", "11111111100000", at - timedelta(hours=23))

    assert purge(at) == 1
    assert RateCounter.objects.count() == 1


@pytest.mark.parametrize(("factor", "passed"), [(10.0, 50), (0.5, 2), (0.0, 1)])
def test_the_setting_multiplies_every_limit(factor: float, passed: int, at: datetime, settings: Settings) -> None:
    configured(settings, rate_limits=factor)

    assert calls_until_refused("sign_in_ip", "192.0.2.1", at) == passed


# --- who asks -------------------------------------------------------------------------------------------------------
def test_addresses_of_one_ipv6_subscriber_count_as_one(at: datetime) -> None:
    for n in range(5):
        hit("sign_in_ip", f"2001:db8:1:2::{n}", at)

    with pytest.raises(TooMany):
        hit("sign_in_ip", "2001:db8:1:2:ffff::1", at)
    hit("sign_in_ip", "2001:db8:1:3::1", at)


def test_an_ipv4_address_written_as_ipv6_is_itself(at: datetime) -> None:
    for _ in range(5):
        hit("sign_in_ip", "::ffff:192.0.2.1", at)

    with pytest.raises(TooMany):
        hit("sign_in_ip", "192.0.2.1", at)
    hit("sign_in_ip", "::ffff:192.0.2.2", at)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, None, "10.0.0.1"),
        (0, "203.0.113.9", "10.0.0.1"),  # nobody is trusted: the header is the client's invention
        (1, None, "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),  # the left part was written by the client
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "198.51.100.66, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "203.0.113.9"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "not an address", "10.0.0.1"),
        (1, "203.0.113.9:4711", "10.0.0.1"),
        (1, "  ,, ", "10.0.0.1"),
    ],
)
def test_forwarded_addresses_are_believed_as_far_as_the_declared_proxies(
    proxies: int, forwarded: str | None, found: str, settings: Settings, rf: RequestFactory
) -> None:
    configured(settings, trusted_proxies=proxies)
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}

    assert client_ip(rf.get("/", REMOTE_ADDR="10.0.0.1", **headers)) == found


def test_forged_headers_do_not_escape_the_limit(at: datetime, settings: Settings, rf: RequestFactory) -> None:
    configured(settings, trusted_proxies=1)
    ask: Callable[[int], str] = lambda n: client_ip(  # noqa: E731
        rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.9")
    )
    for n in range(5):
        hit("sign_in_ip", ask(n), at)

    with pytest.raises(TooMany):
        hit("sign_in_ip", ask(6), at)


def test_a_limit_is_data() -> None:
    assert Limit("x", "ip", 1, 60, "Trop.") == Limit("x", "ip", 1, 60, "Trop.", step=1, locks=False)
