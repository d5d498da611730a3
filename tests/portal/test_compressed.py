"""Pages of visitors leave compressed; those of a session never do."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client

from tests.accounts.factories import sign_in
from tests.watchlists.factories import agent

pytestmark = pytest.mark.django_db
PACKED = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("path", ["/", "/statistiques/", "/accessibilite/"])
def test_a_visitor_receives_the_same_page_compressed(client: Client, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers=PACKED)

    assert not plain.has_header("Content-Encoding")
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content) / 2
    assert len(gzip.decompress(packed.content)) == len(plain.content)


def test_a_page_of_a_session_is_never_compressed(client: Client) -> None:
    """Its length would tell what stands in it."""
    sign_in(client, agent())

    for path in ("/", "/detection/", "/accessibilite/"):
        response = client.get(path, headers=PACKED)
        assert response.status_code == 200, path
        assert not response.has_header("Content-Encoding"), path


def test_a_few_words_are_left_as_they_are(client: Client) -> None:
    assert not client.get("/sante", headers=PACKED).has_header("Content-Encoding")
