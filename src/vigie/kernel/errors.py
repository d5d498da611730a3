"""Everything that can go wrong, as one family.

VigieError
├── Refused(code, message_fr)          what a person asked cannot be done; the message is for him
│   ├── Forbidden                      seen, but not permitted to this person
│   ├── TransitionRefused              the state does not allow it (or no longer does)
│   ├── InvalidInput                   what was typed cannot be read
│   └── TooMany                        asked too often; carries the wait in seconds
├── SourceError(source, line)          a file received from outside; the message is for an operator
│   ├── UnreadableFile
│   ├── MissingColumn
│   └── CheckFailed
├── ConnectorError(service)            an outside service
│   ├── Unavailable                    down, slow, breaker open, switched off
│   ├── NotFound                       answered: there is no such thing
│   └── BadAnswer                      answered something that cannot be understood
└── PublicationError(place)            a folder that the batch publishes; the message is for an operator
    ├── HashMismatch                   a file is not the one that the manifest announces
    └── UnknownSchema                  made for another version of the door
"""

from __future__ import annotations


class VigieError(Exception):
    """The root: nothing else is raised on purpose by Vigie."""


class Refused(VigieError):
    """What a person asked cannot be done.

    code: short English snake_case, stable, for tests and logs.
    message_fr: what happened, why, what to do; shown as it is.
    """

    def __init__(self, code: str, message_fr: str) -> None:
        super().__init__(message_fr)
        self.code = code
        self.message_fr = message_fr


class Forbidden(Refused):
    """The person may see the object but not do this to it (403)."""


class TransitionRefused(Refused):
    """The object's state does not allow the transition, or somebody was quicker (409)."""


class InvalidInput(Refused):
    """What was typed cannot be read; ``field`` names the field at fault when there is one."""

    def __init__(self, code: str, message_fr: str, field: str | None = None) -> None:
        super().__init__(code, message_fr)
        self.field = field


class TooMany(Refused):
    """Asked too often; ``retry_after`` is the wait in seconds (429)."""

    def __init__(self, code: str, message_fr: str, retry_after: int) -> None:
        super().__init__(code, message_fr)
        self.retry_after = retry_after


class SourceError(VigieError):
    """A file received from outside is not what it should be; the message is English, for an operator."""

    def __init__(self, source: str, message: str, line: int | None = None) -> None:
        place = f"{source}, line {line}" if line is not None else source
        super().__init__(f"{place}: {message}")
        self.source = source
        self.line = line


class UnreadableFile(SourceError):
    """Not the announced format: wrong kind, truncated, wrong encoding, too large."""


class MissingColumn(SourceError):
    """A required column is absent."""


class CheckFailed(SourceError):
    """The content breaks a check of its source."""


class ConnectorError(VigieError):
    """An outside service did not give what was asked."""

    def __init__(self, service: str, message: str) -> None:
        super().__init__(f"{service}: {message}")
        self.service = service


class Unavailable(ConnectorError):
    """The service is down, slow, limited, switched off, or its breaker is open."""


class NotFound(ConnectorError):
    """The service answered that there is no such thing."""


class BadAnswer(ConnectorError):
    """The service answered something that cannot be understood."""


class PublicationError(VigieError):
    """A publication folder is not what it should be; ``place`` names the folder or the file in it.

    fr: the same in French, after the name of the file or of the folder, where operators are written to; may be empty.
    """

    def __init__(self, place: str, message: str, fr: str = "") -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.fr = fr


class HashMismatch(PublicationError):
    """A file of the folder is not the one that the manifest announces."""


class UnknownSchema(PublicationError):
    """The folder was made for a version of the schema that this code does not read."""


SYSTEM_FR: dict[type[OSError], str] = {
    FileExistsError: "un fichier porte déjà ce nom, un dossier est attendu",
    NotADirectoryError: "ce n’est pas un dossier",
    IsADirectoryError: "c’est un dossier, un fichier est attendu",
    FileNotFoundError: "rien à cet endroit",
    PermissionError: "l’accès est refusé",
}


def system_words(error: OSError) -> str:
    """What the system refuses, in French where it says it in English."""
    return SYSTEM_FR.get(type(error), error.strerror or str(error))
