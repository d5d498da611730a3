"""The table of a source as SQL: one expression per column, one reason per line, no Python per row.

Every text cell goes through ``raw`` (trimmed, empty is null), then ``typed`` (null when unreadable), then the derived
columns, then the verdict: 0 or the number of the first reason that refuses the line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vigie.detection.sources.table import Column, Source, Type

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FRENCH_MONTHS = ("janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc")
FIRST_DAY, LAST_DAY = "1900-01-01", "2099-12-31"

SQL_TYPES = {
    Type.SIREN: "VARCHAR",
    Type.SIRET: "VARCHAR",
    Type.TEXT: "VARCHAR",
    Type.CODE: "VARCHAR",
    Type.DATE_ISO: "DATE",
    Type.DATE_FR: "DATE",
    Type.DATE_ANY: "DATE",
    Type.URSSAF_DATE: "DATE",
    Type.SAS_DATE: "DATE",
    Type.URSSAF_PERIOD: "DATE",
    Type.MONTH: "DATE",
    Type.EUR: "DECIMAL(15,2)",
    Type.CENTS: "DECIMAL(15,2)",
    Type.KEUR: "DECIMAL(15,2)",
    Type.INT: "INTEGER",
    Type.COUNT: "INTEGER",
    Type.FLOAT: "DOUBLE",
    Type.BOOL: "BOOLEAN",
}
EXPECTED_FR = {
    Type.SIREN: "un SIREN (9 chiffres)",
    Type.SIRET: "un SIRET (14 chiffres)",
    Type.TEXT: "une valeur du format attendu",
    Type.CODE: "un code connu",
    Type.DATE_ISO: "une date AAAA-MM-JJ",
    Type.DATE_FR: "une date JJ/MM/AAAA",
    Type.DATE_ANY: "une date",
    Type.URSSAF_DATE: "une date Urssaf (A)AAMMJJ",
    Type.SAS_DATE: "une date JJMMMAAAA",
    Type.URSSAF_PERIOD: "une période Urssaf AAAAXY ou AAXY",
    Type.MONTH: "un mois",
    Type.EUR: "un montant en euros",
    Type.CENTS: "un montant en centimes",
    Type.KEUR: "un montant en milliers d’euros",
    Type.INT: "un nombre entier",
    Type.COUNT: "un nombre entier positif ou nul",
    Type.FLOAT: "un nombre",
    Type.BOOL: "oui ou non (0, 1, true, false)",
}
FEW_VALUES = (
    *(Type.DATE_ISO, Type.DATE_FR, Type.DATE_ANY, Type.URSSAF_DATE, Type.SAS_DATE, Type.MONTH, Type.URSSAF_PERIOD),
    *(Type.CODE, Type.BOOL),
)
DATES = (Type.DATE_ISO, Type.DATE_FR, Type.DATE_ANY, Type.URSSAF_DATE, Type.SAS_DATE, Type.MONTH, Type.URSSAF_PERIOD)
NUMBER = r"[+-]?[0-9]{1,18}([.,][0-9]{0,18})?|[+-]?[.,][0-9]{1,18}"
WHOLE = r"[+-]?[0-9]{1,18}([.,]0*)?"
GROUPED = "[0-9]{1,3}([ \u00a0\u202f][0-9]{3})+"


def _iso(raw: str) -> str:
    return f"CASE WHEN regexp_full_match({raw}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN TRY_CAST({raw} AS DATE) END"


def _french(raw: str) -> str:
    return (
        f"CASE WHEN regexp_full_match({raw}, '[0-9]{{2}}/[0-9]{{2}}/[0-9]{{4}}') THEN "
        f"TRY_CAST({raw}[7:10] || '-' || {raw}[4:5] || '-' || {raw}[1:2] AS DATE) END"
    )


def _compact(raw: str) -> str:
    return (
        f"CASE WHEN regexp_full_match({raw}, '[0-9]{{8}}') THEN "
        f"TRY_CAST({raw}[1:4] || '-' || {raw}[5:6] || '-' || {raw}[7:8] AS DATE) END"
    )


def _urssaf_date(raw: str) -> str:
    day = f"CAST(CAST({raw} AS INTEGER) + 19000000 AS VARCHAR)"
    return f"CASE WHEN regexp_full_match({raw}, '[0-9]{{6,7}}') THEN {_compact(day)} END"


def _sas_date(raw: str) -> str:
    names = [(name.lower(), rank) for rank, name in enumerate(MONTHS, 1)]
    names += [(name, rank) for rank, name in enumerate(FRENCH_MONTHS, 1)]
    cases = " ".join(f"WHEN '{name}' THEN '{rank:02d}'" for name, rank in dict(names).items())
    return (
        f"CASE WHEN regexp_full_match({raw}, '[0-9]{{2}}\\D{{3,4}}[0-9]{{4}}') THEN TRY_CAST("
        f"right({raw}, 4) || '-' || CASE lower({raw}[3:-5]) {cases} END || '-' || {raw}[1:2] AS DATE) END"
    )


def _month(raw: str) -> str:
    short = f"CASE WHEN regexp_full_match({raw}, '[0-9]{{4}}-[0-9]{{2}}') THEN TRY_CAST({raw} || '-01' AS DATE) END"
    slash = (
        f"CASE WHEN regexp_full_match({raw}, '[0-9]{{2}}/[0-9]{{4}}') THEN "
        f"TRY_CAST({raw}[4:7] || '-' || {raw}[1:2] || '-01' AS DATE) END"
    )
    return f"CAST(date_trunc('month', coalesce({_iso(raw)}, {short}, {slash}, {_french(raw)})) AS DATE)"


def _period(raw: str) -> tuple[str, str]:
    """Start and end (excluded) of AAAAXY or AAXY: X quarter, Y month in it, Y=0 the quarter, 62 the year.

    04, 05 and 06 occur for January to March (the quarter 0 carried three months on): see decision 0012.
    """
    year = (
        f"CASE WHEN length({raw}) = 6 THEN CAST({raw}[1:4] AS INTEGER) "
        f"ELSE CAST({raw}[1:2] AS INTEGER) + CASE WHEN {raw}[1:2] < '50' THEN 2000 ELSE 1900 END END"
    )
    valid = f"regexp_full_match({raw}, '([0-9]{{2}}|19[0-9]{{2}}|20[0-9]{{2}})([1-4][0-3]|0[4-6]|62)')"
    in_year = f"3 * (CAST({raw}[-2:-2] AS INTEGER) - 1) + greatest(CAST({raw}[-1:] AS INTEGER) - 1, 0)"
    rank = f"CASE WHEN right({raw}, 2) = '62' THEN 0 ELSE {in_year} END"
    length = f"CASE WHEN right({raw}, 2) = '62' THEN 12 WHEN right({raw}, 1) = '0' THEN 3 ELSE 1 END"
    start = f"CASE WHEN {valid} THEN make_date({year}, 1 + {rank}, 1) END"
    end = f"CASE WHEN {valid} THEN make_date({year} + ({rank} + {length}) // 12, 1 + ({rank} + {length}) % 12, 1) END"
    return start, end


def _number(raw: str, sql_type: str) -> str:
    return f"CASE WHEN regexp_full_match({raw}, '{NUMBER}') THEN TRY_CAST(replace({raw}, ',', '.') AS {sql_type}) END"


def _scaled(raw: str, scale: str) -> str:
    return f"TRY_CAST({_number(raw, 'DECIMAL(17,2)')} * {scale} AS DECIMAL(15,2))"


def whole(raw: str, *, signed: bool = True) -> str:
    """An integer, which may be written 12.0 or 1 234; anything else is unreadable (flaw 1: never 120 for 12.0)."""
    plain = f"TRY_CAST(regexp_replace({raw}, '[.,]0*$', '') AS INTEGER)"
    grouped = f"TRY_CAST(regexp_replace({raw}, '[^0-9]', '', 'g') AS INTEGER)"
    pattern = WHOLE if signed else WHOLE.removeprefix("[+-]?")
    return (
        f"CASE WHEN regexp_full_match({raw}, '{pattern}') THEN {plain} "
        f"WHEN regexp_full_match({raw}, '{GROUPED}') THEN {grouped} END"
    )


def _identifier(raw: str, size: int) -> str:
    """Digits; spaces between them are certain to mean nothing, a lost zero is not."""
    close = f"replace(replace({raw}, ' ', ''), '\u00a0', '')"
    return (
        f"CASE WHEN regexp_full_match({raw}, '[0-9]{{{size}}}') THEN {raw} "
        f"WHEN regexp_full_match({raw}, '[0-9 \u00a0]+') AND length({close}) = {size} THEN {close} END"
    )


def _plain(column: Column, raw: str) -> str:
    """The typed value before bounds, of every type but the period."""
    simple = {
        Type.SIREN: _identifier(raw, 9),
        Type.SIRET: _identifier(raw, 14),
        Type.DATE_ISO: _iso(raw),
        Type.DATE_FR: _french(raw),
        Type.DATE_ANY: f"coalesce({_iso(raw)}, {_compact(raw)}, {_french(raw)})",
        Type.URSSAF_DATE: _urssaf_date(raw),
        Type.SAS_DATE: _sas_date(raw),
        Type.MONTH: _month(raw),
        Type.EUR: _number(raw, "DECIMAL(15,2)"),
        Type.CENTS: _scaled(raw, "0.01"),
        Type.KEUR: _scaled(raw, "1000"),
        Type.INT: whole(raw),
        Type.COUNT: whole(raw, signed=False),
        Type.FLOAT: _number(raw, "DOUBLE"),
        Type.BOOL: f"CASE WHEN lower({raw}) IN ('0', '1', 'true', 'false') THEN lower({raw}) IN ('1', 'true') END",
    }
    if column.type in simple:
        return simple[column.type]
    if column.closed:
        known = ", ".join(f"'{code}'" for code in column.codes)
        return f"CASE WHEN {raw} IN ({known}) THEN {raw} END"
    if column.pattern:
        return f"CASE WHEN regexp_full_match({raw}, '{column.pattern}') THEN {raw} END"
    return raw


def typed_expressions(column: Column, raw: str) -> dict[str, str]:
    """Typed name → SQL giving the value, or null when the cell is empty or unreadable; bounds come after."""
    if column.type is Type.URSSAF_PERIOD:
        start, end = _period(raw)
        return {f"{column.name}_start": start, f"{column.name}_end": end}
    return {column.name: _plain(column, raw)}


def bounded(column: Column) -> str:
    """SQL keeping the typed value within its bounds (dates always have some); empty when there are none."""
    low, high = column.low, column.high
    if column.type is Type.URSSAF_PERIOD:
        return ""
    if column.type in DATES:
        low, high = f"DATE '{low or FIRST_DAY}'", f"DATE '{high or LAST_DAY}'"
    tests = [f'"{column.name}" >= {low}'] if low is not None else []
    tests += [f'"{column.name}" <= {high}'] if high is not None else []
    return f'CASE WHEN {" AND ".join(tests)} THEN "{column.name}" END' if tests else ""


@dataclass
class Verdicts:
    """The numbered reasons of a source: 0 keeps the line."""

    cases: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=lambda: ["kept"])
    messages: list[str] = field(default_factory=lambda: [""])
    values: list[str] = field(default_factory=list)
    fatal: set[int] = field(default_factory=set)

    def add(self, test: str, code: str, message: str, value: str = "") -> int:
        """One more reason, after those already there; gives its number."""
        number = len(self.codes)
        self.cases.append(f"WHEN {test} THEN {number}")
        if value:
            self.values.append(f"WHEN {number} THEN {value}")
        self.codes.append(code)
        self.messages.append(message)
        return number

    @property
    def sql(self) -> str:
        """The number of the first reason met."""
        return f"CASE {' '.join(self.cases)} ELSE 0 END" if self.cases else "0"

    @property
    def value_sql(self) -> str:
        """The cell at fault, shortened."""
        return f"left(CASE _verdict {' '.join(self.values)} END, 60)" if self.values else "CAST(NULL AS VARCHAR)"


def rejections(source: Source, *, account_keyed: bool) -> Verdicts:
    """Why a line is rejected, column by column, then by the rules of the source."""
    verdicts = Verdicts()
    for column in source.columns:
        raw, typed = f'"r_{column.name}"', f'"{column.typed_names[0]}"'
        if account_keyed and column.name == "siret":
            continue
        if not column.nullable:
            verdicts.add(f"{raw} IS NULL", f"{column.name}_empty", f"la colonne « {column.raw} » est vide")
        if column.on_bad != "null":
            message = f"« {column.raw} » : « {{value}} » n’est pas {EXPECTED_FR[column.type]}"
            number = verdicts.add(f"{raw} IS NOT NULL AND {typed} IS NULL", f"{column.name}_unreadable", message, raw)
            if column.on_bad == "fatal":
                verdicts.fatal.add(number)
    for rule in source.rejects:
        verdicts.add(rule.sql, rule.code, rule.message_fr)
    return verdicts


def filters(source: Source, *, account_keyed: bool) -> Verdicts:
    """Why a line is left out without fault."""
    verdicts = Verdicts()
    if account_keyed:
        verdicts.add('"siret" IS NULL', "account_without_siret", "compte sans établissement à cette date")
    for rule in source.filters:
        verdicts.add(rule.sql, rule.code, rule.message_fr)
    return verdicts


def warned_columns(source: Source) -> list[Column]:
    """Columns whose unreadable cells become null and are counted."""
    return [column for column in source.columns if column.on_bad == "null"]
