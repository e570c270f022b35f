"""Known cases beside a fingerprint: refused on thin data and on one family, capped, contradicted, and naming nobody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.patterns.fingerprint.comparison import (
    ALIKE,
    CAP,
    LIKE,
    MAYBE,
    REFUSED,
    UNDECIDED,
    UNLIKE,
    Comparison,
    compare,
)
from cointrail.patterns.fingerprint.feature import Feature, kinds, missing
from cointrail.patterns.fingerprint.known import known

TRUE = {
    "F01": 42.0,
    "F04": 50.0,
    "F05": 0.02,
    "F06": 4.7,
    "F08": 0.95,
    "F09": 0.84,
    "F11": 5.1,
    "F07": 0.6,
    "F20": 45.0,
}
FAR = {"F01": 90_000.0, "F04": 1.0, "F05": 2.0, "F06": 90.0, "F08": 0.0, "F09": 0.0, "F11": 0.1, "F07": 0.0, "F20": 2.0}


def beside(*features: Feature) -> Comparison:
    (one,) = compare(features)
    return one


def of(values: dict[str, float], share: float = 1.0) -> list[Feature]:
    return [Feature(name, value, share, 5) for name, value in values.items()]


def tie(count: float = 3.0) -> Feature:
    return Feature("F26", count, 1.0, 10, {"bybit_2025": count})


def test_the_published_case_is_like_itself_and_others_are_not() -> None:
    same, other = beside(*of(TRUE)), beside(*of(FAR))
    assert same.verdict == LIKE and (same.ratio or 0) >= ALIKE
    assert {"timing", "size", "route"} == set(same.families) and same.against is None
    assert other.verdict == UNLIKE and not other.families
    assert other.against is not None and other.against.ratio == min(one.ratio for one in other.weights)


@pytest.mark.parametrize(
    "features", [[], of({"F04": 50.0, "F08": 0.95}), [missing(name, "no data") for name in kinds()]]
)
def test_thin_data_is_refused(features: list[Feature]) -> None:
    one = beside(*features)
    assert one.verdict == REFUSED and one.ratio is None and "needed" in one.why


def test_one_family_is_refused_however_strong() -> None:
    one = beside(*of({name: TRUE[name] for name in ("F04", "F05", "F07", "F11")}))
    assert one.verdict == REFUSED and one.ratio is None and "one family" in one.why


def test_one_family_that_speaks_is_refused_where_others_are_silent() -> None:
    silent = Feature("F20", 22.0, 1.0, 9)
    one = beside(*of({name: TRUE[name] for name in ("F04", "F05", "F11")}), silent)
    assert one.verdict == REFUSED and "only one family" in one.why


def test_little_value_is_refused() -> None:
    one = beside(*of(TRUE, share=0.1))
    assert one.verdict == REFUSED and "rest on less than 30%" in one.why


def test_shared_addresses_alone_are_no_more_than_possible() -> None:
    assert beside(tie()).verdict == MAYBE
    assert beside(tie(500.0)).verdict == MAYBE
    neutral = of({"F06": 4.7, "F08": 0.70, "F20": 23.0, "F09": 0.68})
    assert beside(tie(), *neutral).verdict in (MAYBE, UNDECIDED, UNLIKE)
    assert beside(tie(), *of(FAR)).verdict == UNLIKE


def test_a_bound_is_no_middle() -> None:
    rest = of({name: TRUE[name] for name in ("F01", "F04", "F08")})
    got = {value: beside(*rest, Feature("F07", value, 1.0, 9)).weights[-1].ratio for value in (0.1, 0.6, 0.95)}
    assert got[0.1] < 1 < got[0.6] == got[0.95]


def test_contradiction_is_told_also_where_the_verdict_is_for_it() -> None:
    one = beside(*of(TRUE | {"F20": 1.0}))
    assert one.verdict in (MAYBE, LIKE)
    assert one.against is not None and one.against.feature == "F20"


@given(
    st.dictionaries(
        st.sampled_from(sorted(kinds())),
        st.tuples(st.floats(0, 1e6, allow_nan=False), st.floats(0, 1)),
    )
)
def test_no_feature_weighs_more_than_the_cap(values: dict[str, tuple[float, float]]) -> None:
    one = beside(*(Feature(name, value, share, 1) for name, (value, share) in values.items()))
    assert all(1 / CAP - 1e-3 <= weight.ratio <= CAP for weight in one.weights)
    assert not {"F21", "F15"} & {weight.feature for weight in one.weights}
    if one.verdict == LIKE:
        assert len(set(one.families) - {"overlap"}) >= 2
    if one.verdict == REFUSED:
        assert one.ratio is None


def test_every_figure_has_a_source_and_fits_its_feature() -> None:
    for case in known():
        assert case.title and case.said
        for name, figure in case.figures.items():
            kind = kinds()[name]
            assert figure.source and figure.level in {"P", "S", "C", "M"}
            assert kind.low <= figure.value <= kind.high and figure.spread > 0


def test_nothing_of_a_person_is_a_signal() -> None:
    words = re.compile(r"\b(nationality|language|chinese|korean|russian|name of)\b", re.IGNORECASE)
    assert not [kind.id for kind in kinds().values() if words.search(f"{kind.name} {kind.meaning}")]
    assert all("name" not in one.why for one in (beside(*of(TRUE)), beside()))
