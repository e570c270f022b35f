"""The treasury's world, made once for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.guard.world import World, world


@pytest.fixture(scope="session")
def treasury() -> Iterator[World]:
    """A Safe with a past, on real contracts, as state."""
    with world() as made:
        yield made
