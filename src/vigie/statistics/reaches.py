"""Which figures of bodies a reviewer reads. They are counted by body: a profile of work within one opens none."""

from __future__ import annotations

from django.db.models import Q

from vigie.accounts.models_charges import whole_bodies
from vigie.rights.person import Person


def of_charged_bodies(person: Person) -> Q:
    """The rows of the bodies that he answers for as a whole; never those of nobody, nor of all together."""
    return Q(entity__in=whole_bodies(person.user_id)) & ~Q(entity="")
