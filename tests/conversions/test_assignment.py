"""The one matching and its probabilities, against all matchings of small sets."""

from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.conversions.assignment import assign
from cointrail.conversions.exact import share_of_all
from cointrail.conversions.legs import Codes, Floats
from cointrail.conversions.posterior import marginals
from cointrail.conversions.sampled import SWEEPS, share_of_sampled

Sides = st.integers(1, 5)
Odds = st.one_of(st.floats(-6, 6), st.sampled_from([-1.0, 0.5, 2.0]))  # ties too
Graph = dict[tuple[int, int], float]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, int, Graph]:
    left, right = draw(Sides), draw(Sides)
    pairs = st.tuples(st.integers(0, left - 1), st.integers(0, right - 1))
    return left, right, draw(st.dictionaries(pairs, Odds, max_size=12))


def matchings(edges: list[tuple[int, int]]) -> Iterator[list[int]]:
    """All matchings, as places in the list of edges."""

    def more(place: int, left: set[int], right: set[int]) -> Iterator[list[int]]:
        if place == len(edges):
            yield []
            return
        yield from more(place + 1, left, right)
        d, w = edges[place]
        if d not in left and w not in right:
            for rest in more(place + 1, left | {d}, right | {w}):
                yield [place, *rest]

    return more(0, set(), set())


def arrays(graph: Graph) -> tuple[Codes, Codes, Floats]:
    ends = np.array(list(graph), np.int64).reshape(-1, 2)
    return ends[:, 0].copy(), ends[:, 1].copy(), np.array(list(graph.values()), np.float64)


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_no_matching_is_better(given: tuple[int, int, Graph]) -> None:
    left, right, graph = given
    d, w, odds = arrays(graph)
    mate, lack = assign(d, w, odds, left, right)
    chosen = mate[mate >= 0].tolist()
    assert len(set(d[chosen].tolist())) == len(set(w[chosen].tolist())) == len(chosen)
    assert all(w[edge] == place for place, edge in enumerate(mate.tolist()) if edge >= 0)
    totals = [(sum(odds[one]), one) for one in matchings(list(graph))]
    best = max(total for total, _ in totals)
    assert np.isclose(odds[chosen].sum(), best)
    for edge in range(len(odds)):
        assert best - max(total for total, one in totals if edge in one) >= lack[edge] - 1e-9


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_probabilities_are_shares_of_all_matchings(given: tuple[int, int, Graph]) -> None:
    left, right, graph = given
    d, w, odds = arrays(graph)
    mate, _ = assign(d, w, odds, left, right)
    weights = np.zeros(len(odds))
    whole = 0.0
    for one in matchings(list(graph)):
        weight = float(np.exp(odds[one].sum()))
        whole += weight
        weights[one] += weight
    assert np.allclose(marginals(d, w, odds, (left, right), mate), weights / whole)


def test_samples_come_close_to_the_sum() -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        d, w = (side.ravel().astype(np.int64) for side in np.meshgrid(np.arange(7), np.arange(6)))
        kept = rng.random(len(d)) < 0.7
        d, w, odds = d[kept], w[kept], rng.normal(1, 3, kept.sum())
        mate, _ = assign(d, w, odds, 7, 6)
        inside = np.zeros(len(d), np.bool_)
        inside[mate[mate >= 0]] = True
        exact = share_of_all(d, w, odds, 7, 6)
        assert np.abs(share_of_sampled(d, w, odds, inside, (7, 6), SWEEPS) - exact).max() < 0.12


def test_a_large_matching_is_made_in_time() -> None:
    """2,000 equal legs a side, each with 200 candidates, one component."""
    count, width = 2_000, 200
    w = np.repeat(np.arange(count), width)
    d = np.clip(w - np.tile(np.arange(width), count), 0, None)
    odds = 5.0 - (w - d) / 50
    mate, _ = assign(d.astype(np.int64), w.astype(np.int64), odds, count, count)
    assert (mate >= 0).sum() == count
