"""What others wrote in the files of somebody, within the walls of his networks; the files that nobody looks after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from vigie.accounts.models import Habilitation, User
from vigie.accounts.queries import person_for
from vigie.agents.queries.mails import LEVELS
from vigie.followup.models import Comment, Followup, FollowupQuerySet, Member, SummaryVersion
from vigie.followup.rules import REMINDED_EVERY_DAYS
from vigie.followup.states import IN_PROGRESS
from vigie.journal.models import OutgoingMessage
from vigie.journal.states import SENT
from vigie.kernel.period import paris_day
from vigie.rights.person import Person
from vigie.tuning.queries import current
from vigie.ui.formats import counted, listed


@dataclass
class News:
    """What is new in one file. authors: who wrote, once each."""

    firm: str
    pk: int
    comments: int = 0
    summaries: int = 0
    authors: list[str] = field(default_factory=list)

    def note(self, author: Any, *, summary: bool) -> None:
        self.summaries, self.comments = self.summaries + summary, self.comments + (not summary)
        if str(author) not in self.authors:
            self.authors.append(str(author))

    @property
    def words(self) -> str:
        """« 2 commentaires et 1 synthèse de Ada Liste »: nothing of what was written."""
        parts = [counted(self.comments, "commentaire")] if self.comments else []
        parts += [counted(self.summaries, "synthèse modifiée", "synthèses modifiées")] if self.summaries else []
        return f"{listed(parts)}, par {listed(self.authors)}"


def news_of(person: Person, since: datetime, until: datetime) -> list[News]:
    """The files of the person where somebody else wrote in one of his networks, by name. 2 queries."""
    mine = Followup.objects.held_by(person).values("pk")
    files = Followup.objects.allowed(person, "file.view").filter(pk__in=mine).values("pk")
    seen = {"network__code__in": sorted(person.networks), "network__is_active": True}
    comments = Comment.objects.filter(at__gt=since, at__lte=until, followup__in=files, deleted_at=None, **seen)
    written = SummaryVersion.objects.filter(at__gt=since, at__lte=until, summary__followup__in=files).filter(
        **{f"summary__{name}": value for name, value in seen.items()}
    )
    found: dict[int, News] = {}
    others = {"author_id": person.user_id}
    for comment in comments.exclude(**others).select_related("author", "followup__workplace__company").order_by("at"):
        _news(found, comment.followup).note(comment.author, summary=False)
    firms = "summary__followup__workplace__company"
    for version in written.exclude(**others).select_related("author", firms).order_by("at"):
        _news(found, version.summary.followup).note(version.author, summary=True)
    return sorted(found.values(), key=lambda one: (one.firm, one.pk))


def _news(found: dict[int, News], followup: Followup) -> News:
    return found.setdefault(followup.pk, News(followup.workplace.company.name, followup.pk))


def not_told_since(followup: Followup, email: str, template: str) -> datetime | None:
    """The moment from which nothing was told to this reader of this file: the oldest of its mails that has not left,
    or the last that has, if it left since. None when no mail waits. 2 queries.
    """
    mine = OutgoingMessage.objects.filter(
        subject_type="followup.Followup", subject_id=str(followup.pk), template=template, recipient=email
    )
    first = mine.filter(ended_at=None).aggregate(first=Min("created_at"))["first"]
    if first is None:
        return None
    last = mine.filter(state=SENT, claimed_at__gt=first).aggregate(last=Max("claimed_at"))["last"]
    return last or first - timedelta(microseconds=1)


def readers_of_news(since: datetime, until: datetime) -> QuerySet[User]:
    """Those who take part in a file where something was written. 1 query."""
    comments = Comment.objects.filter(at__gt=since, at__lte=until).values("followup")
    versions = SummaryVersion.objects.filter(at__gt=since, at__lte=until).values("summary__followup")
    present = Member.objects.filter(removed_at=None)
    members = present.filter(followup__in=comments) | present.filter(followup__in=versions)
    return User.objects.living().filter(pk__in=members.values("user")).order_by("pk")


def quiet_files(at: datetime) -> FollowupQuerySet:
    """Files in progress without news for as long as the setting says, whose référents were not told within thirty."""
    quiet = Followup.objects.filter(
        state=IN_PROGRESS, deleted_at=None, modified_at__lt=at - timedelta(days=current("quiet_days"))
    )  # fmt: skip
    return quiet.exclude(reminded_at__gte=at - timedelta(days=REMINDED_EVERY_DAYS))


def orphan_files(at: datetime) -> FollowupQuerySet:
    """Running files none of whose référents is still in charge: habilitated, and not moved to another territory."""
    held = Habilitation.objects.in_force(paris_day(at)).filter(role__in=LEVELS, user=OuterRef("user"))
    referents = Member.objects.filter(
        removed_at=None, role=Member.Role.REFERENT, user__is_active=True, user__deleted_at=None
    )
    steady = Exists(held.filter(granted_at__lte=OuterRef("added_at")))
    suspects = referents.filter(Exists(held), followup__in=Followup.objects.active()).exclude(steady)
    still_here = _still_in_zone(suspects, at)
    in_charge = referents.filter(steady | Q(pk__in=still_here), followup=OuterRef("pk"))
    return Followup.objects.active().exclude(Exists(in_charge))


def _still_in_zone(members: QuerySet[Member], at: datetime) -> list[int]:
    """Of those habilitated anew since they joined, who still has the file's département. A few queries for each."""
    people: dict[int, Person] = {}
    kept = []
    for one in members.select_related("followup", "user"):
        if one.user_id not in people:
            people[one.user_id] = person_for(one.user, at)
        person = people[one.user_id]
        if person.nationwide or one.followup.departement in person.departements:
            kept.append(one.pk)
    return kept


def named_in(text: str, members: Iterable[Member]) -> list[Member]:
    """The members whose name comes after an « @ » in a comment, whatever its case."""
    said = text.casefold()
    return [member for member in members if f"@{member.user.full_name.casefold()}" in said]
