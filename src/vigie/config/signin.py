"""What django-allauth is told: no password, a code by e-mail, a second factor (TOTP) for the team.

What mozilla-django-oidc is told for ProConnect is in ``vigie.accounts.proconnect``.
django-allauth’s own limits are switched off: ``vigie.rights.limits`` counts, in the database, for all workers.
"""

from __future__ import annotations

# A session finds its account again by the first; the second only answers the return from ProConnect.
AUTHENTICATION_BACKENDS = ["vigie.accounts.backend.SessionBackend", "vigie.accounts.proconnect.ProConnectBackend"]

ACCOUNT_ADAPTER = "vigie.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody is written to because a stranger typed his address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_REQUIRED = False
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600  # accounts.rules.CODE_LASTS
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3  # accounts.rules.CODE_TRIES
ACCOUNT_LOGIN_TIMEOUT = 900  # from the code asked to the second factor typed
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = False

MFA_ADAPTER = "vigie.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Vigie"
MFA_TOTP_TOLERANCE = 1  # telephones are some seconds early or late
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # a code received by e-mail is what opened the session
