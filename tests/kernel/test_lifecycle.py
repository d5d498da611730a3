import pytest

from vigie.kernel.errors import TransitionRefused
from vigie.kernel.lifecycle import Lifecycle, State, Transition

DOOR = Lifecycle(
    name="door",
    initial="open",
    states=(State("open", "Ouverte"), State("closed", "Fermée", final=True), State("lost", "Perdue")),
    transitions=(Transition("close", ("open",), "closed", "door.close", "door.closed", button="Fermer"),),
)


def test_offers_what_leaves_the_state() -> None:
    assert [t.name for t in DOOR.offered("open")] == ["close"]
    assert DOOR.offered("closed") == ()


def test_refuses_with_the_present_state_in_words() -> None:
    with pytest.raises(TransitionRefused) as caught:
        DOOR.transition("close", "closed")

    assert "«\u00a0Fermée\u00a0»" in caught.value.message_fr
    assert caught.value.code == "transition_not_from_here"


def test_unknown_transition_is_refused() -> None:
    with pytest.raises(TransitionRefused):
        DOOR.transition("slam", "open")


def test_reachable_states() -> None:
    assert DOOR.reachable() == {"open", "closed"}
