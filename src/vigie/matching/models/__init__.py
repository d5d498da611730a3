"""From what a company head writes to an expert's outcome: requests, analyses, needs, matches, thread, following."""

from vigie.matching.models.following import HoleReport, NeedTag, Note, Reminder, SolicitationTag, Tag
from vigie.matching.models.needs import (
    Candidate,
    Diagnosis,
    DiagnosisQuerySet,
    Match,
    MatchQuerySet,
    Need,
    NeedQuerySet,
    ThreadMessage,
    communes_of,
)
from vigie.matching.models.public import Landing, LandingSubject, LandingTheme, RefusalTemplate, SpamAddress
from vigie.matching.models.requests import Precision, Solicitation, SolicitationAnswer, SolicitationQuerySet

__all__ = [
    "Candidate",
    "Diagnosis",
    "DiagnosisQuerySet",
    "HoleReport",
    "Landing",
    "LandingSubject",
    "LandingTheme",
    "Match",
    "MatchQuerySet",
    "Need",
    "NeedQuerySet",
    "NeedTag",
    "Note",
    "Precision",
    "RefusalTemplate",
    "Reminder",
    "Solicitation",
    "SolicitationAnswer",
    "SolicitationQuerySet",
    "SolicitationTag",
    "SpamAddress",
    "Tag",
    "ThreadMessage",
    "communes_of",
]
