"""How large the invented world is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """One size.

    departements: those that are built (empty: all). experts_per_office: their mean number. home_firms: of the firms,
    those of the département of the story. firms_at_once: how many are drawn before anybody looks; all come with the
    history. history: requests lived through the real actions, over the year before the reference day.
    """

    name: str
    departements: tuple[str, ...]
    experts_per_office: float
    firms: int
    history: int
    home_firms: int
    firms_at_once: int | None = None
    extra_subjects: int = 0
    own_zone_share: float = 0.12


# Where the story of the demo happens: every body whose network is dense has its office there, the others have none.
HOME = "48"
# Another département of every size, whose experts must never see what happens at home.
ELSEWHERE = "69"


SIZES = {
    size.name: size
    for size in (
        Size("small", ("01", "69", "2A", "976", "48"), 1.2, 400, 54, 80),
        Size(
            "agents", ("01", "69", "2A", "976", "48", "30", "34"), 1.2, 400, 54, 80
        ),  # where the agents of the demo have their firms
        Size("demo", (), 1.3, 20_000, 600, 500, firms_at_once=4_000),
        Size("large", (), 9.0, 50_000, 2_000, 500, firms_at_once=4_000, extra_subjects=165),
    )
}
