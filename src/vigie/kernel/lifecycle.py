"""A lifecycle: a closed table of states and transitions, and the questions that can be asked of it.

Buttons, rights, stamps, events, documentation and tests are all read from the table (decision 0003).
The only writer is ``vigie.journal.actions.perform``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property

from vigie.kernel.errors import TransitionRefused


@dataclass(frozen=True)
class State:
    """One state: a stored code, its French label, the DSFR badge that shows it, and whether it ends the life."""

    code: str
    label: str
    badge: str = "info"  # DSFR severity: info, success, warning, error, new
    final: bool = False


@dataclass(frozen=True)
class Transition:
    """One row of the table: who may go from where to where, what is stamped and cleared, what is recorded.

    right: action of the RIGHTS table asked of the person.
    stamps: datetime fields set to the moment if they are empty; clears: fields set back to null.
    button: French label; empty when the transition has no button of its own.
    requires: fields that must not be empty once the act is written (a reason, a closing help).
    """

    name: str
    sources: tuple[str, ...]
    target: str
    right: str
    event: str
    button: str = ""
    stamps: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lifecycle:
    """The table of one kind of object. ``field`` is the model's state column."""

    name: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    initial: str
    field: str = "state"
    missing_fr: dict[str, str] = dataclass_field(
        default_factory=dict
    )  # field → what to say when a required field is empty

    @cached_property
    def by_code(self) -> dict[str, State]:
        return {state.code: state for state in self.states}

    @cached_property
    def by_name(self) -> dict[str, Transition]:
        return {transition.name: transition for transition in self.transitions}

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(state.code, state.label) for state in self.states]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(state.code for state in self.states)

    @property
    def final_codes(self) -> tuple[str, ...]:
        return tuple(state.code for state in self.states if state.final)

    def label(self, code: str) -> str:
        return self.by_code[code].label

    def offered(self, code: str) -> tuple[Transition, ...]:
        """The transitions that leave this state, in the order of the table."""
        return tuple(transition for transition in self.transitions if code in transition.sources)

    def transition(self, name: str, code: str) -> Transition:
        """The row called ``name``, if it leaves the state ``code``; else TransitionRefused."""
        found = self.by_name.get(name)
        if found is None:
            raise TransitionRefused("transition_unknown", "Cette action n’existe pas.")
        if code not in found.sources:
            raise TransitionRefused(
                "transition_not_from_here",
                f"Cette action n’est plus possible\u00a0: l’état est maintenant «\u00a0{self.label(code)}\u00a0». "
                "Rechargez la page pour voir la suite.",
            )
        return found

    def reachable(self) -> set[str]:
        """The states that can be reached from the initial one."""
        seen, todo = {self.initial}, [self.initial]
        while todo:
            here = todo.pop()
            for transition in self.offered(here):
                if transition.target not in seen:
                    seen.add(transition.target)
                    todo.append(transition.target)
        return seen


def labels(states: Iterable[State]) -> dict[str, str]:
    """Gives code → French label."""
    return {state.code: state.label for state in states}
