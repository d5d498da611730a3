"""Questions put to the service and who answers them; opinions on the service, without their author."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigie.accounts.models import Institution
from vigie.accounts.models_agents import Entity
from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import Reach
from vigie.support.rules import SCORES, TOPICS
from vigie.support.states import ANSWERED, CLOSED, HELP


class Responder(models.Model):
    """Somebody who answers questions: all of them, or those of a topic, or those of the people of a body."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField("sujet", max_length=12, choices=TOPICS.items(), blank=True)
    institution = models.ForeignKey(Institution, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    entity = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ("user__full_name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(institution__isnull=True) | Q(entity__isnull=True),
                name="responder_one_body",
                violation_error_message="Choisissez une institution ou une administration, pas les deux.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.topic}"


class HelpQuerySet(ReachQuerySet):
    REACHES: ClassVar = {Reach.OWN: lambda person: Q(responder_id=person.user_id or 0)}


class HelpRequest(models.Model):
    """A question, by an account or by a visitor, with its answer. page: see ``rules.masked_address``.

    responder: the person it was given to; None while nobody is named for it: the team as a whole.
    """

    LIFECYCLE = HELP

    state = models.CharField("état", max_length=10, choices=HELP.choices, default=HELP.initial)
    topic = models.CharField("sujet", max_length=12, choices=TOPICS.items())
    body = models.TextField("question")
    page = models.CharField("page", max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who is answered
    name = models.CharField("prénom et nom", max_length=150)
    email = models.EmailField("adresse électronique")
    responder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # who answers for it
    asked_at = models.DateTimeField()
    answer = models.TextField("réponse", blank=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    form_token = models.CharField(max_length=64, unique=True)

    objects = HelpQuerySet.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        indexes = [models.Index(fields=["responder", "state"], name="help_of_responder")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ANSWERED) | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="help_answered_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(state=CLOSED, closed_at__isnull=False) | (~Q(state=CLOSED) & Q(closed_at__isnull=True)),
                name="help_closed_iff_final",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.topic}"


class ServiceOpinion(models.Model):
    """What somebody thinks of the service. Nothing says who, beyond the body of an account."""

    score = models.PositiveSmallIntegerField("note", choices=SCORES.items())
    text = models.TextField("remarque", blank=True)
    page = models.CharField("page", max_length=200, blank=True)
    signed_in = models.BooleanField(default=False)
    body = models.CharField("administration ou institution", max_length=150, blank=True)
    given_at = models.DateTimeField()
    form_token = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("-given_at", "-pk")
        indexes = [models.Index(fields=["given_at"], name="opinion_when")]
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="service_opinion_from_1_to_5")
        ]

    def __str__(self) -> str:
        return f"{self.score}/5"
