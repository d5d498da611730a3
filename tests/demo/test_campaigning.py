"""The campaign of the demo: lived once, by the agents that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns.factories import listed, workplace_of
from tests.followup.factories import colleague
from tests.watchlists.conftest import folders as folders
from tests.watchlists.factories import MENUISERIE
from vigie.campaigns.models import Campaign, Visit
from vigie.demo import campaigning
from vigie.demo.followup_stories import KARIM, RENAUD
from vigie.kernel.clock import now

pytestmark = pytest.mark.django_db


def test_the_campaign_is_lived_once_with_a_visit_held(folders: Path) -> None:
    listed(folders)
    assert campaigning.write(now()) == 0
    for name, of, email in (("Renaud Keller", "crp", RENAUD), ("Karim Sellier", "dgfip", KARIM)):
        user = colleague(name, of)
        user.email = email
        user.save(update_fields=["email"])
    workplace_of(MENUISERIE.siren)

    told, again = campaigning.write(now()), campaigning.write(now())

    made = Campaign.objects.get()
    assert (told, again) == (3, 0)
    assert sorted(made.targets.values_list("state", flat=True)) == ["done", "taken", "taken"]
    assert made.members.count() == 2
    assert [(one.state, one.report.text) for one in Visit.objects.all()] == [("held", campaigning.SAID)]
