"""Which competence a header designates, institution by institution (matching.md 8.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.directory.importing.columns import nearest
from vigie.directory.models import InstitutionSubject
from vigie.kernel.text import fold


@dataclass(frozen=True)
class Designated:
    """What a text designates in an institution: one competence, or several, or none."""

    competence: InstitutionSubject | None
    several: bool = False


def header_of(competence: InstitutionSubject) -> str:
    """The header that the export writes: it designates this competence and no other of the institution."""
    subject = competence.subject
    return ":".join(filter(None, (subject.theme.label, subject.label, competence.description)))


class Subjects:
    """The competences of an institution by every way of writing them."""

    def __init__(self, competences: Iterable[InstitutionSubject]) -> None:
        self._whole: dict[str, list[InstitutionSubject]] = {}
        self._short: dict[str, dict[int, InstitutionSubject]] = {}
        self._asked: dict[str, Designated] = {}
        self.texts: list[str] = []
        for one in competences:
            subject, theme = one.subject.label, one.subject.theme.label
            self._whole.setdefault(_exact(header_of(one)), []).append(one)
            self.texts += [header_of(one), subject]
            for text in (header_of(one), f"{subject}:{one.description}", one.description, subject, theme):
                if fold(text):
                    self._short.setdefault(fold(text), {})[one.pk] = one

    def designated(self, text: str) -> Designated:
        """The competence of this text: its whole writing first, else whatever it designates alone."""
        if text not in self._asked:  # the headers are asked at every line
            self._asked[text] = self._found(text)
        return self._asked[text]

    def _found(self, text: str) -> Designated:
        whole = self._whole.get(_exact(text), [])
        if len(whole) == 1:
            return Designated(whole[0])
        found = list(self._short.get(fold(text), {}).values())
        if len(found) == 1:
            return Designated(found[0])
        return Designated(None, several=len(found) > 1)

    def nearest(self, text: str) -> str:
        """The writing that looks most like the text; empty when none does."""
        return nearest(text, self.texts)


def _exact(text: str) -> str:
    """The same text whatever its spaces and capitals; its punctuation counts."""
    return " ".join(text.split()).upper()
