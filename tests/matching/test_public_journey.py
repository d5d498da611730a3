"""A request, from the home page to its sending, with scripts off: what a browser would send, no more."""

from __future__ import annotations

import pytest

from tests.matching.public_pages import Visitor, an_establishment
from vigie.journal.jobs import queued
from vigie.journal.models import OutgoingMessage
from vigie.matching.models import Solicitation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates", "landing")]

ANSWERS = {
    "q_recrutement_premier": "true",
    "q_recrutement_identifie": "false",
    "q_recrutement_en_apprentissage": "true",
    "q_recrutement_poste_cadre": "false",
}
CONTACT = {"full_name": "Camille Fournil", "phone": "0123456789", "email": "camille@fournil.example"}
NEED = "Nous voulons recruter un apprenti pour la rentrée de septembre."


def test_a_baker_sends_a_request_without_script(visitor: Visitor) -> None:
    an_establishment(name="BOULANGERIE DU CENTRE")

    theme = visitor.follow(visitor.open("/"), "Recruter, former")
    form = visitor.follow(theme, "Je veux recruter")
    company = visitor.send(form, **CONTACT)
    found = visitor.send(company, q="boulangerie du centre")
    description = visitor.choose(found)
    sent = visitor.send(description, description=NEED, **ANSWERS)

    assert "Votre demande est envoyée." in sent.text
    request = Solicitation.objects.get()
    assert (request.state, request.company_checked, request.commune_code) == ("in_progress", True, "69123")
    assert dict(request.answers.values_list("question__key", "value"))["recrutement_premier"] == "true"
    assert OutgoingMessage.objects.filter(template="matching/mail/solicitation_received").count() == 1
    assert [job.name for job in queued()].count("prepare_solicitation") == 1
    follow = visitor.follow(sent, "Suivre ma demande")
    assert "Demande reçue" in follow.text
