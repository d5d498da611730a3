"""Statements composed once: Django writes a page's SQL anew at each request, which costs more than running it.

``@composed_once`` turns a function that builds a QuerySet into one that gives its rows::

    @composed_once
    def _answers(need_id: int, at: datetime) -> QuerySet[Answer]:
        return Answer.objects.filter(need=need_id, given_at__lt=at)

    rows = _answers(need.pk, now())   # a list; the SQL was written at the first call of this process

The function hands its values to the statement and looks at none of them, for it is only called with stand-ins: what it
may look at is whether a value is None, False, True, empty or a member of an enumeration, how many items a list or a
set of numbers has, and anything in a set of words. Who asks the clock is given the moment of each call. Each such shape
has its statement, so two people of different roles never share one, and a person's own numbers are always given anew. A
value that changes the SQL text itself (a part of a pattern) is refused at the first call, but for a number said to be
one: ``Spelled``, where a page of a list begins. Tests compose every statement beside the kept one
(``STATEMENTS_CHECKED``; a set, for who asks the same thousands of times: what was composed with these values this
minute is in it, and is not again).
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import wraps
from typing import Any, ParamSpec, cast

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Count, Q, QuerySet, Value

from vigie.kernel import clock

P = ParamSpec("P")
WIDEST = 2**31 - 1  # what the narrowest columns hold
STARTS, APART = (1_000_000_000, 1_501_230_000), 10_000  # stand-ins, and how far from each other
MOST_SHAPES = 500  # of one function; the rarest roles and sets come after the first hundreds
_UNKNOWN = object()


class Spelled(int):
    """A number that the SQL spells out, as a slice does: each has its statement."""


class NotComposable(TypeError):
    """The function looks at a value, or hands it to what is not a place of the statement."""


def composed_once(build: Callable[P, QuerySet[Any, Any]]) -> Callable[P, list[Any]]:
    """The rows of the QuerySet that ``build`` gives, by a statement kept for each shape of what it is given."""
    kept: dict[Hashable, Any] = {}  # _Statement, or None where there is no row, ever

    @wraps(build)
    def rows(*given: P.args, **named: P.kwargs) -> list[Any]:
        values = (*given, *(named[name] for name in sorted(named)))
        leaves: list[Any] = [clock.now()]
        shape = (tuple(sorted(named)), tuple(_shape(value, leaves) for value in values))
        statement = kept.get(shape, _UNKNOWN)  # asked once: another thread may empty it meanwhile
        if statement is _UNKNOWN:
            if len(kept) >= MOST_SHAPES:
                kept.clear()
            statement = kept[shape] = _compose(build, given, named)
        if _to_check(getattr(settings, "STATEMENTS_CHECKED", False), (build, shape), leaves):
            with clock.held(leaves[0]):
                _check(statement, build(*given, **named), leaves)
        return [] if statement is None else statement.rows(leaves)

    return rows


def anew(kept: Callable[P, list[Any]], *given: P.args, **named: P.kwargs) -> list[Any]:
    """The same rows by a statement written again: for values that change its text, as words looked for do."""
    build: Callable[P, QuerySet[Any, Any]] = kept.__wrapped__  # type: ignore[attr-defined]
    return list(build(*given, **named))


def among(values: Iterable[Any]) -> tuple[Any, ...]:
    """These numbers or texts, and others that nothing bears, up to a power of two: so that a handful of statements
    serve sets of any size.
    """
    known = tuple(values)
    more = range(len(known), 1 << (len(known) - 1).bit_length() if known else 0)
    return known + tuple(f"-{rank}" if isinstance(known[0], str) else -rank for rank in more)


def hung(rows: Iterable[Any], name: str, found: Callable[[tuple[int, ...]], list[Any]], by: str) -> list[Any]:
    """What ``Prefetch(to_attr=name)`` does, by a statement composed once; by: their attribute holding a row's key."""
    known = list(rows)
    held: dict[int, list[Any]] = {row.pk: [] for row in known}
    for one in found(among(held)) if held else ():
        held[getattr(one, by)].append(one)
    for row in known:
        setattr(row, name, held[row.pk])
    return known


