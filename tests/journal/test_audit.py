"""What an audit row says, what it costs, and the chain that shows each tampering with its first wrong row."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from tests.accounts.factories import UserFactory
from vigie.journal import audit, audit_heads
from vigie.journal.append_only import SEALS, lifted
from vigie.journal.audit import Trace
from vigie.journal.audit_chain import ChainBroken, declare_restored, link, seal, seal_audit
from vigie.journal.audit_retention import purge_audit
from vigie.journal.audit_verify import Fault, first_wrong, verify
from vigie.journal.models import AuditEvent, AuditSeal
from vigie.rights.person import SYSTEM, Person, PersonKind
from vigie.rights.table import Role

pytestmark = pytest.mark.django_db
FIRM = "watchlists.Entry"


def noted(count: int, at: datetime) -> list[AuditEvent]:
    for n in range(1, count + 1):
        audit.note("view_company", FIRM, f"{n:09d}", by=SYSTEM, at=at)
    return list(AuditEvent.objects.order_by("-pk")[:count])[::-1]


def wrong(at: datetime) -> Fault:
    fault = first_wrong(at)
    assert fault is not None
    return fault


@pytest.fixture
def rows(at: datetime) -> list[AuditEvent]:
    """Six rows, sealed."""
    written = noted(6, at)
    assert seal(at) == 6
    assert first_wrong(at) is None
    return written


# --- what a row says
def test_a_row_says_who_where_from_and_why_it_was_open(at: datetime) -> None:
    admin, agent = UserFactory(), UserFactory()
    person = Person(
        PersonKind.USER, name="Ada", user_id=agent.pk, email="ada@urssaf.example", entity="Urssaf Bretagne",
        segment="urssaf", zone_label="Bretagne", departements=frozenset({"35", "22"}), roles=frozenset({Role.LEVEL_A}),
        acting_for_id=admin.pk, acting_for_name="Zoé",
    )  # fmt: skip
    with audit.seen_from("192.0.2.7"):
        audit.note(
            "view_block", FIRM, "123456782", by=person, at=at, in_zone=False, unlocked_by="follow",
            purpose="source_interne", details={"block": "debts"},
        )  # fmt: skip

    row = AuditEvent.objects.get()
    assert (row.actor_email, row.entity, row.segment, row.zone) == (
        "ada@urssaf.example", "Urssaf Bretagne", "urssaf", "Bretagne"
    )  # fmt: skip
    assert (row.on_behalf_of_id, row.on_behalf_of_name, row.roles, row.reach) == (admin.pk, "Zoé", "level_a", "22 35")
    assert (row.siren, row.in_zone, row.unlocked_by, row.purpose) == ("123456782", False, "follow", "source_interne")
    assert row.ip_hash == audit.hash_of_address("192.0.2.7")
    assert "192.0.2.7" not in row.ip_hash
    assert row.mac == audit.sign(row)


@pytest.mark.parametrize(
    ("kind", "number", "siren"),
    [
        (FIRM, "123456782", "123456782"),
        ("companies.Establishment", "12345678200015", "123456782"),
        ("watchlists.Publication", "123456782", ""),
        (FIRM, "1" * 31, ""),
        (FIRM, "١٢٣٤٥٦٧٨٩", ""),
    ],
)
def test_the_firm_is_found_from_its_number_and_from_nothing_else(
    kind: str, number: str, siren: str, at: datetime
) -> None:
    audit.note("view_company", kind, number, by=SYSTEM, at=at)
    assert AuditEvent.objects.get().siren == siren


def test_a_row_is_one_statement_and_so_are_all_those_of_a_page(
    at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        audit.note("view_company", FIRM, "123456782", by=SYSTEM, at=at)
    with django_assert_num_queries(1):
        audit.note_many(
            (Trace("view_block", FIRM, "123456782", details={"block": str(n)}) for n in range(12)), by=SYSTEM, at=at
        )
    assert seal(at) == 13
    assert first_wrong(at) is None


def test_an_address_is_kept_by_no_row_written_outside_a_request(at: datetime) -> None:
    audit.note("list_view", "watchlists.Publication", "1", by=SYSTEM, at=at)
    assert AuditEvent.objects.get().ip_hash == ""


def test_what_is_noted_during_a_reading_is_written_at_its_end_in_one_statement(
    at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1), audit.reading():
        audit.note("list_view", "watchlists.Publication", "1", by=SYSTEM, at=at)
        with audit.reading():  # a part of the page
            audit.note_many((Trace("view_block", FIRM, f"{n:09d}") for n in range(3)), by=SYSTEM, at=at)

    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["list_view", *["view_block"] * 3]
    audit.note("logout", "accounts.User", "1", by=SYSTEM, at=at)
    assert seal(at) == 5
    assert first_wrong(at) is None


def test_a_reading_that_fails_shows_nothing_and_leaves_no_trace(at: datetime) -> None:
    def failing() -> None:
        with audit.reading():
            audit.note("list_view", "watchlists.Publication", "1", by=SYSTEM, at=at)
            raise RuntimeError("a fault of the page")

    with pytest.raises(RuntimeError):
        failing()

    assert not AuditEvent.objects.exists()
    audit.note("logout", "accounts.User", "1", by=SYSTEM, at=at)
    assert [row.action for row in AuditEvent.objects.all()] == ["logout"]


def test_more_traces_than_a_statement_holds_are_all_written_or_none(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    traces = [Trace("view_block", FIRM, f"{n:09d}") for n in range(450)]
    with pytest.raises(IntegrityError), transaction.atomic():
        audit.note_many([*traces, Trace("view_block", FIRM, "1", result=None)], by=SYSTEM, at=at)  # type: ignore[arg-type]
    assert not AuditEvent.objects.exists()

    audit.note_many(traces, by=SYSTEM, at=at)
    assert [row.object_id for row in AuditEvent.objects.all()] == [one.object_id for one in traces]


# --- tampering
@pytest.mark.parametrize("table", ["journal_auditevent", "journal_auditseal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_or_erase(table: str, statement: str, rows: list[AuditEvent]) -> None:
    column = "siren = ''" if table == "journal_auditevent" else "hash = ''"
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column))


def change(rows: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(pk=rows[2].pk).update(siren="999999999")


def change_every_field_but_one(rows: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(pk=rows[2].pk).update(in_zone=True)


def delete(rows: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(pk=rows[2].pk).delete()


def delete_with_its_link(rows: list[AuditEvent]) -> None:
    delete(rows)
    AuditSeal.objects.filter(seq=3).delete()


def swap(rows: list[AuditEvent]) -> None:
    for here, there in ((rows[2], rows[4]), (rows[4], rows[2])):
        AuditEvent.objects.filter(pk=here.pk).update(
            object_id=there.object_id, siren=there.siren, mac=there.mac, at=there.at
        )


def swap_links(rows: list[AuditEvent]) -> None:
    AuditSeal.objects.filter(seq=3).update(row_id=None)
    AuditSeal.objects.filter(seq=5).update(row_id=rows[2].pk)
    AuditSeal.objects.filter(seq=3).update(row_id=rows[4].pk)


def cut_the_tail(rows: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(pk__gte=rows[2].pk).delete()
    AuditSeal.objects.filter(seq__gte=3).delete()


def rebuild_the_chain(rows: list[AuditEvent]) -> None:
    """Somebody who knows how the chain is made, and changes a row with all the links that follow."""
    change(rows)
    previous = AuditSeal.objects.get(seq=2).hash
    for one in AuditSeal.objects.filter(seq__gte=3).select_related("row"):
        content = audit.canonical(getattr(one.row, name) for name in audit.CONTENT)
        previous = link(previous, one.row_id, content)
        AuditSeal.objects.filter(seq=one.seq).update(hash=previous)


def behead(rows: list[AuditEvent]) -> None:
    AuditEvent.objects.filter(pk__lte=rows[2].pk).delete()
    AuditSeal.objects.filter(seq__lte=3).delete()


@pytest.mark.parametrize(
    ("tampering", "kind", "rank"),
    [
        (change, "changed", 2), (change_every_field_but_one, "changed", 2), (delete, "missing_row", 2),
        (delete_with_its_link, "missing_link", None), (swap, "changed", 2), (swap_links, "changed", 4),
        (cut_the_tail, "cut", None), (rebuild_the_chain, "rewritten", 5), (behead, "beheaded", None),
    ],
)  # fmt: skip
def test_each_tampering_is_seen_and_its_first_wrong_row_named(
    tampering: Callable[[list[AuditEvent]], None], kind: str, rank: int | None, rows: list[AuditEvent], at: datetime
) -> None:
    with lifted(connection):
        tampering(rows)

    fault = wrong(at)

    assert fault.kind == kind
    assert fault.row == (None if rank is None else rows[rank].pk)
    if kind in ("missing_link", "cut"):
        assert fault.seq == 3


def test_a_row_put_in_afterwards_is_seen_before_and_after_it_is_sealed(rows: list[AuditEvent], at: datetime) -> None:
    forged = AuditEvent(
        at=at, actor_name="Ada", action="export", object_type=FIRM, object_id="1", result="allowed", mac=rows[0].mac
    )
    forged.save(force_insert=True)

    assert (wrong(at).kind, wrong(at).row) == ("forged", forged.pk)
    seal(at)
    assert (wrong(at).kind, wrong(at).row) == ("forged", forged.pk)


def test_a_row_changed_before_it_is_sealed_is_seen(at: datetime) -> None:
    row = noted(2, at)[1]
    with lifted(connection):
        AuditEvent.objects.filter(pk=row.pk).update(siren="")
    seal(at)

    assert (wrong(at).kind, wrong(at).row) == ("forged", row.pk)


def test_a_row_that_nothing_seals_is_a_fault_after_an_hour(at: datetime) -> None:
    row = noted(1, at)[0]

    assert first_wrong(at + timedelta(minutes=59)) is None
    assert (wrong(at + timedelta(minutes=61)).kind, wrong(at + timedelta(minutes=61)).row) == ("unsealed", row.pk)


def test_an_old_base_put_back_is_seen_even_when_it_has_grown_since(rows: list[AuditEvent], at: datetime) -> None:
    with lifted(connection):
        cut_the_tail(rows)
    noted(9, at)

    with pytest.raises(ChainBroken, match=r"an old base was put back.*link 6"):
        seal(at)
    assert wrong(at).kind == "cut"


def test_nothing_is_sealed_over_a_chain_that_was_rewritten(rows: list[AuditEvent], at: datetime) -> None:
    with lifted(connection):
        rebuild_the_chain(rows)
    noted(1, at)

    with pytest.raises(ChainBroken, match="rewritten"):
        seal(at)
    assert AuditSeal.objects.count() == 6


def test_a_backup_put_back_is_declared_and_the_chain_goes_on(rows: list[AuditEvent], at: datetime) -> None:
    with lifted(connection):
        cut_the_tail(rows)
    assert declare_restored("Panne du disque", at) == 2
    noted(5, at)
    seal(at)

    assert first_wrong(at) is None
    assert [one.reason for one in audit_heads.restorations()] == ["Panne du disque"]


# --- sealing
def test_a_row_committed_late_is_sealed_by_the_next_pass(at: datetime) -> None:
    late = noted(1, at)[0]
    content = AuditEvent.objects.filter(pk=late.pk).values().get()
    with lifted(connection):
        AuditEvent.objects.filter(pk=late.pk).delete()
    noted(3, at)
    seal(at)
    AuditEvent(**content).save(force_insert=True)  # as a transaction that began first and ended last

    assert seal(at + timedelta(minutes=1)) == 1
    assert AuditSeal.objects.get(row_id=late.pk).seq == 4
    assert first_wrong(at) is None


def test_sealing_again_does_nothing_and_writes_no_head(rows: list[AuditEvent], at: datetime) -> None:
    assert seal_audit(at=at) == "0\u00a0trace scellée"
    assert len(audit_heads.known()[0]) == 1


def test_a_head_that_a_crash_kept_from_its_file_is_written_by_the_next_pass(
    rows: list[AuditEvent], at: datetime, heads: Path
) -> None:
    next(heads.glob("*.jsonl")).write_text('{"kind": "head", "at": "2026-')

    assert audit_heads.latest() is None
    seal(at)

    head = audit_heads.latest()  # the line that was cut stays as it is; the new one stands on its own
    assert head is not None
    assert head.seq == 6


@pytest.fixture
def heads() -> Path:
    return settings.VIGIE.audit_heads_folder


def test_passes_cross_the_batches(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.journal.audit_chain.BATCH", 4)
    monkeypatch.setattr("vigie.journal.audit_verify.CHUNK", 3)
    noted(10, at)

    assert seal(at) == 10
    assert verify(at).links == 10


# --- retention
def test_old_rows_are_erased_and_the_rest_is_still_verified(at: datetime) -> None:
    noted(4, at - timedelta(days=3 * 366))
    seal(at - timedelta(days=3 * 366))
    noted(3, at)

    assert purge_audit(at=at) == "4\u00a0traces effacées, jusqu’au 18/03/2023"

    assert AuditEvent.objects.count() == 4  # three, and the one that tells the erasure
    assert AuditSeal.objects.order_by("seq").values_list("seq", flat=True).first() == 5
    assert first_wrong(at) is None
    assert purge_audit(at=at).startswith("Rien à effacer")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditSeal.objects.all().delete()


def test_an_erasure_that_no_line_outside_tells_is_a_theft(at: datetime, heads: Path) -> None:
    noted(4, at - timedelta(days=3 * 366))
    noted(3, at)
    purge_audit(at=at)
    for path in heads.glob("*.jsonl"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "purged" not in line))

    assert wrong(at).kind == "beheaded"


def test_nothing_is_erased_from_a_chain_that_is_wrong(at: datetime) -> None:
    old = noted(4, at - timedelta(days=3 * 366))
    seal(at)
    with lifted(connection):
        AuditEvent.objects.filter(pk=old[1].pk).update(siren="")

    assert purge_audit(at=at).startswith("Rien n’est effacé\u00a0: la chaîne est fausse")
    assert AuditEvent.objects.count() == 4


# --- the command
def test_the_command_says_all_is_right(rows: list[AuditEvent], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_audit", "--seal")

    assert "6 link(s) verified" in capsys.readouterr().out


def test_the_command_names_the_first_wrong_row(rows: list[AuditEvent], capsys: pytest.CaptureFixture[str]) -> None:
    with lifted(connection, "journal_auditevent", SEALS):
        delete(rows)

    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")

    assert ended.value.code == 1
    assert f"WRONG (missing_row): la trace {rows[2].pk}" in capsys.readouterr().err


def test_the_command_declares_a_backup_put_back(rows: list[AuditEvent], capsys: pytest.CaptureFixture[str]) -> None:
    with lifted(connection):
        cut_the_tail(rows)

    call_command("verify_audit", "--restored", "Panne du disque", "--seal")

    assert "up to link 2: Panne du disque" in capsys.readouterr().out


def test_canonical_writing_is_the_json_of_the_fields_that_are_not_empty() -> None:
    texts = ("", "Ada", 'guillemets " \\ et / ', "é’œ\u2028\x00\t\n\x7f😀", "<script>")
    values = (None, 0, 1, -7, True, False, {}, [], {"b": [1, 2.5, None], "a": {"é": '"'}}, *texts)
    at = datetime(2026, 7, 1, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))
    for shift in range(len(values)):
        row = [at, *(values[(place + shift) % len(values)] for place in range(1, len(audit.CONTENT)))]
        told = {name: value for name, value in zip(audit.CONTENT, row, strict=True) if value not in (None, "", {})}
        told["at"] = "2026-06-30T22:30:00.000000+00:00"
        wanted = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert audit.canonical(row) == wanted.encode()


def test_canonical_writing_refuses_a_row_of_another_shape() -> None:
    with pytest.raises(ValueError, match="21 values for 22 columns"):
        audit.canonical([datetime(2026, 7, 1, tzinfo=UTC), *[""] * 20])
