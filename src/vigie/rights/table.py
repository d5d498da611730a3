"""The whole policy: who may do what, within which reach. Pure data, readable by the data-protection officer.

An action without a row here can be done by nobody. What each reach means on a table is said once, by that table's
``REACHES`` (see ``reach.py``). The rows are in ``rows/``, a file per subject;
docs/reference/rights.md is generated from them.
"""

from __future__ import annotations

from functools import cache

from vigie.rights.rows import (
    agents,
    audit,
    campaigns,
    detection,
    directory,
    exports,
    followup,
    house,
    matching,
    sheets,
    statistics,
    support,
)
from vigie.rights.vocabulary import DETECTION as DETECTION
from vigie.rights.vocabulary import GRANTABLE as GRANTABLE
from vigie.rights.vocabulary import REACH_LABELS as REACH_LABELS
from vigie.rights.vocabulary import ROLE_LABELS as ROLE_LABELS
from vigie.rights.vocabulary import SECOND_FACTOR as SECOND_FACTOR
from vigie.rights.vocabulary import STEWARDS as STEWARDS
from vigie.rights.vocabulary import TERRITORIAL as TERRITORIAL
from vigie.rights.vocabulary import Action as Action
from vigie.rights.vocabulary import Grant as Grant
from vigie.rights.vocabulary import Reach as Reach
from vigie.rights.vocabulary import Role as Role

_SUBJECTS = (
    house, exports, agents, audit, directory, matching, detection, followup, campaigns, sheets, statistics, support
)  # fmt: skip

ACTIONS: tuple[Action, ...] = tuple(action for subject in _SUBJECTS for action in subject.ACTIONS)
RIGHTS: tuple[Grant, ...] = tuple(grant for subject in _SUBJECTS for grant in subject.RIGHTS)

ACTIONS_BY_CODE: dict[str, Action] = {action.code: action for action in ACTIONS}


@cache
def grants(action: str, roles: frozenset[Role]) -> tuple[Grant, ...]:
    """The rows that let these roles do this action; KeyError for an action that is not in the table."""
    ACTIONS_BY_CODE[action]
    return tuple(grant for grant in RIGHTS if grant.action == action and grant.role in roles)
