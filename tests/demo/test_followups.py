"""The accompagnements of the world: possible words, lived in test_world."""

from __future__ import annotations

from vigie.demo import followups
from vigie.demo.agents import AGENTS
from vigie.demo.followup_stories import STORIES
from vigie.followup.actions.terms import SEEDS


def test_stories_name_agents_acts_and_words_that_exist() -> None:
    people, words = {agent.known.email for agent in AGENTS}, {label for labels in SEEDS.values() for label in labels}
    for story in STORIES:
        assert {story.by, *(act.by for act in story.acts)} <= people
        assert {*story.words, *filter(None, [story.size])} <= words
        assert {act.told["term"] for act in story.acts if act.name == "acted"} <= words
        assert all(callable(getattr(followups.Tale, act.name)) for act in story.acts)
        assert [act.after for act in story.acts] == sorted(act.after for act in story.acts)
        assert all(act.after < story.began for act in story.acts)
