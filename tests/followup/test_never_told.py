"""S-60: an expert who receives a need from a follow-up learns nothing of the detection: pages, mails, whole bytes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.conftest import end
from tests.directory.factories import ExpertFactory, SubjectFactory
from tests.followup.factories import opened_file, token
from tests.matching.factories import DiagnosisFactory, MatchFactory, NeedFactory
from tests.publication.factories import siret
from tests.security.marked import HERE_ALERT, marked, seen
from tests.security.test_leaks import patterns
from vigie.followup.actions.referring import SECRET_WORDS, Told, refer
from vigie.followup.models import HelpRequest, Workplace
from vigie.journal.delivery import build
from vigie.journal.models import OutgoingMessage
from vigie.kernel.clock import now
from vigie.kernel.period import paris_day
from vigie.kernel.text import fold
from vigie.matching.actions.matches import take_charge
from vigie.matching.actions.visit_draft import Met
from vigie.matching.links import follow_url
from vigie.matching.models import Need
from vigie.rights.table import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "zones")]
# Words that only the agents' side says of a firm; « accompagnement » is a word of both.
WORDS = (*SECRET_WORDS, "DETECTION", "RISQUE FORT", "RISQUE MODERE", "DEVERROUILL", "DETTE SOCIALE", "ZQFILE")

ASKED = frozenset({"matching", "exports", "sheets", "followup"})


def test_neither_page_nor_mail_of_the_expert_says_a_word_of_the_detection(client: Client, folders: Path) -> None:
    world, at = marked(folders), now()
    author, expert = world.people["a35"], world.people["expert"]
    place = Workplace.objects.get(pk=siret(HERE_ALERT.number))
    made = opened_file(author, place, at=at, criticality="high")
    met = Met("Camille Fournil", paris_day(at), "01 39 98 12 34", "camille@forge.example", establishment=place)
    asked = Told(met, SubjectFactory(label="Trésorerie"), "Nous cherchons un financement.", consent=True)
    refer(made, asked, form_token=token(7), by=person(author, at), at=at)
    need = Need.objects.get()
    match = MatchFactory(need=need, expert=ExpertFactory(members=[expert, UserFactory()]), sent_at=at)
    Need.objects.filter(pk=need.pk).update(sent_at=at)
    sign_in(client, expert)

    read = _everything_read(client, world.every_mark, need.pk, match.pk)

    assert {"matching:desk", "matching:need"} <= set(read)
    mails = [build(message, at + timedelta(minutes=5)) for message in OutgoingMessage.objects.all()]
    for mail in filter(None, mails):
        _holds_nothing(world.every_mark, mail.subject, f"{mail.subject} {mail.text} {mail.html}")


def test_neither_the_firm_nor_an_expert_learns_that_its_request_joined_a_file(client: Client, folders: Path) -> None:
    """An agent takes the need that the firm filed: a file opens, and the firm and the other expert read as before."""
    world, at = marked(folders), now()
    author, expert = world.people["a35"], world.people["expert"]
    HabilitationFactory(user=author, role=Role.EXPERT)
    place = Workplace.objects.get(pk=siret(HERE_ALERT.number))
    diagnosis = DiagnosisFactory(completed=True, with_sent_request=True, establishment=place)
    subject = SubjectFactory(label="Trésorerie", tells_difficulty=True)
    need = NeedFactory(diagnosis=diagnosis, subject=subject, sent_at=at, status="quo")
    mine = MatchFactory(need=need, expert=ExpertFactory(members=[author]), sent_at=at)
    match = MatchFactory(need=need, expert=ExpertFactory(members=[expert]), sent_at=at)
    take_charge(mine, by=person(author, at), at=at)
    assert HelpRequest.objects.filter(need=need, taken_by=author).exists()

    firm = client.get(urlsplit(follow_url(diagnosis.solicitation)).path)
    sign_in(client, expert)
    read = _everything_read(client, world.every_mark, need.pk, match.pk)

    assert {"matching:desk", "matching:need"} <= set(read)
    assert firm.status_code == 200
    _holds_nothing(world.every_mark, "page of the firm", firm.content.decode())
    sheet = client.get(reverse("matching:need", args=[need.pk])).content.decode()
    for page in (firm.content.decode(), sheet):
        assert "suivie dans l’accompagnement" not in page
        assert "référent" not in page
    theirs = [one for one in OutgoingMessage.objects.all() if one.recipient != author.email]
    for mail in filter(None, [build(message, at + timedelta(minutes=5)) for message in theirs]):
        _holds_nothing(world.every_mark, mail.subject, f"{mail.subject} {mail.text} {mail.html}")
        assert "accompagnement" not in fold(mail.text).lower()


def _everything_read(client: Client, marks: set[str], need_pk: int, match_pk: int) -> list[str]:
    """Every page of the services asked for; gives those that answered."""
    read = []
    for space, name, parts in sorted(set(patterns(get_resolver()))):
        if space not in ASKED or set(parts) - {"pk", "match_pk", "siren", "siret"}:
            continue
        known = {"pk": need_pk, "match_pk": match_pk, "siren": HERE_ALERT.siren, "siret": siret(HERE_ALERT.number)}
        try:
            answer = client.get(reverse(name, args=[known[part] for part in parts]))
        except NoReverseMatch:
            continue
        content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        if answer.streaming:
            end(answer)
        _holds_nothing(marks, name, content.decode("utf-8", "replace"))
        if answer.status_code == 200:
            read.append(name)
    return read


def _holds_nothing(marks: set[str], where: str, content: str) -> None:
    assert not [mark for mark in marks if mark in seen(content)], where
    text = " ".join(fold(re.sub(r"<[^>]+>", " ", content)).replace("'", " ").split())
    assert not [word for word in WORDS if word in text], where
