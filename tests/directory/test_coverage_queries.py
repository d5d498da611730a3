"""Coverage says what routing does, and moves at once with the address book (bars W-02 and W-03)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bench import service_world
from bench.service_world import DAY, Sizes
from django.db import connection
from django.test.utils import CaptureQueriesContext

from vigie.accounts.models import Absence, Antenne, AntenneZone, Institution
from vigie.directory.models import Expert, ExpertMember, ExpertSubject, ExpertZone, InstitutionSubject, Subject
from vigie.directory.queries import coverage
from vigie.directory.queries.coverage import Picture, available_share, picture
from vigie.matching.queries.routing_rows import covering_rows
from vigie.territory.models import Commune

SMALL = Sizes(institutions=20, antennes=40, experts=50, users=60, subjects=12)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> None:
    coverage.forget()
    service_world.write_small_territory()
    service_world.build(SMALL, seed=3)


def experts_of(seen: Picture, subject: int, rank: int) -> set[int]:
    return {who.expert for who, _held in seen.answers(subject) if seen.ground.union(who.zones) >> rank & 1}


def test_each_cell_holds_whom_routing_finds(world: None) -> None:
    seen = picture(DAY)
    places = {row.code: row.place for row in Commune.objects.whole()}
    counts = {"empty": 0, "full": 0}

    assert set(places) == set(seen.ground.rank)
    for subject in Subject.objects.all():
        for code, rank in seen.ground.rank.items():
            routed = {row.expert_id for row in covering_rows(subject.pk, places[code])}

            assert experts_of(seen, subject.pk, rank) == routed, (subject, code)
            assert seen.subjects[subject.pk].somebody >> rank & 1 == bool(routed)
            counts["full" if routed else "empty"] += 1

    assert all(counts.values()), f"the world has holes and answers: {counts}"


def _new_zone() -> None:
    antenne = Antenne.objects.filter(level="local").order_by("pk")[0]
    AntenneZone.objects.create(antenne=antenne, zone_type="region", code="06")


def _own_zone() -> None:
    expert = Expert.objects.filter(deleted_at=None, zones=None).order_by("pk")[0]
    ExpertZone.objects.create(expert=expert, zone_type="commune", code="01900")


def _zone_rewritten_in_place() -> None:
    ExpertZone.objects.filter(pk=ExpertZone.objects.order_by("pk")[0].pk).update(zone_type="departement", code="38")


def _expert_leaves() -> None:
    Expert.objects.filter(pk=Expert.objects.filter(deleted_at=None).order_by("pk")[3].pk).update(
        deleted_at=service_world.LONG_AGO
    )


def _competence_lost() -> None:
    ExpertSubject.objects.filter(expert__deleted_at=None).order_by("pk")[0].delete()


def _institution_closes() -> None:
    Institution.objects.filter(pk=Institution.objects.filter(deleted_at=None).order_by("pk")[5].pk).update(
        deleted_at=service_world.LONG_AGO
    )


def _subject_archived() -> None:
    Subject.objects.filter(pk=Subject.objects.order_by("pk")[0].pk).update(archived_at=service_world.LONG_AGO)


def _member_leaves() -> None:
    ExpertMember.objects.filter(expert__deleted_at=None, user__is_active=True).order_by("pk")[0].delete()


def _absence_written() -> None:
    member = ExpertMember.objects.filter(user__absences=None, user__is_active=True).order_by("pk")[0]
    Absence.objects.create(user=member.user, starts_on=DAY, ends_on=DAY)


def _competence_of_an_institution_in_one_region() -> None:
    one = InstitutionSubject.objects.order_by("pk")[0]
    Institution.objects.filter(competences__subject=one.subject).update(region_code="84")


def _commune_changes_epci() -> None:
    other = Commune.objects.get(code="69901").epci_code
    Commune.objects.filter(code="38901").update(epci_code=other)


CHANGES: tuple[Callable[[], None], ...] = (
    _new_zone, _own_zone, _zone_rewritten_in_place, _expert_leaves, _competence_lost, _institution_closes,
    _subject_archived, _member_leaves, _absence_written, _competence_of_an_institution_in_one_region,
    _commune_changes_epci,
)  # fmt: skip


def test_each_change_shows_at_once_as_if_all_had_been_worked_out_again(world: None) -> None:
    for change in CHANGES:
        before = picture(DAY)
        change()
        after = picture(DAY)
        coverage.forget()
        afresh = picture(DAY)

        assert after is not before, change.__name__
        assert after.subjects == afresh.subjects, change.__name__
        assert dict(after.experts) == dict(afresh.experts), change.__name__


def test_only_the_subjects_touched_are_worked_out_again(world: None) -> None:
    before = picture(DAY)
    gone = ExpertSubject.objects.filter(expert__deleted_at=None).order_by("pk")[0]
    subject = gone.institution_subject.subject_id
    gone.delete()

    after = picture(DAY)

    kept = [pk for pk in after.subjects if after.subjects[pk] is before.subjects[pk]]
    assert subject not in kept
    assert len(kept) == len(after.subjects) - 1


def test_an_untouched_address_book_gives_the_same_picture(world: None) -> None:
    first = picture(DAY)

    with CaptureQueriesContext(connection) as queries:
        assert picture(DAY) is first

    assert len(queries) == 1  # the marks


def test_the_share_available_counts_pairs_with_somebody_present(world: None) -> None:
    available, pairs = available_share(DAY)

    seen = picture(DAY)
    slow = sum(one.present.bit_count() for one in seen.subjects.values())
    assert (available, pairs) == (slow, 12 * len(seen.ground.rows))
    assert 0 < available < pairs


def test_one_institution_is_looked_at_alone(world: None) -> None:
    seen = picture(DAY)
    institution = next(who.institution for subject in seen.subjects for who, _held in seen.answers(subject))

    alone = seen.of_institution(institution)

    for subject, one in alone.items():
        own = [who for who, _held in seen.answers(subject) if who.institution == institution]
        assert one.experts == len({who.expert for who in own})
        assert one.somebody & ~seen.subjects[subject].somebody == 0
