"""The table of collective agreements: read by its column names, whole or not at all."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.accounts.factories import InstitutionFactory
from vigie.accounts.models import Institution
from vigie.directory.agreements import STARTER, load_agreements, read_agreements
from vigie.directory.models import CollectiveAgreement
from vigie.kernel.errors import CheckFailed, MissingColumn, UnreadableFile
from vigie.kernel.siren import INVENTED_PREFIX

pytestmark = pytest.mark.django_db
SLUGS = {
    "afdas", "akto", "atlas", "constructys", "ocapiat", "opco-2i", "opco-ep", "opco-mobilites", "opco-sante",
    "opcommerce", "uniformation",
}  # fmt: skip
TABLE = "IDCC;Libellé;OPCO\n16;Transports routiers;OPCO Mobilités\n0843;Boulangerie;opco-ep\n1486;Conseil;ATLAS\n"


@pytest.fixture
def operators(db: None) -> dict[str, Institution]:
    names = {"opco-ep": "OPCO EP", "opco-mobilites": "Opco Mobilités", "atlas": "Atlas", "opcommerce": "L’Opcommerce"}
    return {slug: InstitutionFactory(kind="opco", slug=slug, name=name) for slug, name in names.items()}


@pytest.fixture
def table(tmp_path: Path):
    def written(content: str | bytes) -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def held() -> dict[str, str]:
    return dict(CollectiveAgreement.objects.values_list("idcc", "opco__slug"))


def test_table_is_read_by_the_names_of_its_columns(operators, table) -> None:
    account = load_agreements(table(TABLE))

    assert held() == {"0016": "opco-mobilites", "0843": "opco-ep", "1486": "atlas"}
    assert CollectiveAgreement.objects.get(pk="0843").label == "Boulangerie"
    assert (account.created, account.changed, account.unchanged) == (3, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace(";", ","),
        TABLE.replace(";", "\t"),
        "\ufeff" + TABLE,
        TABLE.encode("cp1252"),
        TABLE.replace("\n", "\r\n"),
        "Table de passage\n\n" + TABLE,
        "opco;titre;code idcc\nMobilités;Transports;0016\nOPCO EP;Boulangerie;843\nOPCO Atlas;Conseil;1486\n",
        TABLE + ";;\n\n",
        TABLE + "2596;Coiffure;\n",
    ],
)
def test_same_table_written_otherwise_says_the_same(content: str | bytes, operators, table) -> None:
    load_agreements(table(content))

    assert held() == {"0016": "opco-mobilites", "0843": "opco-ep", "1486": "atlas"}


def test_operator_may_be_told_by_its_number(operators, table) -> None:
    siren = f"{INVENTED_PREFIX}0000000"[:9]
    Institution.objects.filter(slug="atlas").update(siren=siren)

    load_agreements(table(f"IDCC,SIREN OPCO\n1486,{siren}\n"))

    assert held() == {"1486": "atlas"}


def test_second_loading_changes_nothing(operators, table) -> None:
    load_agreements(table(TABLE))

    account = load_agreements(table(TABLE))

    assert (account.created, account.changed, account.unchanged, account.left) == (0, 0, 3, 0)


def test_new_table_changes_what_it_names_and_leaves_the_rest(operators, table) -> None:
    load_agreements(table(TABLE))

    account = load_agreements(table("IDCC;OPCO\n0843;L'Opcommerce\n"))

    assert held() == {"0016": "opco-mobilites", "0843": "opcommerce", "1486": "atlas"}
    assert CollectiveAgreement.objects.get(pk="0843").label == "Boulangerie"
    assert (account.changed, account.left) == (1, 2)


def test_dry_run_writes_nothing(operators, table) -> None:
    assert load_agreements(table(TABLE), dry_run=True).created == 3
    assert held() == {}


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("0001;X;Licorne", "line 5: no operator 'Licorne'"),
        ("abcd;X;ATLAS", "line 5: 'abcd' is not an IDCC number"),
        ("12345;X;ATLAS", "line 5: '12345' is not an IDCC number"),
        ("²²;X;ATLAS", "is not an IDCC number"),
        (";X;ATLAS", "is not an IDCC number"),
        ("843;X;ATLAS", "line 5: IDCC 0843 has another operator above"),
        ("0001;X;Licorne\n0002;X;Dragon", "line 6: no operator 'Dragon'"),
    ],
)
def test_faults_are_told_with_their_lines_and_nothing_is_written(lines: str, says: str, operators, table) -> None:
    with pytest.raises(CheckFailed) as refused:
        load_agreements(table(f"{TABLE}{lines}\n"))

    assert says in str(refused.value)
    assert held() == {}


def test_many_faults_are_counted(operators, table) -> None:
    lines = "".join(f"{n:04d};X;Licorne\n" for n in range(1, 101))

    with pytest.raises(CheckFailed, match="and 80 more"):
        load_agreements(table(f"IDCC;Libellé;OPCO\n{lines}"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", MissingColumn),
        ("Code;Nom\n0843;x\n", MissingColumn),
        ("IDCC;OPCO\n", CheckFailed),
        (b"PK\x03\x04\x00\x00", UnreadableFile),
        (b"\x00" * 10, UnreadableFile),
        (b"a" * 5_000_001, UnreadableFile),
    ],
)
def test_other_file_is_refused(content: str | bytes, error: type[Exception], operators, table) -> None:
    with pytest.raises(error):
        load_agreements(table(content))


def test_absent_file_is_told_to_the_operator(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"absent\.csv"):
        call_command("load_agreements", str(tmp_path / "absent.csv"))


def test_removed_operator_and_other_kinds_are_not_operators(at, table) -> None:
    InstitutionFactory(kind="opco", slug="atlas", name="Atlas", deleted_at=at)
    InstitutionFactory(slug="opco-ep", name="OPCO EP")

    with pytest.raises(CheckFailed, match="no operator 'ATLAS'"):
        load_agreements(table("IDCC;OPCO\n1486;ATLAS\n0843;OPCO EP\n"))


def test_starter_names_the_eleven_operators_once_each_agreement() -> None:
    lines = read_agreements(STARTER)

    assert {one.opco for one in lines} == SLUGS
    assert len({one.idcc for one in lines}) == len(lines) == 33
    assert all(len(one.idcc) == 4 and one.label for one in lines)


def test_command_loads_the_starter_when_no_file_is_given(db: None) -> None:
    for slug in SLUGS:
        InstitutionFactory(kind="opco", slug=slug, name=slug)
    out = StringIO()

    call_command("load_agreements", stdout=out)

    assert out.getvalue().startswith("Agreements: 33 new")
    assert held()["7024"] == "ocapiat"


def test_routing_reads_what_was_loaded(operators, table) -> None:
    """One truth: the operator of a firm is the one that the loaded table designates."""
    from datetime import date

    from tests.matching.conftest import write_territory
    from vigie.matching.queries.firm import FirmFacts, Supposed, need_facts

    write_territory()
    load_agreements(table(TABLE))

    facts = need_facts(Supposed(0, "69123", FirmFacts(agreements=("0843",))), on=date(2026, 3, 18))

    assert facts.opco_id == operators["opco-ep"].pk
