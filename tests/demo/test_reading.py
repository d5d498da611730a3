"""What the agents of the demo read and judged: once, the same each time, within what each may read."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.campaigns.factories import listed
from tests.followup.factories import colleague
from tests.watchlists.conftest import folders as folders
from vigie.demo import reading
from vigie.journal.models import AuditEvent
from vigie.kernel.clock import now
from vigie.watchlists.models import FirmPlace, Opinion

pytestmark = pytest.mark.django_db


def test_sheets_are_read_over_months_and_detections_are_judged_once(folders: Path) -> None:
    assert reading.write(now(), Random(1)) == 0  # no list
    listed(folders)
    assert reading.write(now(), Random(1)) == 0  # nobody to read it
    ada, far = colleague("Ada Liste"), colleague("Fred Loin", territory="59")

    told, again = reading.write(now(), Random(1)), reading.write(now(), Random(1))

    rows = AuditEvent.objects.filter(action="view_company")
    assert told == rows.count() > 0
    assert again == 0
    assert rows.filter(at__lt=rows.latest("at").at).exists()
    assert Opinion.objects.filter(useful=True).exists()
    assert Opinion.objects.filter(useful=False, reasons__isnull=False).exists()
    for user, departement in ((ada, "35"), (far, "59")):
        read = set(rows.filter(actor_id=user.pk).values_list("siren", flat=True))
        inside = set(FirmPlace.objects.filter(departement=departement).values_list("siren", flat=True))
        assert read
        assert read <= inside
