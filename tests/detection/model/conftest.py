"""One small trained model for all the tests that only read it."""

from __future__ import annotations

import pytest

from tests.detection.model.factories import FEATURES, TINY, Table, table
from vigie.detection.model.train import TrainedModel, train


@pytest.fixture(scope="session")
def learnt() -> Table:
    return table()


@pytest.fixture(scope="session")
def trained(learnt: Table) -> TrainedModel:
    return train(learnt.columns, learnt.labels, learnt.firms, learnt.months, FEATURES, TINY, seed=3)
