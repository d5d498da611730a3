"""What the environment says, read once, checked whole: every fault is listed at the start, not one at a time.

Each field of ``Environment`` is one setting; its metadata is the source of docs/reference/settings.md.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

ROOT = Path(__file__).resolve().parents[3]
JOINT_SHEET, PREFILLED_FORM = "Fiche Commune Entreprise", "Démarches Simplifiées (dossier prérempli)"
LINK_SETTINGS = {JOINT_SHEET: "VIGIE_JOINT_SHEET", PREFILLED_FORM: "VIGIE_PREFILLED_FORM"}
DEMO_SECRET = "vigie-demo-not-secret-" + "0" * 32  # refused in production mode


class UnsafeSettings(Exception):
    """The environment is unsafe or incomplete; the message lists all that is wrong."""


def setting(default: Any, help_: str, *, production: str = "", secret: bool = False) -> Any:
    """A dataclass field with its documentation. production: what production mode demands of it.

    secret: never shown, neither by the reference page nor by ``repr`` in a trace.
    """
    return field(default=default, repr=not secret, metadata={"help": help_, "production": production, "secret": secret})


@dataclass(frozen=True)
class Environment:
    """All settings, with the values that make the demo work when nothing is set."""

    mode: str = setting("demo", "`demo` (invented data, mail kept in a table), `test` or `production`.")
    secret_key: str = setting(
        DEMO_SECRET,
        "Key that signs sessions, links and jobs.",
        production="50 characters or more, not the demo's",
        secret=True,
    )
    database_url: str = setting(
        "",
        "Database address, as `postgresql://user:password@host/name` or `sqlite:///path`; empty: a file under `var/`.",
        production="PostgreSQL",
        secret=True,
    )
    var: str = setting(str(ROOT / "var"), "Folder of the files that Vigie writes (demo database, benches).")
    incoming: str = setting("", "Folder in which deliveries are put, a folder a month; empty: under `var/`.")
    lake: str = setting("", "Folder of the batch: typed sources, panels, models, run records; empty: under `var/`.")
    publications: str = setting("", "Folder of the published lists; empty: under `var/`.")
    exports: str = setting(
        "", "Folder of the exports prepared in the background, shared by all servers; empty: under `var/`."
    )
    batch_starts: bool = setting(True, "Starts the monthly batch by itself when a delivery is complete.")
    site_url: str = setting("http://127.0.0.1:8000", "Public address, used in e-mails.", production="https")
    allowed_hosts: str = setting(
        "127.0.0.1,localhost,[::1]", "Host names answered, separated by commas.", production="no `*`"
    )
    trusted_proxies: int = setting(0, "Number of proxies in front whose X-Forwarded-For and -Proto are believed.")
    mail_url: str = setting(
        "demo:",
        "Mail relay: `demo:` (kept in a table), `smtp://user:password@host:port`, `smtps://…`.",
        production="smtp or smtps",
        secret=True,
    )
    mail_from: str = setting("Vigie <ne-pas-repondre@vigie.example>", "Sender of e-mails.", production="a real address")
    team_email: str = setting(
        "equipe@vigie.example",
        "Address of the team, shown in e-mails and on pages.",
        production="a real address",
    )
    recherche_entreprises_url: str = setting(
        "fake:",
        "Company-search service: its address, or `fake:` for the fake delivered with Vigie.",
        production="https",
    )
    recherche_entreprises_active: bool = setting(True, "Switches the company-search service on.")
    proconnect_issuer: str = setting(
        "fake:",
        "Issuer of ProConnect (`https://…/api/v2`), `fake:` for the fake delivered with Vigie; empty: no ProConnect.",
        production="https, or empty",
    )
    proconnect_client_id: str = setting("", "Identifier of this service at ProConnect.", production="with the issuer")
    proconnect_client_secret: str = setting(
        "", "Secret of this service at ProConnect.", production="with the identifier", secret=True
    )
    proconnect_acr_values: str = setting(
        "eidas0-mfa eidas1-mfa eidas2 eidas3 https://proconnect.gouv.fr/assurance/self-asserted-2fa "
        "https://proconnect.gouv.fr/assurance/consistency-checked-2fa",
        "Levels of authentication (`acr`) accepted from ProConnect, separated by spaces: those of a second factor; "
        "production refuses `eidas1`.",
    )
    proconnect_seconds: float = setting(1.2, "Longest that a sign-in page waits for ProConnect (seconds).")
    local_sign_in_for_agents: bool = setting(
        True,
        "Public agents of detection may also sign in by e-mail code and application (TOTP); in production, `false` "
        "unless it is set.",
    )
    contact_url: str = setting("https://vigie.example/contact", "Contact given to outside services in the User-Agent.")
    brand: str = setting("neutral", "`state` shows the State's block-mark; reserved by law to State services.")
    publisher: str = setting(
        "Vigie (démonstration)",
        "Body that publishes the service, shown in the legal notices.",
        production="filled",
    )
    host_provider: str = setting(
        "", "Hosting company and its address, shown in the legal notices.", production="filled"
    )
    dpo_email: str = setting(
        "dpo@vigie.example", "Address of the data-protection officer.", production="a real address"
    )
    source_url: str = setting("https://vigie.example/code", "Where the source code is published.")
    recall_seconds: int = setting(
        600, "How long an automatic transmission waits before it leaves, and can be recalled (seconds)."
    )
    message_hold_seconds: int = setting(60, "How long the e-mails that an undo cancels are held (seconds).")
    reminder_days: int = setting(9, "Day after the sending on which silent experts are reminded.")
    last_chance_days: int = setting(21, "Day after the sending on which silent experts get their last chance.")
    abandon_days: int = setting(45, "Day after the sending on which a need without answer is abandoned.")
    reminder_grace_days: int = setting(3, "Days left to an expert between two mails about the same need.")
    refusal_told_days: int = setting(
        3, "Working days after the last refusal before the company is told, unless the team did."
    )
    external_links: str = setting(
        "Annuaire des Entreprises=https://annuaire-entreprises.data.gouv.fr/entreprise/{siren};"
        "Justificatif d’immatriculation=https://annuaire-entreprises.data.gouv.fr/justificatif-immatriculation-pdf/{siren};"
        "Comptes et actes (INPI)=https://data.inpi.fr/entreprises/{siren};"
        "Annonces commerciales (BODACC)=https://www.bodacc.fr/pages/annonces-commerciales/?q={siren}",
        "Links of the sheets to other services, as `label=address`, separated by semicolons; `{siren}` and "
        "`{siret}` are "
        "replaced. Empty: none.",
    )
    joint_sheet: str = setting(
        "",
        "Address of a firm in the Fiche Commune Entreprise, a link of the sheets; `{siren}` and `{siret}` are "
        "replaced. Empty: no link.",
    )
    prefilled_form: str = setting(
        "",
        "Address that opens a form of Démarches Simplifiées with the firm already filled in, a link of the sheets; "
        "`{siren}` and `{siret}` are replaced. Empty: no link.",
    )
    visibility_doctrine: str = setting(
        "strict",
        "Doctrine of visibility: strict (territory and alert, or followed), or traced (open to every agent whose "
        "habilitation opens the nature of data, each reading written down).",
    )
    follow_days: int = setting(365, "How long following a firm opens its data, unless renewed (days).")
    follow_grace_days: int = setting(90, "How long a closed file still opens the firm to those who held it (days).")
    unused_days: int = setting(183, "An agent who read no page for so long has his habilitation suspended (days).")
    review_days: int = setting(183, "A partner confirms the habilitations of its agents at least this often (days).")
    review_grace_days: int = setting(60, "Delay after which a habilitation that was not confirmed is suspended (days).")
    consent_days: int = setting(90, "How long the acceptance of the confidentiality rules is valid (days).")
    digest_from_days: int = setting(4, "Age of the needs that the weekly digest begins to show (days).")
    digest_needs: int = setting(7, "Most needs that a weekly digest shows.")
    basket_many: int = setting(5, "More pending needs than this: the expert is in the first quality basket.")
    basket_medium: int = setting(2, "Pending needs from which an expert is in the second quality basket.")
    basket_old_days: int = setting(15, "Age at which a pending need counts as old, for the quality baskets (days).")
    basket_return_days: int = setting(
        90, "Days without any need after which a new one puts an expert in the third quality basket."
    )
    basket_new_days: int = setting(3, "Days left to an expert before the third quality basket shows him.")
    rate_limits: float = setting(
        1.0, "Multiplies every rate limit: raised for load tests only.", production="at most 1"
    )
    audit_key: str = setting(
        "",
        "Key that signs the audit rows and hashes network addresses in them; empty: made from the secret key.",
        secret=True,
    )
    second_factor_key: str = setting(
        "",
        "Key that encrypts second factors at rest; several separated by spaces: the first encrypts, all decrypt. "
        "Empty: made from the secret key.",
        production="32 characters or more each, not the secret key",
        secret=True,
    )
    audit_heads: str = setting(
        "",
        "Folder of the heads of the audit's chain, outside the database and its backups; empty: under `var/`.",
        production="filled",
    )
    audit_years: int = setting(3, "Years after which audit rows are erased.")
    log_level: str = setting("INFO", "Level of the journal written on the error output.")

    @property
    def incoming_folder(self) -> Path:
        return Path(self.incoming or Path(self.var) / "incoming")

    @property
    def lake_folder(self) -> Path:
        return Path(self.lake or Path(self.var) / "lake")

    @property
    def publications_folder(self) -> Path:
        return Path(self.publications or Path(self.var) / "publications")

    @property
    def audit_heads_folder(self) -> Path:
        return Path(self.audit_heads or Path(self.var) / "audit")

    @property
    def external_links_list(self) -> list[tuple[str, str]]:
        """(label, address) of each link of the sheets."""
        pairs = (one.partition("=") for one in self.external_links.split(";"))
        named = [(label.strip(), address.strip()) for label, _equals, address in pairs if label.strip()]
        own = ((JOINT_SHEET, self.joint_sheet.strip()), (PREFILLED_FORM, self.prefilled_form.strip()))
        return [*named, *((label, address) for label, address in own if address)]

    @property
    def exports_folder(self) -> Path:
        return Path(self.exports or Path(self.var) / "exports")

    @property
    def production(self) -> bool:
        return self.mode == "production"


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Gives the Environment; raises UnsafeSettings naming every fault."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    known = {f"VIGIE_{item.name.upper()}": item for item in fields(Environment)}
    for name, item in known.items():
        text = environ.get(name)
        if text is None:
            continue
        try:
            values[item.name] = _convert(text, item.default)
        except ValueError as error:
            faults.append(f"{name}: {error}")
    if values.get("mode") == "production":
        values.setdefault("local_sign_in_for_agents", False)
    environment = Environment(**values)
    faults += list(_faults(environment))
    if faults:
        raise UnsafeSettings("Vigie does not start:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return environment


def _convert(text: str, default: Any) -> Any:
    if isinstance(default, bool):
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"0", "false", "no", "off"}:
            return False
        raise ValueError(f"true or false expected, not {text!r}")
    if isinstance(default, (int, float)):
        try:
            number = type(default)(text)
        except ValueError:
            raise ValueError(f"a number is expected, not {text!r}") from None
        if not 0 <= number < 10**9:
            raise ValueError(f"a number from 0 up is expected, not {text!r}")
        return number
    return text


def _is_https(address: str) -> bool:
    """An https address with a host and nobody's name in it."""
    parts = urlparse(address)
    return parts.scheme == "https" and bool(parts.hostname) and not parts.username and not parts.query


