"""How large the invented world is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """One size. departements: those that are built (empty: all). experts: mean number per office. history: requests
    lived through the real actions, over the year before the reference day.
    """

    name: str
    departements: tuple[str, ...]
    experts_per_office: float
    firms: int
    history: int
    extra_subjects: int = 0
    own_zone_share: float = 0.12


SIZES = {
    size.name: size
    for size in (
        Size("small", ("01", "69", "2A", "976", "48"), 1.2, 400, 40),
        Size("demo", (), 1.3, 20_000, 600),
        Size("large", (), 9.0, 50_000, 2_000, extra_subjects=165),
    )
}