def counts(rows: QuerySet[Any], **within: Q) -> QuerySet[Any, tuple[int, ...]]:
    """How many rows each condition takes, as one row: what ``aggregate`` says, for a statement to compose once.

    No row at all where the rows are none by definition.
    """
    counters = {name: Count("pk", filter=condition) for name, condition in within.items()}
    return rows.order_by().values(whole=Value(1)).annotate(**counters).values_list(*counters)


# --- what is given, taken apart -------------------------------------------------------------------------------------
def _shape(value: Any, leaves: list[Any]) -> Hashable:
    """What the statement depends on; its leaves, which it does not, are added to the list in a steady order."""
    kind = type(value)
    if kind is Spelled:
        return str(kind), int(value)
    if _is_looked_at(value):
        return cast("Hashable", value)
    if kind in (int, datetime, date):
        leaves.append(value)
        return str(kind)
    if kind is str:
        if value:
            leaves.append(value)
        return "text" if value else ""
    if kind is frozenset:
        if not all(type(one) is int for one in value):
            return value
        leaves.extend(sorted(value))
        return "numbers", len(value)
    if isinstance(value, tuple | list):
        return str(kind), tuple(_shape(one, leaves) for one in value)
    if is_dataclass(value):
        return str(kind), tuple(_shape(getattr(value, field.name), leaves) for field in fields(value))
    raise NotComposable(f"a statement is not composed with {kind}")


def _is_looked_at(value: Any) -> bool:
    """It is itself the shape: so is a number that a column may be too narrow for, of which Django makes no row."""
    if type(value) is int:
        return abs(value) > WIDEST
    return value is None or type(value) is bool or isinstance(value, Enum)


