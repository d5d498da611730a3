"""The mail relay: what is now, what is for ever, and nothing slipped into a header."""

from __future__ import annotations

import smtplib
import socket
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.utils import DNS_NAME
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.connectors.mail import TIMEOUT_S, DjangoRelay, Mail, MemoryRelay, PermanentFailure, Relay, TemporaryFailure
from vigie.kernel.errors import ConnectorError

LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def letter(**changes: Any) -> Mail:
    base: dict[str, Any] = {
        "message_id": "<1.besoin@vigie.example>",
        "to": "cheffe@fournil.example",
        "to_name": "Jeanne Rouvelin",
        "subject": "Votre demande",
        "text": "Bonjour,\n\nnous avons bien reçu votre demande.",
    }
    return Mail(**{**base, **changes})


# --- the letter -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "changes",
    [
        {"to": "a@b.example\nBcc: x@y.example"}, {"to": "a@b.example\r\n"}, {"to": "a@b.example, x@y.example"},
        {"to": ""}, {"to": "nobody"}, {"to": "<a@b.example>"}, {"to": "a b@c.example"}, {"to": "a@b.example\x00"},
        {"to": "@b.example"}, {"to": "prénom@b.example"}, {"to": "a@b@c.example"},
        {"to": "a@" + "b" * 300}, {"to": '"x y"@b.example'}, {"reply_to": "a@b.example\nBcc: x@y.example"},
        {"message_id": ""}, {"message_id": "1@vigie.example"}, {"message_id": "<1@v.example>\r\nBcc: x@y.example"},
        {"message_id": "<a b@v.example>"}, {"headers": {"X-A\nBcc": "x@y.example"}},
        {"headers": {"Bcc": "x@y.example"}},
        {"headers": {"reply-to": "x@y.example"}}, {"headers": {"": "x"}}, {"headers": {"Message-Id": "<2@x.example>"}},
    ],
)  # fmt: skip
def test_what_is_not_one_address_or_one_header_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(PermanentFailure) as caught:
        letter(**changes)

    assert isinstance(caught.value, ConnectorError)
    assert caught.value.reason
    assert "y.example" not in str(caught.value)


def test_texts_that_end_in_a_header_are_one_clean_line() -> None:
    mail = letter(
        subject="Votre\r\nBcc: x@y.example\u202e demande",
        to_name="Jeanne\n\x00Rouvelin",
        headers={"List-Unsubscribe": "<https://vigie.example/>\r\nX-Evil: 1"},
    )

    assert mail.subject == "Votre Bcc: x@y.example demande"
    assert mail.to_name == "Jeanne Rouvelin"
    assert mail.headers == {"List-Unsubscribe": "<https://vigie.example/> X-Evil: 1"}


@settings(deadline=None)
@given(text=st.text(max_size=300))
def test_no_text_whatever_adds_a_header_or_a_recipient(text: str) -> None:
    mail = letter(subject=text, to_name=text, text=text, html=text, headers={"X-Vigie": text})
    sent = written(mail)

    assert set(sent.keys()) <= {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "X-Vigie",
        "Content-Transfer-Encoding",
    }  # fmt: skip
    assert [address.addr_spec for address in sent["To"].addresses] == ["cheffe@fournil.example"]