def _are_keys(words: str) -> bool:
    """One key at least, all of 32 characters or more."""
    return bool(words.split()) and all(len(word) >= 32 for word in words.split())


def _faults(env: Environment) -> list[str]:
    faults = []
    fake = env.proconnect_issuer == "fake:" and not env.production  # it has its own identifier and secret
    if env.mode not in {"demo", "test", "production"}:
        faults.append(f"VIGIE_MODE: demo, test or production expected, not {env.mode!r}")
    faults += _link_faults(env)
    if env.visibility_doctrine not in {"strict", "traced"}:
        faults.append(f"VIGIE_VISIBILITY_DOCTRINE: strict or traced expected, not {env.visibility_doctrine!r}")
    if env.brand not in {"neutral", "state"}:
        faults.append(f"VIGIE_BRAND: neutral or state expected, not {env.brand!r}")
    scheme = urlparse(env.mail_url).scheme
    if scheme not in {"demo", "smtp", "smtps"}:
        faults.append("VIGIE_MAIL_URL: demo:, smtp:// or smtps:// expected")
    if not env.reminder_days < env.last_chance_days < env.abandon_days:
        faults.append("VIGIE_REMINDER_DAYS, VIGIE_LAST_CHANCE_DAYS, VIGIE_ABANDON_DAYS: each later than the one before")
    if (env.proconnect_issuer or env.proconnect_client_id) and not env.proconnect_client_secret and not fake:
        faults.append("VIGIE_PROCONNECT_CLIENT_SECRET: ProConnect gives it with the identifier")
    if (env.proconnect_issuer or env.proconnect_client_secret) and not env.proconnect_client_id and not fake:
        faults.append("VIGIE_PROCONNECT_CLIENT_ID: ProConnect gives it with the secret")
    if not 0.1 <= env.proconnect_seconds <= 10:
        faults.append("VIGIE_PROCONNECT_SECONDS: from 0.1 to 10")
    return faults + (_unsafe(env) if env.production else [])


