"""The policy applied: one filter for lists and for single objects, so that they cannot disagree.

A model that is the object of an action declares on its QuerySet how each reach reads on it::

    class NeedQuerySet(ReachQuerySet):
        REACHES = {Reach.OWN_EXPERT: lambda person: Q(pk__in=…)}

Across a to-many relation a reach is written with ``Exists`` or ``pk__in``, never a join: a row comes once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value

from vigie.kernel.errors import Forbidden
from vigie.rights.person import Person
from vigie.rights.table import ACTIONS_BY_CODE, Reach, grants


def everywhere(_person: Person) -> Q:
    """The reach that excludes nothing."""
    return Q()


class ReachQuerySet(models.QuerySet):
    """A QuerySet that can be restricted to what a person may do an action to."""

    REACHES: ClassVar[dict[Reach, Callable[[Person], Q]]] = {}

    def allowed(self, person: Person, action: str) -> Self:
        """The rows to which ``person`` may do ``action``; none when no row of the table grants it."""
        expected = ACTIONS_BY_CODE[action].model
        if expected != self.model._meta.label:
            raise ValueError(f"{action} is an action on {expected}, not on {self.model._meta.label}")
        within = {grant.within for grant in grants(action, person.roles)}
        condition = self._within(person, within)
        return self.filter(condition) if condition else self.all()

    def with_rights(self, person: Person, **actions: str) -> Self:
        """The rows, each with a boolean by name: may ``person`` do this action to it?

        The same answer as ``allowed``, asked with the row itself. Actions granted within the same reaches are one
        condition of the statement.
        """
        marks: dict[str, Any] = {}
        known: dict[frozenset[Reach], str] = {}
        for name, action in actions.items():
            within = frozenset(grant.within for grant in grants(action, person.roles))
            if within in known:
                marks[name] = F(known[within])
                continue
            known[within] = name
            condition = self._within(person, within)
            if not within:
                marks[name] = Value(False)
            elif not condition:
                marks[name] = Value(True)
            else:
                marks[name] = ExpressionWrapper(condition, output_field=models.BooleanField())
        return self.annotate(**marks)

    def _within(self, person: Person, within: Iterable[Reach]) -> Q:
        """The rows within one of these reaches; an empty condition: all of them."""
        condition = Q(pk__in=[])
        for one in sorted(within):
            reach = Q() if one is Reach.NATIONAL else self.REACHES[one](person)
            if not reach:
                return Q()
            condition |= reach
        return condition


def may(person: Person, action: str, obj: models.Model | None = None) -> bool:
    """True when the table lets the person do the action, to this object when the action has one."""
    if ACTIONS_BY_CODE[action].model == "":
        return bool(grants(action, person.roles))
    if obj is None:
        raise ValueError(f"{action} is asked of an object")
    manager: Any = obj.__class__._default_manager  # not type(): request.user is a lazy proxy
    return bool(manager.allowed(person, action).filter(pk=obj.pk).exists())


def require(person: Person, action: str, obj: models.Model | None = None) -> None:
    """Raises Forbidden when the person may not do the action."""
    if not may(person, action, obj):
        raise Forbidden(
            "not_permitted",
            f"Vous n’avez pas le droit de faire ceci\u00a0: {ACTIONS_BY_CODE[action].label.lower()}.",
        )
