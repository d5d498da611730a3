"""A pytest plugin: a test that does not run is a failure. Loaded by `VIGIE_NO_SKIP=1 make test`, and so
by `.ci/run`.

Skips, expected failures (kept or not) and files that skip themselves are all turned into failures, with
their reason. It also refuses a run that was asked for PostgreSQL and would in fact use another database.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

ADVICE = "a skipped test proves nothing: make it run, or leave it out by a marker that another command selects"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report of a test, refused when the test was skipped or expected to fail."""
    report = yield
    if report.skipped or hasattr(report, "wasxfail"):
        reason = str(getattr(report, "wasxfail", "")) or _reason(report)
        if hasattr(report, "wasxfail"):
            del report.wasxfail
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was not allowed to count ({reason or 'no reason given'}): {ADVICE}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The report of a file, refused when the file skipped itself."""
    report = yield
    if report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skipped itself ({_reason(report)}): {ADVICE}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    longrepr = report.longrepr
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr or "")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuses a run on another database than the one asked for."""
    if not os.environ.get("VIGIE_DATABASE_URL", "").startswith(("postgres://", "postgresql://")):
        return
    from django.conf import settings

    engine = settings.DATABASES["default"]["ENGINE"]
    if not engine.endswith("postgresql"):
        raise pytest.UsageError(f"the tests were asked for on PostgreSQL, and the settings say {engine}")
