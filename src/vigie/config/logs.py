"""The journal of the program: one JSON line an event on the error output, with the request's number.

People's data stay out: neither bodies nor query strings nor signed links are logged.
"""

from __future__ import annotations

import re
from typing import Any

import structlog
from structlog.typing import EventDict

from vigie.config.environment import read

# What stands for a request in a signed link, as django.core.signing writes it: it opens a private page.
_SIGNED = re.compile(r"[0-9a-f]{32}(?::|%3A)[\w-]{4,12}(?::|%3A)[\w-]{20,}")


def without_links(logger: Any, method: str, event: EventDict) -> EventDict:
    """Hides the signed links of addresses and traces, and what was searched, whichever logger wrote them."""
    told = {name: _SIGNED.sub("…", value) if isinstance(value, str) else value for name, value in event.items()}
    if isinstance(told.get("request"), str):
        told["request"] = told["request"].partition("?")[0]
    return told


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_links,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "vigie": {"level": read().log_level},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    },
}


def configure() -> None:
    """Sets structlog up once."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
