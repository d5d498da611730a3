"""What happened (append-only) and what must be told (the outbox). No decision here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from vigie.journal.states import CANCELED, CLAIMED, FAILED, MESSAGE_STATES, SENT, WAITING
from vigie.rights.person import PersonKind


class EventQuerySet(models.QuerySet):
    """Events of an object, in the order in which they happened."""

    def about(self, obj: models.Model) -> EventQuerySet:
        return self.filter(subject_type=obj._meta.label, subject_id=str(obj.pk))


class Event(models.Model):
    """Something that happened. Rows are never changed nor deleted: the database refuses (migration 0002)."""

    name = models.CharField(max_length=60)
    at = models.DateTimeField(db_index=True)
    actor_kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in PersonKind])
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",  # traceability
    )
    actor_name = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="event_subject"),
            models.Index(fields=["name", "at"], name="event_name_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(actor_kind=PersonKind.USER) & Q(actor__isnull=False))
                | (~Q(actor_kind=PersonKind.USER) & Q(actor__isnull=True)),
                name="event_actor_iff_user",
                violation_error_message="Un événement porte un compte si et seulement si une personne l’a causé.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_type} {self.subject_id}"


class OutgoingMessage(models.Model):
    """A mail owed because of an event. Its content is built when it is sent, from the state of that moment."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="messages")  # a mail has a cause
    template = models.CharField(max_length=80)
    audience = models.CharField(max_length=60)
    recipient = models.CharField(max_length=254)
    recipient_name = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    unique_key = models.CharField(max_length=300, unique=True)
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=[(s.code, s.label) for s in MESSAGE_STATES], default=WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    held = models.BooleanField(default=False)
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    mail_subject = models.CharField(max_length=300, blank=True)
    secret: Any = models.JSONField(null=True, blank=True)  # erased once the message has ended

    class Meta:
        ordering = ("due_at", "pk")
        indexes = [
            models.Index(fields=["next_attempt_at"], name="message_to_send", condition=Q(state=WAITING)),
            models.Index(fields=["claimed_at"], name="message_claimed", condition=Q(state=CLAIMED)),
            models.Index(fields=["subject_type", "subject_id"], name="message_subject"),
            models.Index(fields=["state", "-created_at"], name="message_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[SENT, FAILED, CANCELED], ended_at__isnull=False)
                | Q(state__in=[WAITING, CLAIMED], ended_at__isnull=True),
                name="message_ended_iff_final",
                violation_error_message="Un courriel porte une date de fin si et seulement s’il est terminé.",
            ),
            models.CheckConstraint(
                condition=~Q(state=CLAIMED) | Q(claimed_at__isnull=False),
                name="message_claimed_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SENT, FAILED, CANCELED]) | Q(secret__isnull=True), name="message_secret_erased"
            ),
            models.CheckConstraint(
                condition=~Q(state=FAILED) | ~Q(error=""),
                name="message_failed_says_why",
                violation_error_message="Un courriel en échec dit pourquoi.",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("created_at")), name="message_due_after_creation"),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient}"


class JobRun(models.Model):
    """One run of a scheduled command or job: when, how long, its account in one line, its error."""

    name = models.CharField(max_length=60, db_index=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    succeeded = models.BooleanField(null=True)
    account = models.CharField(max_length=500, blank=True)
    progress: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M}"


class AuditEvent(models.Model):
    """Who looked at what, and why it was open to him. Append-only; ``AuditSeal`` chains it (decision 0020).

    actor: whose rights were used. on_behalf_of: the administrator who really sat there, when he looked through
    somebody else's eyes. siren: the firm concerned, when it is one. reach: codes of the départements, « FR » for all.
    roles: codes of the roles of that moment. in_zone: whether the firm was in the person's territory, None when the
    question has no meaning. unlocked_by: what opened the data (zone, follow, file…). purpose: the motive given.
    mac: the service's signature on the row; nobody who only writes in the base can make it.
    """

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",  # traceability
    )
    actor_name = models.CharField(max_length=200, blank=True)
    actor_email = models.CharField(max_length=254, blank=True)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",  # traceability
    )
    on_behalf_of_name = models.CharField(max_length=200, blank=True)
    roles = models.CharField(max_length=200, blank=True)
    segment = models.CharField(max_length=40, blank=True)
    entity = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=200, blank=True)
    reach = models.CharField(max_length=400, blank=True)
    action = models.CharField(max_length=40)
    result = models.CharField(max_length=8, choices=[("allowed", "permis"), ("denied", "refusé")])
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    siren = models.CharField(max_length=9, blank=True)
    in_zone = models.BooleanField(null=True)
    unlocked_by = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    ip_hash = models.CharField(max_length=32, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    details: Any = models.JSONField(default=dict)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"], name="audit_object"),
            models.Index(fields=["actor", "at"], name="audit_actor"),
            models.Index(fields=["siren", "at"], name="audit_siren", condition=~Q(siren="")),
            models.Index(fields=["action", "at"], name="audit_action"),
            # What auditors look for is rare: it is not searched for among all the rest.
            models.Index(fields=["at"], name="audit_denied", condition=Q(result="denied")),
            models.Index(fields=["at"], name="audit_out_of_zone", condition=Q(in_zone=False)),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class AuditSeal(models.Model):
    """The link of the chain that holds one audit row: hash = SHA-256 of the hash before and of the row.

    seq: 1, 2, 3… without a hole. row: kept as a number when the row is gone, so that the verification can name it.
    genuine: the row bore the service's signature when it was sealed.
    """

    seq = models.BigIntegerField(primary_key=True)
    row = models.OneToOneField(
        AuditEvent,
        null=True,  # read by a left join: a row that was taken out must still be seen missing
        on_delete=models.DO_NOTHING,
        related_name="seal",
        db_constraint=False,
    )
    hash = models.CharField(max_length=64)
    genuine = models.BooleanField(default=True)
    sealed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("seq",)

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"
