"""The firms of the demo that ask for help: possible people, places and words."""

from __future__ import annotations

from vigie.demo.agents import AGENTS as PEOPLE
from vigie.demo.asking import AGENTS, REQUESTS
from vigie.demo.followup_stories import STORIES
from vigie.followup.actions.referring import refuse_secret


def test_requests_are_of_known_agents_and_places_and_say_nothing_of_the_detection() -> None:
    assert set(AGENTS.values()) <= {agent.known.email for agent in PEOPLE}
    for one in REQUESTS:
        refuse_secret(one.text)
        if one.story is not None:
            held = STORIES[one.story]
            assert held.departement == one.departement
            assert held.began > one.ago
    assert {one.taken for one in REQUESTS} == {True, False}
