"""What a new service starts with. What an administrator has changed stays as it is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from vigie.accounts.models_agents import Network, Segment
from vigie.agents.models import ConfidentialityText
from vigie.agents.references import CONFIDENTIALITY, NETWORKS, SEGMENTS
from vigie.ui.formats import counted


@transaction.atomic
def load_references(at: datetime) -> str:
    """Adds the networks, segments and first text of the rules that are missing; gives the account. Can be run again."""
    known = dict(Network.objects.values_list("code", "pk"))
    new = [
        Network(code=code, label=label, is_active=tab, position=place)
        for place, (code, label, tab) in enumerate(NETWORKS)
        if code not in known
    ]
    Network.objects.bulk_create(new)
    networks = dict(Network.objects.values_list("code", "pk"))
    held = set(Segment.objects.values_list("code", flat=True))
    segments = [
        Segment(code=code, label=label, network_id=networks.get(network), in_codefi=codefi, usual_level=level)
        for code, label, network, codefi, level in SEGMENTS
        if code not in held
    ]
    Segment.objects.bulk_create(segments)
    if not ConfidentialityText.objects.exists():
        ConfidentialityText.objects.create(version=1, body=CONFIDENTIALITY, published_at=at)
    return f"Ajoutés\u00a0: {counted(len(new), 'réseau', 'réseaux')}, {counted(len(segments), 'segment')}"
