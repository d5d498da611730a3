"""Over every lifecycle of the service: the table is closed, complete, and agrees with rights, events and columns."""

from __future__ import annotations

import pytest
from django.apps import apps

from vigie.journal.events import EVENTS_BY_NAME
from vigie.kernel.lifecycle import Lifecycle
from vigie.rights.table import ACTIONS_BY_CODE, grants

LIVING = [m for m in apps.get_models() if isinstance(getattr(m, "LIFECYCLE", None), Lifecycle)]
# Canceled is left by completing the request again, so it is not final; its stamp is checked by the database.
pytestmark = pytest.mark.parametrize("model", LIVING, ids=lambda model: model._meta.label)


def test_every_state_is_reached_and_every_transition_stays_inside(model) -> None:
    table: Lifecycle = model.LIFECYCLE

    assert table.reachable() == set(table.codes)
    for step in table.transitions:
        assert {*step.sources, step.target} <= set(table.codes), step.name
        assert step.target not in step.sources, f"{step.name} goes nowhere"


def test_names_are_unique(model) -> None:
    table: Lifecycle = model.LIFECYCLE

    assert len(table.by_name) == len(table.transitions)
    assert len(table.by_code) == len(table.states)
    assert len({state.label for state in table.states}) == len(table.states)


def test_rights_and_events_of_the_table_exist_for_this_model(model) -> None:
    from vigie.rights.table import Role

    for step in model.LIFECYCLE.transitions:
        assert ACTIONS_BY_CODE[step.right].model == model._meta.label, step.name
        assert grants(step.right, frozenset(Role)), f"nobody may {step.name}"
        assert EVENTS_BY_NAME[step.event].subject == model._meta.label, step.name


def test_columns_of_the_table_exist(model) -> None:
    table: Lifecycle = model.LIFECYCLE
    columns = {field.name for field in model._meta.concrete_fields} | {f.attname for f in model._meta.concrete_fields}

    assert model._meta.get_field(table.field).choices == table.choices
    assert model._meta.get_field(table.field).default == table.initial
    for step in table.transitions:
        assert {*step.stamps, *step.clears, *step.requires} <= columns, step.name
        assert set(step.requires) <= set(table.missing_fr), f"{step.name}: say in French what is missing"


def test_final_states_are_stamped_by_each_way_in(model) -> None:
    table: Lifecycle = model.LIFECYCLE

    for step in table.transitions:
        if step.target in table.final_codes:
            assert step.stamps, f"{step.name} ends the life of {table.name} without a date"
