"""The relay of the demo (``VIGIE_MAIL_URL=demo:``): keeps mails in a table, drops doubles, and can be asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from vigie.connectors.mail import Mail
from vigie.demo.models import DemoMail
from vigie.kernel import clock


class DemoRelay:
    """A relay that never fails. now: gives the moment of a mail; the builder of the invented world brings its own."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now

    def deliver(self, mail: Mail) -> None:
        DemoMail.objects.get_or_create(
            message_id=mail.message_id,
            defaults={
                "to": mail.to,
                "to_name": mail.to_name,
                "subject": mail.subject,
                "text": mail.text,
                "html": mail.html,
                "sent_at": self._now(),
            },
        )

    def was_accepted(self, message_id: str) -> bool | None:
        return DemoMail.objects.filter(message_id=message_id).exists()
