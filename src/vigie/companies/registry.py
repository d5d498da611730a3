# ruff: noqa: S608  # the statements are made of the names of columns and tables written here, never of what people type
"""The one writer of companies and establishments: what a register or a person says, kept with what derives from it.

``company_row`` and ``establishment_row`` make a row whole: columns cut to their length, what the law keeps back left
out, search columns computed. ``write`` stores rows and keeps the search right in the same transaction, by sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, models, transaction

from vigie.companies import rules, search_index
from vigie.companies.models import Company, Establishment, SearchWord, Source
from vigie.companies.rules import HIDDEN_NAME, NAMELESS

_COPY_FROM = 500  # rows; below, plain statements cost less than a staging table
_WORDS_REMEMBERED = 500_000


class CompanyRow(NamedTuple):
    """The columns of a company, in the order in which they are written."""

    siren: str
    name: str
    name_key: str
    usual_name: str
    acronym: str
    legal_form_code: str
    naf_code: str
    naf_version: str
    workforce_code: str
    workforce_year: int | None
    created_on: date | None
    is_active: bool
    diffusible: bool
    source: str
    seen_at: datetime

    @property
    def names(self) -> Names:
        return Names(self.name, self.usual_name, self.acronym, self.diffusible)


class EstablishmentRow(NamedTuple):
    """The columns of an establishment that registers give, in the order in which they are written."""

    siret: str
    company_id: str
    sign: str
    is_head_office: bool
    is_active: bool
    closed_on: date | None
    commune_code: str
    commune_name: str
    postal_code: str
    address: str
    abroad: bool
    naf_code: str
    naf_version: str
    workforce_code: str
    workforce_year: int | None
    created_on: date | None
    diffusible: bool
    search_text: str
    search_rank: int
    source: str
    seen_at: datetime


class Names(NamedTuple):
    """The names of a company that its establishments are found by."""

    name: str
    usual_name: str
    acronym: str
    diffusible: bool


def company_row(
    siren: str,
    *,
    name: str,
    source: Source,
    seen_at: datetime,
    usual_name: str = "",
    acronym: str = "",
    legal_form_code: str = "",
    naf: tuple[str, str] = ("", ""),
    workforce: tuple[str, int | None] = ("", None),
    created_on: date | None = None,
    is_active: bool = True,
    diffusible: bool = True,
) -> CompanyRow:
    """The row of a company. naf: code and nomenclature; workforce: class and year."""
    if not diffusible:
        name, usual_name, acronym = HIDDEN_NAME, "", ""
    return CompanyRow(
        siren=siren,
        name=name[:200] or NAMELESS,
        name_key=rules.name_key(name) if diffusible else "",
        usual_name=usual_name[:200],
        acronym=acronym[:40],
        legal_form_code=legal_form_code,
        naf_code=naf[0],
        naf_version=naf[1],
        workforce_code=workforce[0],
        workforce_year=workforce[1],
        created_on=created_on,
        is_active=is_active,
        diffusible=diffusible,
        source=source.value,
        seen_at=seen_at,
    )


def establishment_row(
    siret: str,
    names: Names,
    *,
    source: Source,
    seen_at: datetime,
    sign: str = "",
    is_head_office: bool = False,
    is_active: bool = True,
    closed_on: date | None = None,
    commune_code: str = "",
    commune_name: str = "",
    postal_code: str = "",
    address: str = "",
    abroad: bool = False,
    naf: tuple[str, str] = ("", ""),
    workforce: tuple[str, int | None] = ("", None),
    created_on: date | None = None,
    diffusible: bool = True,
) -> EstablishmentRow:
    """The row of an establishment of the company that bears these names; hidden when either of them is."""
    diffusible = diffusible and names.diffusible
    if not diffusible:
        sign, address, postal_code = "", "", ""
    return EstablishmentRow(
        siret=siret,
        company_id=siret[:9],
        sign=sign[:200],
        is_head_office=is_head_office,
        is_active=is_active,
        closed_on=None if is_active else closed_on,
        commune_code=commune_code,
        commune_name=commune_name[:100],
        postal_code=postal_code,
        address=address[:200],
        abroad=abroad,
        naf_code=naf[0],
        naf_version=naf[1],
        workforce_code=workforce[0],
        workforce_year=workforce[1],
        created_on=created_on,
        diffusible=diffusible,
        search_text=""
        if abroad or not diffusible or source is Source.MANUAL  # what somebody typed is not offered to others
        else _search_text(names, sign, commune_name, postal_code, commune_code),
        search_rank=rules.search_rank(is_active=is_active, is_head_office=is_head_office, workforce_code=workforce[0]),
        source=source.value,
        seen_at=seen_at,
    )


def _search_text(names: Names, sign: str, commune_name: str, postal_code: str, commune_code: str) -> str:
    name = "" if names.name == NAMELESS else names.name
    return rules.search_text(
        (name, names.usual_name, names.acronym, sign),
        commune_name=commune_name,
        postal_code=postal_code,
        commune_code=commune_code,
    )


# --- writing ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def write(
    companies: Sequence[CompanyRow] = (),
    establishments: Sequence[EstablishmentRow] = (),
    *,
    only_new: bool = False,
    learned: set[str] | None = None,
) -> None:
    """Stores the rows over those of the same number, in one transaction; only_new: leaves what exists as it is.

    learned: words already in the vocabulary, which a caller that writes millions of rows keeps between calls.
    """
    learned = set() if learned is None else learned
    if companies:
        before = {} if only_new else names_of([row.siren for row in companies])
        _upsert(Company, {row.siren: row for row in companies}, only_new)
        renamed = [row.siren for row in companies if before.get(row.siren, row.names) != row.names]
        if renamed:
            _follow_names(renamed, learned)
    if establishments:
        hidden = [row.siret for row in establishments if not row.diffusible]
        if hidden and not only_new:
            _hide(Establishment.objects.filter(siret__in=hidden), learned)
        rows = {row.siret: row for row in establishments}
        _upsert(Establishment, rows, only_new)
        _learn((row.search_text for row in rows.values()), learned)


def names_of(sirens: Sequence[str]) -> dict[str, Names]:
    """The names of those of these companies that a register told of. One query."""
    rows = Company.objects.filter(siren__in=sirens).exclude(source=Source.MANUAL)
    columns = rows.values_list("siren", "name", "usual_name", "acronym", "diffusible")
    return {siren: Names(name, usual, acronym, shown) for siren, name, usual, acronym, shown in columns}


def _follow_names(sirens: Sequence[str], learned: set[str]) -> None:
    """The establishments of companies whose names changed are found by the new ones, and no longer by the old."""
    names = names_of(sirens)
    hidden = [siren for siren in sirens if not names[siren].diffusible]
    _hide(Establishment.objects.filter(company__in=hidden), learned)
    followers = []
    for place in Establishment.objects.filter(company__in=sirens).exclude(search_text=""):
        place.search_text = _search_text(
            names[place.company_id], place.sign, place.commune_name, place.postal_code, place.commune_code
        )
        followers.append(place)
    Establishment.objects.bulk_update(followers, ["search_text"], batch_size=200)
    _learn((place.search_text for place in followers), learned)


def _hide(places: models.QuerySet[Establishment], learned: set[str]) -> None:
    """Takes away what the law keeps back of establishments that had it, down to the words of the vocabulary."""
    seen = list(places.filter(diffusible=True).values_list("siret", "search_text"))
    if not seen:
        return
    Establishment.objects.filter(siret__in=[siret for siret, _text in seen]).update(
        diffusible=False, sign="", address="", postal_code="", search_text=""
    )
    told = {word for _siret, text in seen for word in text.split() if not word.startswith("@")}
    gone = [word for word in told if not search_index.held(word)]
    SearchWord.objects.filter(word__in=gone).delete()
    learned.difference_update(gone)


def _learn(texts: Iterable[str], learned: set[str]) -> None:
    """Adds the words to the vocabulary, but for numbers and short words, which are not looked for by their likes."""
    words = {word for text in texts for word in text.split() if word.isalpha() and len(word) >= rules.TYPO_FROM}
    new = words - learned
    if not new:
        return
    SearchWord.objects.bulk_create([SearchWord(word) for word in sorted(new)], ignore_conflicts=True)
    if len(learned) > _WORDS_REMEMBERED:
        learned.clear()
    learned.update(new)


# --- statements -------------------------------------------------------------------------------------------------------
def _upsert(model: type[models.Model], rows: Mapping[str, CompanyRow | EstablishmentRow], only_new: bool) -> None:
    table, key = model._meta.db_table, model._meta.pk.name
    columns = CompanyRow._fields if model is Company else EstablishmentRow._fields
    # The defaults of Django are not in the database: the columns that registers do not give are written here.
    empty = "'[]'" if connection.vendor == "sqlite" else "'[]'::jsonb"
    others = {} if model is Company else dict.fromkeys(("activity_natures", "craft_codes", "agreements"), empty)
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    conflict = f"ON CONFLICT ({key}) DO {'NOTHING' if only_new else f'UPDATE SET {updates}'}"
    into = f"INSERT INTO {table} ({', '.join((*columns, *others))})"
    # In the order of the search index: SQLite's writes out its pending words at each step back.
    ordered = rows.values() if model is Company else sorted(rows.values(), key=_index_order)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) >= _COPY_FROM:
            _stage(cursor, table, columns, ordered)
            values = ", ".join((*columns, *others.values()))
            cursor.execute(f"{into} SELECT {values} FROM staging_{table} {conflict}")
        else:
            marks = ", ".join((*["%s"] * len(columns), *others.values()))
            cursor.executemany(f"{into} VALUES ({marks}) {conflict}", _adapted(ordered, columns))


def _stage(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL: the rows in a table of this session, by COPY."""
    names = ", ".join(columns)
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS staging_{table} ON COMMIT DELETE ROWS"
        f" AS SELECT {names} FROM {table} WITH NO DATA"
    )
    cursor.execute(f"TRUNCATE staging_{table}")
    with cursor.copy(f"COPY staging_{table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _index_order(row: Any) -> tuple[int, str]:
    return row.search_rank, row.siret


def _adapted(rows: Iterable[Any], columns: Sequence[str]) -> list[Any]:
    """The rows as the engine's driver takes them: SQLite has neither dates nor moments."""
    if connection.vendor != "sqlite":
        return list(rows)
    days = [place for place, name in enumerate(columns) if name.endswith("_on")]
    moment = columns.index("seen_at")
    written: dict[datetime, Any] = {}
    adapted = []
    for row in rows:
        values = list(row)
        for place in days:
            if values[place] is not None:
                values[place] = values[place].isoformat()
        if values[moment] not in written:
            written[values[moment]] = connection.ops.adapt_datetimefield_value(values[moment])
        values[moment] = written[values[moment]]
        adapted.append(values)
    return adapted
