"""What the service refuses to start with, and that it says all of it at once without telling a secret."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from vigie.config.environment import DEMO_SECRET, Environment, UnsafeSettings, read
from vigie.portal.reference import settings_page

ROOT = Path(__file__).resolve().parents[2]
SECRET = "k7Q-planted-secret-" + "z9" * 20
PASSWORD = "planted-password"
FACTOR_KEY = "planted-factor-key-" + "q4" * 10
COMPLETE = {
    "VIGIE_MODE": "production",
    "VIGIE_SECRET_KEY": SECRET,
    "VIGIE_DATABASE_URL": f"postgresql://vigie:{PASSWORD}@127.0.0.1:9/vigie",
    "VIGIE_SITE_URL": "https://vigie.ministere.test",
    "VIGIE_ALLOWED_HOSTS": "vigie.ministere.test",
    "VIGIE_MAIL_URL": f"smtp://vigie:{PASSWORD}@relais.ministere.test:587",
    "VIGIE_MAIL_FROM": "Vigie <ne-pas-repondre@ministere.test>",
    "VIGIE_TEAM_EMAIL": "equipe@ministere.test",
    "VIGIE_DPO_EMAIL": "dpo@ministere.test",
    "VIGIE_RECHERCHE_ENTREPRISES_URL": "https://recherche-entreprises.ministere.test",
    "VIGIE_PROCONNECT_ISSUER": "https://proconnect.ministere.test/api/v2",
    "VIGIE_PROCONNECT_CLIENT_ID": "vigie",
    "VIGIE_PROCONNECT_CLIENT_SECRET": PASSWORD,
    "VIGIE_HOST_PROVIDER": "Hébergeur inventé, 1 rue du Port, Lyon",
    "VIGIE_PUBLISHER": "Direction inventée",
    "VIGIE_AUDIT_HEADS": "/srv/vigie-audit",
    "VIGIE_SECOND_FACTOR_KEY": FACTOR_KEY,
}
FAULTS = (
    ("VIGIE_SECRET_KEY", "court"),
    ("VIGIE_SECRET_KEY", DEMO_SECRET),
    ("VIGIE_SECRET_KEY", None),
    ("VIGIE_DATABASE_URL", "sqlite:///vigie.sqlite3"),
    ("VIGIE_DATABASE_URL", None),
    ("VIGIE_SITE_URL", "http://vigie.ministere.test"),
    ("VIGIE_SITE_URL", None),
    ("VIGIE_ALLOWED_HOSTS", "*"),
    ("VIGIE_ALLOWED_HOSTS", "vigie.ministere.test,*"),
    ("VIGIE_ALLOWED_HOSTS", None),
    ("VIGIE_ALLOWED_HOSTS", ""),
    ("VIGIE_MAIL_URL", "demo:"),
    ("VIGIE_MAIL_URL", "ftp://relais"),
    ("VIGIE_MAIL_URL", None),
    ("VIGIE_MAIL_FROM", "Vigie <x@vigie.example>"),
    ("VIGIE_MAIL_FROM", None),
    ("VIGIE_TEAM_EMAIL", None),
    ("VIGIE_DPO_EMAIL", None),
    ("VIGIE_RECHERCHE_ENTREPRISES_URL", "fake:"),
    ("VIGIE_RECHERCHE_ENTREPRISES_URL", "http://recherche.ministere.test"),
    ("VIGIE_RECHERCHE_ENTREPRISES_URL", None),
    ("VIGIE_PROCONNECT_ISSUER", "fake:"),
    ("VIGIE_PROCONNECT_ISSUER", "http://proconnect.ministere.test/api/v2"),
    ("VIGIE_PROCONNECT_ISSUER", None),
    ("VIGIE_PROCONNECT_CLIENT_SECRET", None),
    ("VIGIE_PROCONNECT_CLIENT_ID", None),
    ("VIGIE_PROCONNECT_ACR_VALUES", ""),
    ("VIGIE_PROCONNECT_ACR_VALUES", "eidas1 eidas2"),
    ("VIGIE_PROCONNECT_SECONDS", "60"),
    ("VIGIE_HOST_PROVIDER", None),
    ("VIGIE_PUBLISHER", None),
    ("VIGIE_AUDIT_HEADS", None),
    ("VIGIE_SECOND_FACTOR_KEY", None),
    ("VIGIE_SECOND_FACTOR_KEY", " "),
    ("VIGIE_SECOND_FACTOR_KEY", "court"),
    ("VIGIE_SECOND_FACTOR_KEY", f"{FACTOR_KEY} court"),
    ("VIGIE_SECOND_FACTOR_KEY", SECRET),
    ("VIGIE_RATE_LIMITS", "10"),
    ("VIGIE_RATE_LIMITS", "beaucoup"),
    ("VIGIE_TRUSTED_PROXIES", "-1"),
    ("VIGIE_RECALL_SECONDS", "1.5"),
    ("VIGIE_RECHERCHE_ENTREPRISES_ACTIVE", "peut-être"),
    ("VIGIE_BRAND", "royal"),
    ("VIGIE_MODE", "prod"),
)


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(UnsafeSettings) as refused:
        read(environ)
    return str(refused.value)


def test_nothing_set_is_the_demo() -> None:
    found = read({})

    assert (found.mode, found.production) == ("demo", False)


def test_a_complete_environment_starts_in_production() -> None:
    assert read(COMPLETE).production


@pytest.mark.parametrize(("name", "value"), FAULTS)
def test_each_fault_is_refused_by_its_name(name: str, value: str | None) -> None:
    environ = {key: text for key, text in COMPLETE.items() if key != name} | (
        {name: value} if value is not None else {}
    )

    told = refusal(environ)

    assert [line.partition(": ")[0] for line in told.splitlines()[1:]] == [f"  - {name}"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    told = refusal({"VIGIE_MODE": "production"})

    for item in fields(Environment):
        demanded = bool(item.metadata["production"]) and item.name != "rate_limits"
        assert (f"VIGIE_{item.name.upper()}: " in told) is demanded, item.name


def test_a_refusal_tells_no_secret() -> None:
    told = refusal({**COMPLETE, "VIGIE_SITE_URL": "http://x", "VIGIE_DATABASE_URL": f"mysql://u:{PASSWORD}@h/n"})

    assert PASSWORD not in told
    assert SECRET not in told


def test_a_secret_is_not_shown_by_the_settings_as_a_whole() -> None:
    shown = repr(read(COMPLETE))

    assert PASSWORD not in shown
    assert SECRET not in shown
    assert FACTOR_KEY not in shown


def test_the_reference_lists_every_setting_and_no_value_of_a_secret() -> None:
    page = settings_page()

    assert all(f"`VIGIE_{item.name.upper()}`" in page for item in fields(Environment))
    assert DEMO_SECRET not in page


# --- the service itself, in production mode -------------------------------------------------------------------------
URLS = """
import django; django.setup()
from django.conf import settings
from django.core.management import call_command
from django.urls import Resolver404, resolve
call_command("check", deploy=True, fail_level="WARNING")
for path in ("/demo/", "/demo/courriels/", "/demo/courriels/1/html/", "/composants/", "/fakes/x"):
    try:
        print("MOUNTED", path, resolve(path).view_name)
    except Resolver404:
        print("absent", path)
