"""A file of cards of a former board: what it says, what becomes of each card, the accompagnements made of it (S-40)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.accounts.models_agents import Network
from vigie.agents.models import Follow
from vigie.followup.states_cards import CARDS_IMPORT, READ
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach


class CardsImportQuerySet(ReachQuerySet):
    REACHES = {Reach.OWN: lambda person: Q(author_id=person.user_id or 0)}


class CardsImport(models.Model):
    """cards: as ``rules_cards.Card``, wrong: as ``rules_cards.Wrong``; both are emptied once it is over, and the file
    itself is never kept. network: who will read the texts of the cards; none: they are left.
    """

    LIFECYCLE = CARDS_IMPORT

    state = models.CharField("état", max_length=10, choices=CARDS_IMPORT.choices, default=CARDS_IMPORT.initial)
    file_name = models.CharField("fichier", max_length=150)
    motive = models.CharField("motif", max_length=20, choices=Follow.Motive.choices)
    motive_comment = models.TextField("précision", blank=True)
    network = models.ForeignKey(Network, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cards: Any = models.JSONField(default=list)
    wrong: Any = models.JSONField(default=list)
    lines = models.PositiveIntegerField(default=0)
    files = models.ManyToManyField("followup.Followup", related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")  # who read it
    form_token = models.CharField(max_length=64, unique=True)  # a form sent twice reads one file
    read_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = CardsImportQuerySet.as_manager()

    class Meta:
        ordering = ("-read_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=READ, ended_at__isnull=True)
                | (~Q(state=READ) & Q(ended_at__isnull=False, cards=[], wrong=[])),
                name="cards_import_ended_is_emptied",
            )
        ]

    def __str__(self) -> str:
        return self.file_name
