"""Annotated cases: a made-up one, and the real ones where they are."""

import os
from pathlib import Path

import numpy as np
import pytest

from cointrail.drills.draw import octets
from cointrail.drills.haystack import Case, load

ROOT = Path(__file__).parents[2]
REAL = ("atomic_wallet_2023", "lifi_2024")
LAYERS, WIDTH = 4, 12  # of the made-up case: the last layer are services


def invented() -> Case:
    """Two sources, three layers of wallets, twelve services."""
    rng = np.random.default_rng(11)
    layers = [np.arange(2), *(2 + np.arange(WIDTH) + WIDTH * at for at in range(LAYERS))]
    sender = np.concatenate([rng.choice(layer, 40) for layer in layers[:-1]])
    recipient = np.concatenate([rng.choice(layer, 40) for layer in layers[1:]])
    block = 18_000_000 + np.sort(rng.integers(0, 40_000, len(sender)))
    return Case(
        name="made up",
        block=block,
        time=1_700_000_000 + 12 * (block - block[0]),
        tx=np.arange(len(sender)),
        sender=sender,
        recipient=recipient,
        amount=rng.integers(10**5, 10**9, len(sender)),
        hashes=octets(rng, len(sender), 32),
        addresses=octets(rng, 2 + WIDTH * LAYERS, 20),
        sources=layers[0],
        terminals=layers[-1],
    )


def real(name: str) -> Path:
    """The folder of a real annotated case; skips where the data is not there."""
    data = Path(os.environ.get("COINTRAIL_DATA", ROOT / ".." / "shared" / "data"))
    found = data / "tracing" / name
    if not found.is_dir():
        pytest.skip(f"no annotated case at {found}; set COINTRAIL_DATA to the data folder")
    return found


@pytest.fixture(params=REAL)
def folder(request: pytest.FixtureRequest) -> Path:
    """The folder of a real case."""
    return real(str(request.param))


@pytest.fixture(params=["made up", *REAL])
def case(request: pytest.FixtureRequest) -> Case:
    """A made-up case, and the real ones."""
    return invented() if request.param == "made up" else load(real(str(request.param)))