def _stand_in(value: Any, numbers: Iterator[int]) -> Any:
    """The same with other leaves, as many and in the same order."""
    kind = type(value)
    if kind is Spelled or _is_looked_at(value):
        return value
    if kind is int:
        return next(numbers)
    if kind is datetime:
        return datetime(1971, 1, 1, tzinfo=UTC) + timedelta(seconds=next(numbers) // APART)
    if kind is date:
        return date(1971, 1, 1) + timedelta(days=next(numbers) // APART % 20_000)
    if kind is str:
        return f"stand-in {next(numbers)}" if value else ""
    if kind is frozenset:
        if not all(type(one) is int for one in value):
            return value
        first, *_over = (next(numbers) for _ in range(1 + len(value) // APART))
        return frozenset(range(first, first + len(value)))
    if isinstance(value, tuple | list):
        return kind(_stand_in(one, numbers) for one in value)
    changed = copy.copy(value)
    for field in fields(value):
        object.__setattr__(changed, field.name, _stand_in(getattr(value, field.name), numbers))
    return changed


# --- the statement --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Statement:
    """SQL with its parameters; ``places``: position of a parameter → leaf that is given there."""

    queryset: Any
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]

    def filled(self, leaves: list[Any]) -> tuple[str, tuple[Any, ...]]:
        params = list(self.params)
        ops = connections[self.queryset.db].ops
        for position, leaf in self.places:
            params[position] = _adapted(leaves[leaf], ops)
        return self.sql, tuple(params)

    def rows(self, leaves: list[Any]) -> list[Any]:
        """Runs it: Django's own rows, relations and prefetches, but for the writing of the SQL."""
        written = self.filled(leaves)
        compiler = _twin(self.compiler)
        compiler.connection = connections[self.queryset.db]
        compiler.as_sql = lambda *_told, **_named: written
        query = _twin(self.queryset.query)
        query.get_compiler = lambda *_told, **_named: compiler
        queryset = _twin(self.queryset)
        queryset._query, queryset._result_cache, queryset._prefetch_done = query, None, False
        return list(queryset)


def _twin(one: Any) -> Any:
    """The same object with attributes of its own (``copy.copy`` of a QuerySet would ask for its rows)."""
    twin = one.__class__.__new__(one.__class__)
    twin.__dict__.update(one.__dict__)
    return twin


def _adapted(leaf: Any, ops: Any) -> Any:
    if type(leaf) is datetime:
        return ops.adapt_datetimefield_value(leaf)
    return ops.adapt_datefield_value(leaf) if type(leaf) is date else leaf


def _compose(build: Callable[..., Any], given: Any, named: Any) -> _Statement | None:
    """Composed twice with different stand-ins: what differs is where they went. None: it has no row, ever."""
    first, second = (_composed(build, given, named, start) for start in STARTS)
    if first is None or second is None:
        if first is second:
            return None
        raise NotComposable(f"{build.__qualname__} looks at a value")
    queryset, compiler, sql, params, leaves = first
    _again, _compiler, other_sql, other_params, other_leaves = second
    if sql != other_sql or len(params) != len(other_params):
        raise NotComposable(f"{build.__qualname__} looks at a value")
    places = []
    for position, (one, other) in enumerate(zip(params, other_params, strict=True)):
        found = next((leaf for leaf, held in enumerate(leaves) if _same(held, one)), None)
        if found is not None and _stands_for(one, other, other_leaves[found]):
            places.append((position, found))
        elif one != other:
            raise NotComposable(f"{build.__qualname__} changes a value before giving it")
    return _Statement(queryset, compiler, sql, tuple(params), tuple(places))


def _same(leaf: Any, param: Any) -> bool:
    return type(leaf) is type(param) and bool(leaf == param)


def _stands_for(one: Any, other: Any, other_leaf: Any) -> bool:
    """The same leaf in both; of a set, another number of the same one, for sets have no order."""
    if type(one) is int and type(other) is int:
        return (one - STARTS[0]) // APART == (other - STARTS[1]) // APART
    return _same(other_leaf, other)


def _composed(build: Callable[..., Any], given: Any, named: Any, start: int) -> Any:
    """The QuerySet with stand-ins, its SQL, its parameters and the leaves as the engine receives them."""
    numbers = iter(range(start, start + 40_000 * APART, APART))
    moment = _stand_in(clock.now(), numbers)
    told = tuple(_stand_in(value, numbers) for value in given)
    by_name = {name: _stand_in(named[name], numbers) for name in sorted(named)}
    with clock.held(moment):
        queryset = build(*told, **by_name)
    leaves: list[Any] = [moment]
    for value in (*told, *by_name.values()):
        _shape(value, leaves)
    ops = connections[queryset.db].ops
    compiler = queryset.query.get_compiler(using=queryset.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    return queryset, compiler, sql, params, [_adapted(leaf, ops) for leaf in leaves]


def _to_check(asked: bool | set[Any], what: tuple[Any, ...], leaves: list[Any]) -> bool:
    """Always or never; with a set, once a minute for the same values."""
    if not isinstance(asked, set):
        return asked
    minutes = (leaf.replace(second=0, microsecond=0) if type(leaf) is datetime else leaf for leaf in leaves)
    key = (*what, *minutes)
    new = key not in asked
    asked.add(key)
    return new


def _check(statement: _Statement | None, queryset: Any, leaves: list[Any]) -> None:
    """The kept statement is the one that these values would have."""
    try:
        sql, params = queryset.query.get_compiler(using=queryset.db).as_sql()
    except EmptyResultSet:
        assert statement is None, "a statement without rows was kept with some"
        return
    assert statement is not None, "a statement with rows was kept without"
    kept_sql, kept_params = statement.filled(leaves)
    assert kept_sql == sql, f"kept: {kept_sql}\nis: {sql}"
    assert Counter(map(repr, kept_params)) == Counter(map(repr, params)), f"kept: {kept_params}\nis: {params}"
