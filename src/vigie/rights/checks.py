"""At the start: the table of rights and the tables of the database speak of the same things."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error

from vigie.rights.reach import ReachQuerySet
from vigie.rights.table import ACTIONS, ACTIONS_BY_CODE, RIGHTS, Reach


def check_table(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuses an action without table, a reach without filter, an action granted to nobody, a row for no action."""
    errors: list[CheckMessage] = []
    for grant in RIGHTS:
        action = ACTIONS_BY_CODE.get(grant.action)
        if action is None:
            errors.append(Error(f"rights: {grant.action} is granted but is not an action", id="rights.E001"))
            continue
        if not action.model:
            if grant.within is not Reach.NATIONAL:
                errors.append(
                    Error(f"rights: {grant.action} has no table: only NATIONAL has a meaning", id="rights.E002")
                )
            continue
        try:
            queryset = apps.get_model(action.model)._default_manager.all()
        except LookupError:
            errors.append(
                Error(
                    f"rights: {grant.action} is asked of {action.model}, which does not exist",
                    id="rights.E003",
                )
            )
            continue
        if not isinstance(queryset, ReachQuerySet):
            errors.append(Error(f"rights: {action.model} has no ReachQuerySet", id="rights.E004"))
        elif grant.within is not Reach.NATIONAL and grant.within not in queryset.REACHES:
            errors.append(Error(f"rights: {action.model} does not say what {grant.within} means", id="rights.E005"))
    granted = {grant.action for grant in RIGHTS}
    errors += [Error(f"rights: nobody may do {a.code}", id="rights.E006") for a in ACTIONS if a.code not in granted]
    return errors
