"""What the Urssaf delivers, line by line, from a block and for a delivery."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vigie.detection.invent import words
from vigie.detection.invent.block import Block, extraction_day
from vigie.detection.invent.firms import Bools
from vigie.detection.invent.proceedings import IN_BONIS, IN_PLAN, KINDS, STAGES, states
from vigie.detection.invent.rows import (
    Bytes,
    Cell,
    Ints,
    chosen,
    compact,
    decimal,
    digits,
    judicial,
    lines,
    months_of,
    period,
    shifted,
    slashed,
    text,
    urssaf,
    where,
    whole,
)
from vigie.detection.invent.streams import stream

WORKFORCE_DELAY = 2  # the delivery of a month brings the workforce of two months before
PLAN_STAGES = ("APPROB", "PR", "DEBUT", "REFUS", "REJ", "FIN")
CCSF_STAGES = ("APPROB", "DEBUT", "DEBUT", "REFUS", "REJ", "FIN")


def contributions(block: Block, delivery: int) -> Iterator[bytes]:
    """sigfaible_cotisdues: the SIRET is that of the period."""
    due = block.due
    keep = np.flatnonzero(due.known(delivery))
    account = due.account[keep]
    firm = block.accounts.firm[account]
    cents = due.amount(delivery)[keep]
    recovered = np.where(cents > 0, cents // 4 * (due.cents[keep] % 5 == 0), 0)
    for low in range(0, len(keep), block.options.chunk_rows):
        part = slice(low, low + block.options.chunk_rows)
        cells: list[Cell] = [
            shifted(block.manager, firm[part]),
            shifted(block.departement, firm[part]),
            digits(block.siret_at(account[part], due.start[keep][part]), 14),
            shifted(block.account, account[part]),
            period(due.start[keep][part], due.span[keep][part]),
            decimal(recovered[part], b","),
            decimal((cents - recovered)[part], b","),
            decimal(cents[part], b","),
        ]
        yield from lines(cells, b";", block.options.chunk_rows)


def debits(block: Block, delivery: int) -> Iterator[bytes]:
    """sigfaible_debits: shuffled; the SIRET is the one of today."""
    owed, options = block.debts, block.options
    order = stream(options.seed, "debits order", block.firms.block).permutation(len(owed.line))
    order = order[owed.counted[order] <= delivery]
    line = owed.line[order]
    account = owed.account[line]
    firm = block.accounts.firm[account]
    siret = block.current_siret(delivery)
    running = _running(block, delivery)
    gone = block.life.proceedings.ends_at[firm] <= delivery
    for low in range(0, len(order), options.chunk_rows):
        part = slice(low, low + options.chunk_rows)
        at, of = order[part], line[part]
        cells: list[Cell] = [
            shifted(block.manager, firm[part]),
            shifted(block.departement, firm[part]),
            shifted(block.account, account[part]),
            shifted(block.siren, firm[part]),
            digits(siret[account[part]], 14),
            compact(block.firms.created_on[firm[part]]),
            digits(np.where(gone[part], 3, 1), 1),
            digits(running[firm[part]], 1),
            period(owed.start[of], owed.span[of]),
            digits(owed.number[of], 3),
            whole(owed.rank[at]),
            urssaf(owed.day[at]),
            whole(owed.employee_cents[at]),
            whole(owed.employer_cents[at]),
            whole(owed.operation[at]),
            whole(owed.motive[of]),
            digits(owed.appeal[of].astype(np.int64), 1),
        ]
        yield from lines(cells, b";", options.chunk_rows)


def _running(block: Block, delivery: int) -> Ints:
    """Cd_pro_col: 1 while a proceeding runs, 2 during a plan, 0 otherwise."""
    events = block.life.proceedings.events
    known = (events.known_on <= extraction_day(delivery)) & (events.day <= extraction_day(delivery))
    state = states(block.options, len(block.firms), events, known, at_end=True)[delivery - block.options.start]
    return np.select([state == IN_BONIS, state == IN_PLAN], [0, 2], 1)


def workforce_columns(block_start: int, delivery: int) -> tuple[str, ...]:
    """effAAAAXY for the months from block_start to the last one delivered."""
    months = range(block_start, delivery - WORKFORCE_DELAY + 1)
    return tuple(f"eff{month // 12}{month % 12 // 3 + 1}{month % 3 + 1}" for month in months)


def _delivered(block: Block, delivery: int) -> slice:
    low = block.options.window_start - block.options.start
    return slice(low, delivery - WORKFORCE_DELAY + 1 - block.options.start)


def revised(block: Block, delivery: int) -> NDArray[np.int32]:
    """Workforce of firms as a delivery says it: the last two months of some are provisional, one person off."""
    people = block.life.employed
    shy = stream(block.options.seed, "provisional", block.firms.block).random(people.shape, dtype=np.float32) < 0.02
    last = delivery - WORKFORCE_DELAY - block.options.start
    rows = np.arange(len(people))[:, None]
    return people + (shy & (rows > last - 2) & (people >= 12)).astype(np.int32)


def workforce_of_firms(block: Block, delivery: int) -> Iterator[bytes]:
    """sigfaible_effectif_siren: wide."""
    months = _delivered(block, delivery)
    people, counted = revised(block, delivery)[months], block.life.counted[months]
    some = np.flatnonzero(counted.any(axis=0))
    head: list[Bytes] = [block.siren, block.name(";"), _ape(block), block.departement]
    yield from _wide(block, head, some, some, people, counted, None)


def workforce_of_places(block: Block, delivery: int) -> Iterator[bytes]:
    """sigfaible_effectif_siret: wide, the people of the firm shared between its establishments, to the unit."""
    months = _delivered(block, delivery)
    people, counted = revised(block, delivery)[months], block.life.counted[months]
    owner = block.places.firm
    head: list[Bytes] = [
        shifted(_main_account(block), owner),
        digits(block.places.siret, 14),
        *(shifted(column, owner) for column in (block.name(";"), _ape(block), block.departement)),
    ]
    some = np.flatnonzero(np.asarray(counted.any(axis=0))[owner])
    yield from _wide(block, head, some, owner[some], people, counted, months)


def _main_account(block: Block) -> Bytes:
    """Each firm's first account; an empty cell for those that have none."""
    first = np.full(len(block.firms), -1)
    first[block.accounts.firm[::-1]] = np.arange(len(block.accounts.firm))[::-1]
    if not len(block.account):
        return np.zeros((len(first), 18), np.uint8)
    return where(first >= 0, shifted(block.account, first))


