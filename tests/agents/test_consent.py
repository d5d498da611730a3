"""The rules of confidentiality: asked before any firm, again after their time, again when they change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import HabilitationFactory, UserFactory, person, sign_in
from tests.watchlists.factories import agent, consent
from vigie.accounts.models import User
from vigie.agents.actions.references import load_references
from vigie.agents.models import ConfidentialityText, Consent
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.kernel.errors import Forbidden
from vigie.rights.table import Role

pytestmark = pytest.mark.django_db
RULES = "/confidentialite/"


@pytest.fixture
def as_(client: Client) -> Callable[[User], Client]:
    load_references(now())
    return lambda user: sign_in(client, user)


def administrator() -> User:
    user = UserFactory()
    HabilitationFactory(user=user, role=Role.ADMINISTRATOR)
    return user


def test_no_page_of_firms_before_the_rules_are_accepted(as_: Callable[[User], Client]) -> None:
    client = as_(agent(consented=False))
    listing = reverse("watchlists:list")

    refused = client.get(f"{listing}?section=C")
    assert (refused.status_code, refused.url) == (302, f"{RULES}?next=%2Fdetection%2F%3Fsection%3DC")
    assert "vous y" not in client.get(listing).content.decode()
    accepted = client.post(RULES, {"version": "1", "next": f"{listing}?section=C"})

    assert (accepted.status_code, accepted.url) == (302, f"{listing}?section=C")
    assert client.get(listing).status_code == 200
    assert Consent.objects.get().text.version == 1
    assert AuditEvent.objects.filter(action="consent", result="allowed").count() == 1


def test_the_rules_are_asked_again_after_their_time(as_: Callable[[User], Client]) -> None:
    user = agent(consented=False)
    client = as_(user)
    given = consent(user)
    assert client.get(reverse("watchlists:list")).status_code == 200

    Consent.objects.filter(pk=given.pk).update(at=now() - timedelta(days=91))

    assert client.get(reverse("watchlists:list")).status_code == 302


def test_a_new_text_is_asked_of_everybody_and_the_old_one_accepts_nothing(as_: Callable[[User], Client]) -> None:
    user = agent()
    client = as_(administrator())
    client.post(reverse("agents:edit_confidentiality"), {"body": "Une règle de plus."})
    client.post(reverse("agents:edit_confidentiality"), {"body": "Une règle de plus."})
    assert ConfidentialityText.objects.order_by("-version").values_list("version", flat=True)[0] == 2
    client = as_(user)

    assert client.get(reverse("watchlists:list")).status_code == 302
    late = client.post(RULES, {"version": "1"}, follow=True)

    assert "viennent de changer" in late.content.decode()
    assert Consent.objects.filter(text__version=2).count() == 0


def test_the_return_address_stays_here(as_: Callable[[User], Client]) -> None:
    client = as_(agent(consented=False))

    for elsewhere in ("//ailleurs.example/", "https://ailleurs.example/", "javascript:alert(1)"):
        assert client.post(RULES, {"version": "1", "next": elsewhere}).url == reverse("watchlists:list")


def test_others_are_not_asked_and_cannot_accept(as_: Callable[[User], Client]) -> None:
    from vigie.agents.actions.consent import accept

    client = as_(UserFactory(team=True))

    assert client.get(RULES).status_code == 404
    assert client.get(reverse("watchlists:runs")).status_code == 200
    with pytest.raises(Forbidden):
        accept(1, by=person(UserFactory(team=True)), at=now())


def test_references_are_added_once_and_what_was_changed_stays() -> None:
    from vigie.accounts.models_agents import Segment

    load_references(now())
    Segment.objects.filter(code="prefecture").update(label="Préfets")

    assert load_references(now()) == "Ajoutés\u00a0: 0\u00a0réseau, 0\u00a0segment"
    assert Segment.objects.get(code="prefecture").label == "Préfets"
    assert Segment.objects.get(code="crp").network_codes() == frozenset({"crp", "codefi"})
    assert Segment.objects.get(code="dreets").network_codes() == frozenset()


@pytest.mark.parametrize(
    ("typed", "absent"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[ici](javascript:alert(1))", 'javascript:"'),
        ('<img src=x onerror="alert(1)">', "<img"),
        ("![image](https://ailleurs.example/x.png)", "<img"),
    ],
)
def test_markdown_lets_nothing_run(typed: str, absent: str) -> None:
    from vigie.ui.markdown import to_html

    assert absent not in to_html(typed)


def test_markdown_draws_lists_and_links() -> None:
    from vigie.ui.markdown import to_html

    drawn = to_html("# Contexte\n\n- **un**\n- [deux](https://exemple.example/)")

    assert "<h3>Contexte</h3>" in drawn
    assert "<li><strong>un</strong></li>" in drawn
    assert 'rel="nofollow noopener noreferrer"' in drawn


def test_what_was_typed_is_kept_while_the_rules_are_accepted(as_: Callable[[User], Client]) -> None:
    client = as_(agent(consented=False))
    client.get(RULES)  # the browser learns which account it is

    refused = client.post(
        reverse("sheets:follow", args=["290000017"]),
        {"comment": "Le dirigeant m’a appelé hier au sujet de ses dettes."},
    )

    assert refused.status_code == 302
    assert refused.url.startswith(RULES)
    assert "est gardé une heure" in client.get(RULES).content.decode()
