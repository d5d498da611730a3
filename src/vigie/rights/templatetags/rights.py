"""``{% if person|may:"directory.edit" %}`` for actions on the service as a whole; objects are asked in queries."""

from __future__ import annotations

from django import template

from vigie.rights import reach
from vigie.rights.person import Person

register = template.Library()


@register.filter
def may(person: Person, action: str) -> bool:
    return reach.may(person, action)
