"""The worlds on real nodes: each happens once for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.conversions.onchain.heist_on_chain import heist
from tests.conversions.onchain.record import Record
from tests.conversions.onchain.stage import Stage
from tests.conversions.onchain.three_chains import World, three_chains


@pytest.fixture(scope="session")
def stolen() -> Iterator[tuple[Stage, Record]]:
    """The heist with every kind of conversion; its node runs on."""
    with heist() as world:
        yield world


@pytest.fixture(scope="session")
def crossed() -> Iterator[World]:
    """The theft over three chains, with nobody lying."""
    with three_chains() as world:
        yield world


@pytest.fixture(scope="session")
def deceived() -> Iterator[World]:
    """The same, with lies on both chains."""
    with three_chains(hostile=True) as world:
        yield world