def written(mail: Mail) -> EmailMessage:
    """The message as it leaves, read again."""
    outbox.outbox = []
    DjangoRelay(backend=LOCMEM).deliver(mail)
    parsed = message_from_bytes(outbox.outbox[0].message().as_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.mark.parametrize(
    "name", ["Rouvelin, Jeanne", 'Jeanne "la Cheffe"', "Éloïse Œuvrard", "Cheffe <x@y.example>", "a@b", ""]
)
def test_name_of_the_recipient_arrives_as_it_is(name: str) -> None:
    sent = written(letter(to_name=name))

    [address] = sent["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "cheffe@fournil.example")


def test_message_leaves_whole() -> None:
    sent = written(
        letter(
            subject="Votre demande est transmise à la chambre de métiers et de l’artisanat du Pas-de-Calais, à Arras",
            html="<p>Bonjour,</p>",
            reply_to="equipe@vigie.example",
            headers={"Auto-Submitted": "auto-generated"},
        )
    )

    assert sent["Message-ID"] == "<1.besoin@vigie.example>"
    assert sent["Subject"].endswith("du Pas-de-Calais, à Arras")
    assert (sent["Reply-To"], sent["Auto-Submitted"]) == ("equipe@vigie.example", "auto-generated")
    assert sent["From"].addresses[0].addr_spec == "ne-pas-repondre@vigie.example"
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert "reçu votre demande" in sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert sent["Bcc"] is None


def test_letter_without_html_is_plain_text() -> None:
    assert written(letter()).get_content_type() == "text/plain"


def test_accented_domain_is_written_in_ascii() -> None:
    assert written(letter(to="chef@fournil-été.example"))["To"] == "Jeanne Rouvelin <chef@xn--fournil-t-i4ab.example>"


# --- SMTP -------------------------------------------------------------------------------------------------------------
class ScriptedSmtp:
    """What smtplib offers, ending as the test says at one of its steps."""

    step, error = "", Exception()
    seen: list[Any]

    def __init__(self, host: str, port: int, **more: Any) -> None:
        type(self).seen = [("connect", more.get("timeout"))]
        self._end("connect")

    def starttls(self, context: Any = None) -> None:
        self._end("starttls")

    def login(self, user: str, password: str) -> None:
        self._end("login")

    def sendmail(self, sender: str, recipients: list[str], message: bytes) -> dict[str, Any]:
        self._end("sendmail")
        type(self).seen.append(("sendmail", recipients, message))
        return {}

    def quit(self) -> None:
        type(self).seen.append(("quit",))
        self._end("quit")

    def close(self) -> None:
        type(self).seen.append(("close",))

    def _end(self, step: str) -> None:
        if step == type(self).step:
            raise type(self).error


@pytest.fixture
def smtp(monkeypatch: pytest.MonkeyPatch) -> type[ScriptedSmtp]:
    class Smtp(ScriptedSmtp):
        seen: list[Any] = []

    monkeypatch.setattr(smtplib, "SMTP", Smtp)
    monkeypatch.setattr(smtplib, "SMTP_SSL", Smtp)
    monkeypatch.setattr(DNS_NAME, "_fqdn", "vigie.example", raising=False)
    return Smtp


def deliver(smtp: type[ScriptedSmtp], step: str = "", error: Exception | None = None) -> None:
    smtp.step, smtp.error = step, error or Exception()
    DjangoRelay(backend=SMTP).deliver(letter())


def refused(code: int, words: bytes = b"no") -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"cheffe@fournil.example": (code, words)})


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("connect", ConnectionRefusedError()), ("connect", TimeoutError()), ("connect", socket.gaierror(-3, "name")),
        ("connect", ssl.SSLError("handshake")), ("connect", smtplib.SMTPConnectError(421, b"busy")),
        ("connect", smtplib.SMTPServerDisconnected("closed")), ("sendmail", smtplib.SMTPHeloError(502, b"no")),
        ("sendmail", smtplib.SMTPServerDisconnected("cut after DATA")), ("sendmail", TimeoutError()),
        ("sendmail", smtplib.SMTPSenderRefused(451, b"later", "x")), ("sendmail", ConnectionResetError()),
        ("sendmail", smtplib.SMTPSenderRefused(550, b"unknown sender", "x")),
        ("sendmail", smtplib.SMTPAuthenticationError(535, b"bad password")),
    ],
)  # fmt: skip
def test_relay_that_is_away_is_temporary(smtp: type[ScriptedSmtp], step: str, error: Exception) -> None:
    with pytest.raises(TemporaryFailure) as caught:
        deliver(smtp, step, error)

    assert caught.value.reason
    assert caught.value.relay_away


@pytest.mark.parametrize("error", [refused(450), refused(451), refused(421), smtplib.SMTPDataError(451, b"later")])
def test_recipient_who_has_to_wait_is_temporary_and_the_relay_is_well(
    smtp: type[ScriptedSmtp], error: Exception
) -> None:
    with pytest.raises(TemporaryFailure) as caught:
        deliver(smtp, "sendmail", error)

    assert not caught.value.relay_away