def _unsafe(env: Environment) -> list[str]:
    """What production refuses to start with."""
    demands = (
        (
            len(env.secret_key) >= 50 and env.secret_key != DEMO_SECRET,
            "VIGIE_SECRET_KEY: 50 characters or more, not the demo's",
        ),
        (
            env.database_url.startswith(("postgresql://", "postgres://")),
            "VIGIE_DATABASE_URL: PostgreSQL in production",
        ),
        (env.site_url.startswith("https://"), "VIGIE_SITE_URL: https in production"),
        (
            env.allowed_hosts.strip(", ")
            and "*" not in env.allowed_hosts
            and env.allowed_hosts != Environment.allowed_hosts,
            "VIGIE_ALLOWED_HOSTS: name your hosts, without *",
        ),
        (urlparse(env.mail_url).scheme != "demo", "VIGIE_MAIL_URL: a relay (smtp:// or smtps://)"),
        (not env.mail_from.rstrip(">").endswith(".example"), "VIGIE_MAIL_FROM: a real address"),
        (not env.team_email.endswith(".example"), "VIGIE_TEAM_EMAIL: a real address"),
        (not env.dpo_email.endswith(".example"), "VIGIE_DPO_EMAIL: a real address"),
        (
            env.recherche_entreprises_url.startswith("https://"),
            "VIGIE_RECHERCHE_ENTREPRISES_URL: https, not the fake",
        ),
        (
            not env.proconnect_issuer or _is_https(env.proconnect_issuer),
            "VIGIE_PROCONNECT_ISSUER: https, not the fake; empty for no ProConnect",
        ),
        (
            bool(env.proconnect_acr_values.split()) and "eidas1" not in env.proconnect_acr_values.split(),
            "VIGIE_PROCONNECT_ACR_VALUES: levels of a second factor, without eidas1",
        ),
        (bool(env.host_provider), "VIGIE_HOST_PROVIDER: the legal notices need it"),
        (env.publisher != Environment.publisher, "VIGIE_PUBLISHER: the legal notices need it"),
        (
            _are_keys(env.second_factor_key) and env.secret_key not in env.second_factor_key.split(),
            "VIGIE_SECOND_FACTOR_KEY: 32 characters or more, not the secret key",
        ),
        (bool(env.audit_heads), "VIGIE_AUDIT_HEADS: a folder outside the database and its backups"),
        (env.rate_limits <= 1, "VIGIE_RATE_LIMITS: at most 1 in production"),
    )
    return [message for kept, message in demands if not kept]


def _link_faults(env: Environment) -> list[str]:
    """Only public numbers go to another service, over https."""
    faults = []
    for label, address in env.external_links_list:
        name = LINK_SETTINGS.get(label, "VIGIE_EXTERNAL_LINKS")
        if not address.startswith("https://"):
            expected = "https://…" if label in LINK_SETTINGS else "label=https://…"
            faults.append(
                f"{name}: {expected} expected" + ("" if label in LINK_SETTINGS else ", separated by semicolons")
            )
        if set(re.findall(r"{(.*?)}", address)) - {"siren", "siret"}:
            faults.append(f"{name}: only {{siren}} and {{siret}} may be in an address")
    return faults
