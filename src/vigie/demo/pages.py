"""What the pages of the demo's mailbox show."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.urls import reverse

from vigie.demo.models import DemoMail
from vigie.ui.components import Cell, Column, Fact, Table
from vigie.ui.formats import counted, exact

PER_PAGE = 25


@dataclass(frozen=True)
class MailboxPage:
    """The mails sent, the newest first."""

    recipient: str
    count: str
    table: Table
    mails: Page


@dataclass(frozen=True)
class MailPage:
    """One mail: its headers, its text, and the address of its HTML (empty when it has none)."""

    subject: str
    facts: tuple[Fact, ...]
    text: str
    html: str
    back: str


def mailbox_page(recipient: str, number: str) -> MailboxPage:
    """``/demo/courriels/``. recipient: a part of an address or of a name. 2 queries."""
    found = DemoMail.objects.defer("text", "html")
    if recipient:
        found = found.filter(Q(to__icontains=recipient) | Q(to_name__icontains=recipient))
    mails = Paginator(found, PER_PAGE).get_page(number)
    return MailboxPage(
        recipient=recipient,
        count=counted(mails.paginator.count, "courriel"),
        table=Table(
            caption="Courriels envoyés",
            caption_hidden=True,
            columns=(Column("Objet", header=True), Column("Destinataire"), Column("Envoyé")),
            rows=tuple(
                (
                    Cell(mail.subject or "(sans objet)", href=reverse("demo:mail", args=[mail.pk])),
                    Cell(mail.to, hint=mail.to_name),
                    Cell(at=mail.sent_at),
                )
                for mail in mails.object_list
            ),
            empty="Aucun courriel. Ils apparaissent ici dès qu’une action en envoie.",
            keys=True,
        ),
        mails=mails,
    )


def mail_page(mail: DemoMail) -> MailPage:
    """``/demo/courriels/<id>/``. No query."""
    return MailPage(
        subject=mail.subject or "(sans objet)",
        facts=(
            Fact("À", f"{mail.to_name} <{mail.to}>" if mail.to_name else mail.to),
            Fact("Envoyé le", exact(mail.sent_at)),
            Fact("Identifiant", mail.message_id),
        ),
        text=mail.text,
        html=reverse("demo:mail_html", args=[mail.pk]) if mail.html else "",
        back=f"{reverse('demo:mails')}?destinataire={mail.to}",
    )
