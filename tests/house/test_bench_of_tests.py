"""The bench of the tests: what one of them leaves, the next must not find."""

from __future__ import annotations

import pytest
from django.db import connection

from tests import conftest
from vigie.watchlists.models import OpinionReason


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rank", [1, 2])
def test_rows_of_the_migrations_are_those_of_the_migrations_after_a_test_that_changed_them(rank: int) -> None:
    before = set(OpinionReason.objects.values_list("code", "label"))

    OpinionReason.objects.create(code="une-de-plus", label="De trop")
    OpinionReason.objects.exclude(code="une-de-plus").filter(pk__lt=OpinionReason.objects.latest("pk").pk).delete()
    conftest._empty_tables(None)  # as the end of a transactional test does

    assert len(before) > 1
    assert set(OpinionReason.objects.values_list("code", "label")) == before
    assert connection.in_atomic_block is False
