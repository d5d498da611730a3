"""Sessions in the database, as Django keeps them; the statement that each page begins with is composed once."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from vigie.kernel.clock import now
from vigie.rights.statements import composed_once


class SessionStore(db.SessionStore):
    """Named by ``SESSION_ENGINE``."""

    def _get_session_from_db(self) -> Session | None:
        found: list[Session] = _living(self.session_key or "", now())
        if not found:
            self._session_key = None
            return None
        return found[0]


@composed_once
def _living(key: str, at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=at)
