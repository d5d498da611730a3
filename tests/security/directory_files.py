"""The files of the address book in the world of the security tests: one that waits, one sending of each form."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.accounts.factories import AntenneFactory
from vigie.accounts.models import Institution
from vigie.accounts.queries import person_for
from vigie.directory.importing import acts as files

if TYPE_CHECKING:
    from tests.security.service import Service


class _File(SimpleUploadedFile):
    """A file that can be sent again: reading it begins anew each time."""

    def read(self, *size: int) -> bytes:
        self.seek(0)
        return bytes(super().read())


def _text(service: Service, antenne: str) -> bytes:
    institution = Institution.objects.get(pk=service.ids["institution"])
    return f"Institution;Nom;Codes départements\n{institution.name};{antenne};69\n".encode()


def name(service: Service, at: datetime) -> None:
    """A file read, that nobody has applied yet."""
    by = person_for(service.world.users["team"], at)
    service.ids["import"] = files.receive("antennes", "antennes.csv", _text(service, "Une"), by=by, at=at).pk


def acts(service: Service) -> list[tuple[str, str, str, dict[str, Any]]]:
    """One valid sending of each form."""
    file = _File("autres.csv", _text(service, "Deux"), content_type="text/csv")
    return [
        ("directory:imports", "team", reverse("directory:imports"), {"kind": "antennes", "file": file}),
        ("directory:import_decide", "team", reverse("directory:import_decide", args=[service.ids["import"]]),
            {"transition": "apply"}),
        ("directory:close", "team", reverse("directory:close", args=[AntenneFactory().pk]), {"expert": ""}),
    ]  # fmt: skip
