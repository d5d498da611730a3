"""Where the subjects say who their audiences are and what their mails contain (called from their ``apps.py``).

Kept below the subjects so that the journal never imports them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import models
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from vigie.journal.events import EVENTS


@dataclass(frozen=True)
class Recipient:
    """Somebody to write to."""

    email: str
    name: str = ""


# audience(subject, by) → recipients. ``by`` is the Person who caused the event.
Audience = Callable[[Any, Any], Iterable[Recipient]]
# content(subject, recipient, at) → the template's context, or None when nothing is left to say (undone meanwhile).
Content = Callable[[Any, Recipient, Any], dict[str, Any] | None]

_audiences: dict[str, Audience] = {}
_contents: dict[str, Content] = {}


def register_audience(name: str, audience: Audience) -> None:
    _audiences[name] = audience


def register_content(template: str, content: Content) -> None:
    _contents[template] = content


def audience(name: str) -> Audience:
    return _audiences[name]


def content(template: str) -> Content:
    return _contents[template]


def subject_of(subject_type: str, subject_id: str) -> models.Model | None:
    """The object an event or a mail is about, or None when it is gone."""
    return apps.get_model(subject_type)._base_manager.filter(pk=subject_id).first()


def check_events(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuses an event on an unknown model, an audience or content nobody registered, a missing template."""
    errors: list[CheckMessage] = []
    for event in EVENTS:
        try:
            apps.get_model(event.subject)
        except LookupError:
            errors.append(
                Error(f"events: {event.name} is about {event.subject}, which does not exist", id="journal.E001")
            )
        for message in event.messages:
            if message.to not in _audiences:
                errors.append(
                    Error(f"events: audience {message.to} ({event.name}) is not registered", id="journal.E002")
                )
            if not message.secret and message.template not in _contents:
                errors.append(Error(f"events: content of {message.template} is not registered", id="journal.E003"))
            for suffix in (".subject.txt", ".txt", ".html"):
                try:
                    get_template(message.template + suffix)
                except TemplateDoesNotExist:
                    errors.append(Error(f"events: template {message.template}{suffix} is missing", id="journal.E004"))
    return errors