wanted = dict(DEBUG=False, SECURE_SSL_REDIRECT=True, SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True,
    SESSION_COOKIE_HTTPONLY=True, CSRF_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_NAME="__Host-session", CSRF_COOKIE_NAME="__Host-csrf", SECURE_HSTS_INCLUDE_SUBDOMAINS=True,
    SECURE_HSTS_PRELOAD=True, SECURE_HSTS_SECONDS=63072000, EMAIL_USE_TLS=True, CSRF_COOKIE_SAMESITE="Lax")
for name, value in wanted.items():
    assert getattr(settings, name) == value, name
assert "vigie.demo.banner.banner" not in settings.MIDDLEWARE
assert all("unsafe" not in s for d in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].values() for s in d)
"""


def run(code: str, environ: dict[str, str], var: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    told = {
        **clean,
        **environ,
        "VIGIE_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "vigie.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=told, capture_output=True, text=True, timeout=120, check=False
    )


def test_production_passes_the_deployment_checks_and_mounts_nothing_of_the_demo(tmp_path: Path) -> None:
    done = run(URLS, COMPLETE, tmp_path)

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "MOUNTED" not in said
    assert said.count("absent") == 5
    assert "no issues" in said
    assert PASSWORD not in said
    assert SECRET not in said


def test_a_command_refused_for_its_settings_says_the_list_and_no_trace(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "check"],
        env={"PATH": os.defpath, "VIGIE_MODE": "production"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Vigie does not start:\n  - VIGIE_")


def test_an_unsafe_production_does_not_start(tmp_path: Path) -> None:
    done = run("import django; django.setup()", {**COMPLETE, "VIGIE_SITE_URL": "http://x"}, tmp_path)

    assert done.returncode != 0
    assert "VIGIE_SITE_URL: https in production" in done.stderr
    assert PASSWORD not in done.stderr
    assert SECRET not in done.stderr