@pytest.mark.parametrize(
    "error",
    [
        refused(550, b"5.1.1 no such user"), refused(554), refused(501), smtplib.SMTPDataError(554, b"spam"),
        smtplib.SMTPSenderRefused(552, b"too large", "x"), ValueError("Invalid address"),
    ],
)  # fmt: skip
def test_what_will_never_pass_is_permanent(smtp: type[ScriptedSmtp], error: Exception) -> None:
    with pytest.raises(PermanentFailure):
        deliver(smtp, "sendmail", error)


def test_reason_quotes_the_relay_on_one_line(smtp: type[ScriptedSmtp]) -> None:
    with pytest.raises(PermanentFailure) as caught:
        deliver(smtp, "sendmail", refused(550, b"5.1.1 unknown\r\nuser \xff" + b"x" * 500))

    assert caught.value.reason.startswith("adresse refusée par le relais (550 5.1.1 unknown user")
    assert len(caught.value.reason) < 250


@pytest.mark.parametrize(
    "error", [smtplib.SMTPServerDisconnected("gone"), smtplib.SMTPException("odd"), TimeoutError()]
)
def test_lost_good_bye_after_acceptance_is_not_a_failure(smtp: type[ScriptedSmtp], error: Exception) -> None:
    deliver(smtp, "quit", error)

    assert [seen[0] for seen in smtp.seen][:2] == ["connect", "sendmail"]


def test_connection_never_waits_for_ever(smtp: type[ScriptedSmtp], settings: Any) -> None:
    settings.EMAIL_TIMEOUT = None
    deliver(smtp)
    assert smtp.seen[0] == ("connect", TIMEOUT_S)

    settings.EMAIL_TIMEOUT = 7
    deliver(smtp)
    assert smtp.seen[0] == ("connect", 7)


def test_each_message_has_its_connection_and_its_identifier(smtp: type[ScriptedSmtp]) -> None:
    deliver(smtp)

    assert [seen[0] for seen in smtp.seen] == ["connect", "sendmail", "quit"]
    assert smtp.seen[1][1] == ["cheffe@fournil.example"]
    assert b"Message-ID: <1.besoin@vigie.example>" in smtp.seen[1][2]


class IdleBackend(BaseEmailBackend):
    """A backend that takes nothing and says nothing."""

    def send_messages(self, email_messages: Any) -> int:
        return 0


def test_backend_that_took_nothing_is_tried_again() -> None:
    with pytest.raises(TemporaryFailure, match="aucun message"):
        DjangoRelay(backend=f"{__name__}.IdleBackend").deliver(letter())


def test_smtp_cannot_be_asked() -> None:
    assert DjangoRelay(backend=LOCMEM).was_accepted("<1.besoin@vigie.example>") is None


# --- the relay of the tests -------------------------------------------------------------------------------------------
def send(relay: Relay, ranks: range, tries: int = 3) -> dict[int, str]:
    """How each message ended, after at most ``tries`` tries."""
    ends = {}
    for rank in ranks:
        mail = letter(message_id=f"<{rank}@vigie.example>")
        for _ in range(tries):
            if relay.was_accepted(mail.message_id):
                ends[rank] = "sent"
                break
            try:
                relay.deliver(mail)
            except TemporaryFailure:
                ends[rank] = "waiting"
            except PermanentFailure:
                ends[rank] = "failed"
                break
            else:
                ends[rank] = "sent"
                break
    return ends


def test_memory_relay_fails_as_told_and_bad_ones_hold_no_other() -> None:
    waits: list[float] = []
    relay = MemoryRelay(refuse_one_in=10, defer_one_in=7, delay_one_in=9, cut_one_in=4, sleep=waits.append)

    ends = send(relay, range(1, 41))

    assert [rank for rank, end in ends.items() if end != "sent"] == [10, 20, 30, 40]
    assert relay.doubled() == []
    assert len(relay.accepted) == 36
    assert waits == [1.0] * 4


def test_memory_relay_that_cannot_be_asked_doubles_what_was_cut() -> None:
    relay = MemoryRelay(cut_one_in=5, answers=False)

    send(relay, range(1, 21))

    assert len(relay.doubled()) == 4
    assert relay.was_accepted("<1@vigie.example>") is None


def test_memory_relay_that_is_down_takes_nothing() -> None:
    relay = MemoryRelay()
    relay.down = True
    assert set(send(relay, range(1, 5)).values()) == {"waiting"}

    relay.down = False
    assert set(send(relay, range(1, 5)).values()) == {"sent"}
