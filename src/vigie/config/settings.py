"""Django's settings, all derived from ``environment.read()``. Works with nothing set: the demo."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlparse

import environ
from csp.constants import NONE, SELF

from vigie.config.environment import ROOT, read

VIGIE = read()
VERSION = "0.1.0"
SECRET_KEY = VIGIE.secret_key
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in VIGIE.allowed_hosts.split(",") if host.strip()]
VAR = Path(VIGIE.var)

INSTALLED_APPS = [
    "vigie.ui",
    "vigie.territory",
    "vigie.rights",
    "vigie.journal",
    "vigie.accounts",
    "vigie.tuning",
    "vigie.exports",
    "vigie.agents",
    "vigie.audit",
    "vigie.support",
    "vigie.companies",
    "vigie.directory",
    "vigie.matching",
    "vigie.watchlists",
    "vigie.followup",
    "vigie.campaigns",
    "vigie.sheets",
    "vigie.statistics",
    "vigie.portal",
    "vigie.demo",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_q",
    "dsfr",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "vigie.statistics.middleware.answers",
    "vigie.portal.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vigie.portal.middleware.compressed",
    "django_structlog.middlewares.RequestMiddleware",
    "vigie.portal.middleware.refusals",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "vigie.portal.middleware.without_nul",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "vigie.accounts.middleware.person",
    "vigie.tuning.middleware.doors",
    "vigie.agents.middleware.OnlookerGate",
    "vigie.journal.middleware.traces",
    "vigie.accounts.kept.middleware",
    "vigie.agents.middleware.ConsentGate",
    "vigie.portal.middleware.navigation",
    "vigie.portal.middleware.rate_limit",
]
if VIGIE.mode == "demo":
    MIDDLEWARE.append("vigie.demo.banner.banner")
    # Before all that counts answers or asks the database, which is not there yet.
    MIDDLEWARE.insert(1, "vigie.demo.opening.opening")

ROOT_URLCONF = "vigie.config.urls"
WSGI_APPLICATION = "vigie.config.wsgi.application"
FORM_RENDERER = "vigie.ui.forms.DsfrRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vigie.ui.context.shell",
            ],
        },
    },
    {
        # Subjects and texts of mails (vigie.journal.delivery): plain text has nothing to escape.
        "NAME": "text",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"autoescape": False},
    },
]

if VIGIE.database_url:
    DATABASES = {"default": environ.Env.db_url_config(VIGIE.database_url)}
else:
    VAR.mkdir(parents=True, exist_ok=True)
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR / "vigie.sqlite3")}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL lets readers read while one writes; IMMEDIATE takes the write lock at once, so that no transaction fails
    # in its middle; FULL keeps what was acknowledged through a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 60  # opening one and reading its schema costs as much as four statements
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # lock_timeout: as long as SQLite waits; a page asks to be sent again rather than hold a worker behind somebody's
    # lock. jit: our statements last milliseconds, and compiling one lasts longer than running it.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c lock_timeout=20s -c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},  # answers of outside services are kept seven days
    },
    # What each process may show a minute late, without asking the database.
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "local"},
}

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
_CHARTS = ROOT / "node_modules" / "@gouvfr" / "dsfr-chart" / "dist"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [("dsfr-chart", _CHARTS)] if _CHARTS.is_dir() else []
DSFR_CHART = bool(STATICFILES_DIRS)
_LIGHT = VAR / "light"  # of the demo: the same files, compressed (scripts/light_assets.py)
if not VIGIE.production and _LIGHT.is_dir():
    STATICFILES_DIRS.insert(0, _LIGHT)
DSFR_USE_INTEGRITY_CHECKSUMS = (
    False  # the manifest storage rewrites url() in the CSS: the wheel's hashes no longer match
)
WHITENOISE_USE_FINDERS = not VIGIE.production
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 31536000 if VIGIE.production else 3600
if VIGIE.production:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# Answers of pages counted in memory before they are written, by process; 0 counts nothing.
PAGE_COUNTS_EVERY = 100

# --- people -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/mon-bureau/"
SESSION_ENGINE = "vigie.accounts.session_store"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# --- security -----------------------------------------------------------------------------------------------------
_HTTPS = VIGIE.site_url.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
if _HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_SSL_REDIRECT = VIGIE.production
SECURE_REDIRECT_EXEMPT = [r"^sante"]
SECURE_HSTS_SECONDS = 63072000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if VIGIE.trusted_proxies else None
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [VIGIE.site_url] if _HTTPS else []
CSRF_FAILURE_VIEW = "vigie.portal.views.csrf_refused"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# Where a form of ours may lead: browsers hold the redirections that follow a form to it too.
_PROCONNECT = urlparse(VIGIE.proconnect_issuer)
_FORMS_LEAD_TO = [SELF, f"https://{_PROCONNECT.netloc}"] if _PROCONNECT.scheme == "https" else [SELF]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": _FORMS_LEAD_TO,
        "frame-ancestors": [NONE],
    }
}

# --- jobs ---------------------------------------------------------------------------------------------------------
Q_CLUSTER = {
    "name": "vigie",
    "label": "Travaux",
    "orm": "default",  # queued in the caller's transaction: a job exists if and only if its cause does
    "workers": 1 if DATABASES["default"]["ENGINE"].endswith("sqlite3") else 2,
    "timeout": 60,
    "retry": 90,  # a job whose worker was killed is taken again after this many seconds
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 1000,
    "poll": 0.5,
    "guard_cycle": 5,
    "has_replica": False,
}

# --- mail ---------------------------------------------------------------------------------------------------------
_mail = urlparse(VIGIE.mail_url)
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and VIGIE.production
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = VIGIE.mail_from

from vigie.config.logs import LOGGING, configure  # noqa: E402, F401
from vigie.config.signin import *  # noqa: E402, F403  # what django-allauth is told: a file of its own

configure()
SILENCED_SYSTEM_CHECKS = ["account.W001"]
