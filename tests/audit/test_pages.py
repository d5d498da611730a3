"""What auditors read: the register and its filters, the replay, the anomalies, the chain; and that they are traced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.factories import UserFactory, sign_in
from tests.audit.factories import auditor, noted, person_of, sheet_opened
from tests.conftest import visible_text
from tests.watchlists.factories import agent
from vigie.accounts.models import User
from vigie.agents.actions.references import load_references
from vigie.audit import actions
from vigie.audit.models import AnomalyReport, DayHead
from vigie.audit.queries.anomalies import weeks_of
from vigie.audit.queries.register import Asked, found
from vigie.journal import audit
from vigie.journal.append_only import lifted
from vigie.journal.models import AuditEvent, OutgoingMessage
from vigie.kernel.clock import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("strict_templates")]
REGISTER = "/audit/"
FIRM, OTHER = "123456782", "290000017"
BOBS = {"bob", "list", "denied", "export", "admin"}


@pytest.fixture
def reader(client: Client) -> Client:
    return sign_in(client, auditor(full_name="Zoé Compte"))


@pytest.fixture
def ada() -> User:
    return UserFactory(full_name="Ada Liste", email="ada@urssaf.example")


def text(client: Client, url: str, **asked: str) -> str:
    response = client.get(url, asked)
    assert response.status_code == 200
    return visible_text(response.content.decode())


def test_the_register_says_who_saw_which_block_of_which_firm_and_why(reader: Client, ada: User) -> None:
    audit.note(
        "view_block", "companies.Company", FIRM, by=person_of(ada), at=now(), in_zone=False, unlocked_by="follow",
        purpose="source_interne", details={"block": "debts"},
    )  # fmt: skip

    shown = text(reader, REGISTER)

    for words in (
        "Ada Liste", "ada@urssaf.example · Urssaf Bretagne", "Bloc confidentiel", "Cotisations et dettes",
        "123 456 782",
        "suivie, ou accompagnée, hors de son territoire, motif : signalée par l’entreprise",
    ):  # fmt: skip
        assert words in shown


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"agent": "ada"}, {"one", "two", "out"}), ({"agent": "Introuvable"}, set()), ({"entite": "banque"}, BOBS),
        ({"siren": "123 456 782"}, {"one", "bob", "list"}), ({"siren": "0"}, set()), ({"vue": "refus"}, {"denied"}),
        ({"vue": "fiches", "siren": FIRM}, {"one", "bob"}), ({"vue": "listes", "siren": FIRM}, {"list"}),
        ({"vue": "refus", "siren": OTHER}, {"denied"}), ({"vue": "refus", "siren": FIRM}, set()),
        ({"vue": "hors-zone", "siren": OTHER}, {"out"}), ({"vue": "exports", "siren": FIRM}, set()),
        ({"vue": "hors-zone"}, {"out"}), ({"vue": "exports"}, {"export"}), ({"vue": "administration"}, {"admin"}),
        ({"du": "2020-01-01", "au": "2020-01-31"}, set()), ({"vue": "inconnue", "du": "0001-01-01"}, None),
    ],
)  # fmt: skip
def test_each_filter_shows_its_rows(asked: dict[str, str], seen: set[str] | None, reader: Client, ada: User) -> None:
    bob = person_of(UserFactory(full_name="Bob Autre"), entity="Banque de France")
    at, me = now() - timedelta(minutes=1), person_of(ada)
    rows = {
        "one": sheet_opened(me, FIRM, at),
        "two": sheet_opened(me, OTHER, at),
        "out": sheet_opened(me, OTHER, at, in_zone=False),
        "bob": sheet_opened(bob, FIRM, at),
        "list": noted("list_view", "watchlists.Publication", "L", by=bob, at=at, details={"firms": [FIRM]}),
        "denied": noted("denied", "companies.Company", OTHER, by=bob, at=at, result="denied"),
        "export": noted("export", "exports.ExportRecord", "E", by=bob, at=at),
        "admin": noted("admin_reference", "accounts.Segment", "S", by=bob, at=at),
    }
    page = reader.get(REGISTER, asked).context["page"]

    if seen is not None:
        assert len(page.table.rows) == len({rows[name].pk for name in seen})


def test_reading_is_traced_and_a_page_costs_the_same_whatever_its_rows(reader: Client, ada: User) -> None:
    counts = []
    for wanted, more in ((20, 20), (60, 40), (200, 140)):
        for n in range(more):
            sheet_opened(person_of(ada), FIRM, now() - timedelta(minutes=n))
        reader.get(REGISTER)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page = reader.get(REGISTER, {"agent": "ada"}).context["page"]
        assert page.count.startswith(str(wanted))
        counts.append(len(seen))

    assert counts[0] + 1 == counts[1] == counts[2] <= 12  # all on one page: they are not counted again
    row = AuditEvent.objects.filter(action="audit_read").latest("pk")
    assert row.details["agent"] == "ada"


def test_the_cursor_goes_through_all_rows_once(reader: Client, ada: User) -> None:
    rows = {sheet_opened(person_of(ada), FIRM, now() - timedelta(minutes=n // 3)).pk for n in range(120)}
    url, seen = f"{REGISTER}?vue=fiches", 0
    while url:
        page = reader.get(url).context["page"]
        seen += len(page.table.rows)
        url = page.next_href

    assert seen == len(rows)


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", "9" * 17 + ".1", "1." + "9" * 30, "²."])
def test_a_cursor_that_cannot_be_read_shows_the_beginning(cursor: str, reader: Client, ada: User) -> None:
    assert reader.get(REGISTER, {"apres": cursor}).status_code == 200


def test_the_file_holds_the_rows_guards_its_cells_and_is_traced(reader: Client, ada: User) -> None:
    sheet_opened(person_of(ada, entity="=1+1"), FIRM, now())

    response = reader.get(reverse("audit:export"), {"agent": "ada"})
    lines = b"".join(response.streaming_content).decode().splitlines()

    assert len(lines) == 2
    assert "'=1+1" in lines[1]
    assert FIRM in lines[1]
    row = AuditEvent.objects.get(action="export")
    assert (row.details["kind"], row.details["rows"]) == ("audit", 1)


def test_the_replay_says_the_rights_of_that_day_and_what_was_seen(reader: Client, ada: User, at: datetime) -> None:
    sheet_opened(person_of(ada, departements=frozenset({"22"})), FIRM, at - timedelta(days=9))
    sheet_opened(person_of(ada), FIRM, at)
    audit.note("unlock", "companies.Company", OTHER, by=person_of(ada), at=at, purpose="autre")
    sheet_opened(person_of(ada, departements=frozenset({"75"})), FIRM, at + timedelta(days=1))

    shown = text(reader, reverse("audit:replay"), agent="ada@urssaf.example", jour="2026-03-18")

    assert "Départements Ille-et-Vilaine (35)" in shown
    assert "niveau A" in shown
    assert "Fiche d’entreprise permis 1" in shown
    assert "autre motif" in shown


def test_a_firm_opened_by_a_file_says_so_in_the_place_of_a_motive(reader: Client, ada: User, at: datetime) -> None:
    told = {"file": 7, "added_by": 5, "added_by_name": "Bob Urssaf"}
    audit.note("unlock", "companies.Company", OTHER, by=person_of(ada), at=at, details=told)

    shown = text(reader, reverse("audit:replay"), agent="ada@urssaf.example", jour="2026-03-18")

    assert "accompagnement 7, ajouté par Bob Urssaf" in shown


def test_places_and_profiles_are_said_by_their_names(reader: Client, ada: User, at: datetime) -> None:
    load_references(now())
    departements = frozenset({"44", "49", "53", "72", "85"})
    sheet_opened(person_of(ada, segment="urssaf", zone_label="région 52", departements=departements), FIRM, at)

    replayed = text(reader, reverse("audit:replay"), agent="ada@urssaf.example", jour="2026-03-18")
    assert "Profil Urssaf Territoire région Pays de la Loire" in replayed
    assert "Départements Loire-Atlantique (44), Maine-et-Loire (49), Mayenne (53), Sarthe (72), Vendée (85)" in replayed
    asked = {"agent": "ada", "du": "2026-03-18", "au": "2026-03-18"}
    assert "région Pays de la Loire" in text(reader, REGISTER, **asked)
    response = reader.get(reverse("audit:export"), asked)
    row = b"".join(response.streaming_content).decode().splitlines()[1]
    assert "Urssaf" in row.replace("Urssaf Bretagne", "")
    assert "région Pays de la Loire" in row
    assert "région 52" not in replayed


def test_what_was_looked_at_in_an_agents_place_is_not_told_as_seen_by_him(
    reader: Client, ada: User, at: datetime
) -> None:
    admin = UserFactory(full_name="Adam Premier", email="adam@vigie.example")
    eyes = person_of(ada, departements=frozenset(), acting_for_id=admin.pk, acting_for_name="Adam Premier")
    sheet_opened(person_of(ada), FIRM, at)
    sheet_opened(eyes, OTHER, at + timedelta(minutes=5))

    def replayed(address: str) -> str:
        return text(reader, reverse("audit:replay"), agent=address, jour="2026-03-18")

    assert "Fiche d’entreprise permis 1" in replayed("ada@urssaf.example")
    assert "Pages vues à sa place, par Adam Premier" in replayed("ada@urssaf.example")
    assert "Départements Ille-et-Vilaine (35)" in replayed("ada@urssaf.example")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"agent": "nobody@x.example", "jour": "2026-03-18"}, "Aucun compte ne porte cette adresse"),
        ({"agent": "ada@urssaf.example", "jour": "2026-03-18"}, "ses droits d’alors ne sont pas connus"),
        ({"agent": "", "jour": "x"}, "Rejouer une journée"),
        ({"agent": "ada@urssaf.example", "jour": "9999-12-31"}, "Rejouer une journée"),
    ],
)
def test_a_replay_that_cannot_be_says_why(asked: dict[str, str], said: str, reader: Client, ada: User) -> None:
    assert said in text(reader, reverse("audit:replay"), **asked)


@pytest.mark.parametrize("name", ["register", "export", "replay", "anomalies", "chain"])
def test_nobody_else_reads_the_audit_and_the_refusal_is_one_row(name: str, client: Client) -> None:
    user = agent()

    assert sign_in(client, user).get(reverse(f"audit:{name}")).status_code == 404
    row = AuditEvent.objects.get(action="denied", actor_id=user.pk)
    assert row.details == {"page": f"audit:{name}", "status": 404, "method": "GET"}
    assert row.ip_hash


def test_the_week_is_counted_agent_by_agent(ada: User, at: datetime) -> None:
    monday = datetime(2026, 3, 16, 8, tzinfo=at.tzinfo)
    me = person_of(ada)
    for n in range(3):
        sheet_opened(me, FIRM, monday + timedelta(hours=n), in_zone=n > 0)
    for weeks in (1, 2, 2):
        sheet_opened(me, FIRM, monday - timedelta(weeks=weeks))
    audit.note("unlock", "companies.Company", FIRM, by=me, at=monday, purpose="autre")
    audit.note("export", "exports.ExportRecord", "E", by=me, at=monday.replace(hour=21))  # 22 h in Paris
    audit.note("export", "exports.ExportRecord", "F", by=me, at=monday)
    audit.note("denied", "companies.Company", FIRM, by=me, at=monday, result="denied")

    (week,) = weeks_of(monday.date())

    assert (week.sheets, sorted(week.former), week.out_of_zone) == (3, [1, 2], 1)
    assert (week.unlocks_other, week.night_exports, week.denials) == (1, 1, 1)


def test_the_report_is_made_once_told_to_auditors_and_shown(reader: Client, ada: User, at: datetime) -> None:
    last_week = at - timedelta(days=7)
    for n in range(15):
        audit.note("denied", "companies.Company", FIRM, by=person_of(ada), at=last_week + timedelta(minutes=n),
                   result="denied")  # fmt: skip

    actions.report_anomalies(at)
    actions.report_anomalies(at + timedelta(hours=1))

    assert AnomalyReport.objects.count() == 1
    assert OutgoingMessage.objects.filter(template="audit/mail/anomalies").count() == 1
    assert mail.outbox == []
    shown = text(reader, reverse("audit:anomalies"))
    assert "Ada Liste Urssaf Bretagne" in shown
    assert "15 refus 15 15" in shown


def test_the_day_is_closed_once_and_a_fault_is_told(reader: Client, ada: User, at: datetime) -> None:
    row = sheet_opened(person_of(ada), FIRM, at)
    assert actions.close_day(at).fault == ""
    assert actions.close_day(at).links == 1
    with lifted(connection):
        AuditEvent.objects.filter(pk=row.pk).update(siren=OTHER)

    head = actions.close_day(at + timedelta(days=1))

    assert DayHead.objects.count() == 2
    assert f"trace {row.pk}" in head.fault
    assert OutgoingMessage.objects.filter(template="audit/mail/day_head").count() == 2
    assert "La dernière vérification a trouvé une faute" in text(reader, reverse("audit:chain"))


YEAR = {"agent": "", "entity": "", "since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2027, 1, 1, tzinfo=UTC)}


def alone(*kept: str) -> None:
    """On PostgreSQL, which reads a small table by whichever index comes first, or in the order of its key: these."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("ALTER TABLE journal_auditevent DROP CONSTRAINT journal_auditevent_pkey CASCADE")
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'journal_auditevent'")
        for (name,) in cursor.fetchall():
            if (name.startswith("audit_") and name not in kept) or "_at_" in name:
                cursor.execute(f"DROP INDEX {name}")


@pytest.mark.parametrize(("view", "index"), [("refus", "audit_denied"), ("hors-zone", "audit_out_of_zone")])
def test_rare_traces_are_read_from_an_index(view: str, index: str) -> None:
    alone(index)

    plan = found(Asked(view=view, siren="", **YEAR)).explain()

    assert index in plan, plan


@pytest.mark.parametrize("view", ["fiches", "administration"])
def test_traces_about_a_firm_are_read_from_an_index(view: str) -> None:
    alone("audit_siren")

    plan = found(Asked(view=view, siren=FIRM, **YEAR)).explain()

    assert "audit_siren" in plan, plan


@pytest.mark.postgresql  # SQLite has no index of what a list holds; each engine is asked above for the rare traces
def test_pages_of_lists_that_showed_a_firm_are_read_from_an_index() -> None:
    alone("audit_firms_shown", "audit_siren")

    plan = found(Asked(view="", siren=FIRM, **YEAR)).explain()

    assert "audit_firms_shown" in plan, plan