def _wide(
    block: Block, head: list[Bytes], some: Ints, owner: Ints, people: NDArray[np.int32], counted: Bools,
    shared: slice | None,
) -> Iterator[bytes]:  # fmt: skip
    """Lines of the wide files, a few thousand at once: a line has as many cells as there are months."""
    step = max(block.options.chunk_rows // 20, 1)
    for low in range(0, len(some), step):
        part, of = some[low : low + step], owner[low : low + step]
        cells: list[Cell] = [shifted(column, part) for column in head]
        if shared is None:
            values, present = people[:, of].astype(np.int64), counted[:, of]
        else:
            values, present = _shared(block, part, of, people, counted, shared)
        cells += [whole(values[month], present[month]) for month in range(len(values))]
        yield from lines(cells, b";", step)


def _shared(
    block: Block, place: Ints, firm: Ints, people: NDArray[np.int32], counted: Bools, months: slice
) -> tuple[Ints, Bools]:
    """People of establishments: the rounded parts add up to the firm; a move carries the head office along."""
    where_ = block.places
    total = people[:, firm].astype(np.int64)
    ends = np.cumsum(where_.share) - np.concatenate([[0.0], np.cumsum(where_.share)])[where_.first_of[where_.firm]]
    begins = ends - where_.share
    parts = np.floor(total * ends[place] + 1e-6) - np.floor(total * begins[place] + 1e-6)
    moved = block.firms.moves_at[firm]
    month = (block.options.start + np.arange(block.options.length))[months][:, None]
    last = where_.first_of[firm] + block.firms.establishments[firm]
    head_share = where_.share[where_.first_of[firm]]
    head = np.floor(total * head_share + 1e-6)
    follows = (moved >= 0) & (place == last)
    parts = np.where(follows, head, parts)
    present = counted[:, firm] & (~follows | (month >= moved))
    present &= ~((moved >= 0) & (place == where_.first_of[firm]) & (month >= moved))
    return parts.astype(np.int64), present


def _ape(block: Block) -> Bytes:
    return chosen([trade.naf.replace(".", "") for trade in words.ALL_TRADES], block.firms.trade)


def payment_plans(block: Block, delivery: int) -> Iterator[bytes]:
    """sigfaible_delais."""
    plans = block.plans
    keep = np.flatnonzero(plans.created_on <= extraction_day(delivery))
    account, created, days = plans.account[keep], plans.created_on[keep], plans.days[keep]
    firm = block.accounts.firm[account]
    cells: list[Cell] = [
        shifted(block.manager, firm),
        shifted(block.departement, firm),
        digits(block.current_siret(delivery)[account], 14),
        shifted(block.account, account),
        digits(keep + block.firms.block * 1_000_000, 13),
        slashed(created),
        slashed(created + days),
        whole(days),
        shifted(block.name(";"), firm),
        text(np.where(days < 180, b"INF", b"SUP")),
        digits(months_of(created) // 12, 4) if len(keep) else digits(created, 4),
        decimal(plans.cents[keep], b","),
        chosen(PLAN_STAGES, plans.stage[keep]),
        text(np.where(plans.cents[keep] % 3 == 0, b"SUR PO", b"SUR PP")),
    ]
    yield from lines(cells, b";", block.options.chunk_rows)


def ccsf(block: Block, delivery: int) -> Iterator[bytes]:
    """sigfaible_ccsf."""
    plans = block.plans
    keep = np.flatnonzero((plans.created_on <= extraction_day(delivery)) & plans.ccsf)
    account = plans.account[keep]
    firm = block.accounts.firm[account]
    cells: list[Cell] = [
        shifted(block.manager, firm),
        shifted(block.departement, firm),
        digits(block.current_siret(delivery)[account], 14),
        shifted(block.account, account),
        urssaf(plans.created_on[keep]),
        chosen(CCSF_STAGES, plans.stage[keep]),
        b"CCSF",
    ]
    yield from lines(cells, b";", block.options.chunk_rows)


def proceedings(block: Block, delivery: int) -> Iterator[bytes]:
    """sigfaible_pcoll: action and stage in either order."""
    events = block.life.proceedings.events
    limit = extraction_day(delivery)
    keep = np.flatnonzero((events.known_on <= limit) & (events.day <= limit))
    firm = events.firm[keep]
    swapped = (events.day[keep] + firm) % 2 == 0
    labels = [f"{kind}_{stage}".capitalize() for kind in KINDS for stage in STAGES]
    labels += [f"{stage}_{kind}".capitalize() for kind in KINDS for stage in STAGES]
    which = events.kind[keep] * len(STAGES) + events.stage[keep] + swapped * len(KINDS) * len(STAGES)
    head = block.places.siret[block.places.first_of[firm]]
    cells: list[Cell] = [
        digits(head, 14),
        shifted(block.siren, firm),
        judicial(events.day[keep]),
        whole(events.kind[keep] + 1),
        chosen(labels, which),
    ]
    yield from lines(cells, b";", block.options.chunk_rows)
