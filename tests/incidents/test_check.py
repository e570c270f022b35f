"""Statements of others: formulas are small and harmless, and no answer is written down anywhere."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.errors import InputError
from cointrail.incidents.aggregate import published
from cointrail.incidents.check import AGREES, CONTRADICTS, SCOPES, UNKNOWN, answer, checks
from cointrail.incidents.entry import counted
from cointrail.incidents.figures import Figures
from cointrail.incidents.formula import Function, Unknown, Value, evaluate
from tests.incidents.making import read, said, theft

PRESS = [f"A{n}" for n in range(1, 11)] + [f"B{n}" for n in range(1, 11)] + [f"C{n}" for n in range(1, 7)]
STATEMENT = """\
- id: X1
  says: some thefts took so much
  by: a paper
  about: A Publisher
  value: {value}
  bound: {bound}
  scope: all theft
  ways:
    - {{name: the ledger, formula: 'counted("stolen", "2025")'}}
    - {{name: its publisher, formula: 'said("A Publisher", "stolen", "all theft", "2025")'}}
    - {{name: services alone, scope: services, formula: 'counted("stolen", "2025", services="yes")'}}
"""
THEFTS = (
    theft("a", "2025-01-01", said("usd", 60), said("usd", 62, "Another"), said("platform", "bridge")),
    theft("b", "2025-02-01", said("usd", 40), said("platform", "personal wallet")),
)


def functions(empty: bool = False) -> Mapping[str, Function]:
    found = [] if empty else read(*THEFTS, rule="lowest")
    return Figures((), counted(found), found, lambda year: None).functions()


@pytest.mark.parametrize(
    ("value", "bound", "verdict"),
    [
        ("100", "exactly", AGREES),
        ("101", "exactly", AGREES),  # one source says 62
        ("105", "exactly", "within 3 %"),
        ("3000", "exactly", CONTRADICTS),
        ("90", "more than", AGREES),
        ("110", "at least", "within 3 %"),  # printed as 110: from 105 on
        ("61", "exactly", SCOPES),  # is what services lost
    ],
)
def test_the_answer_follows_from_the_ledger(tmp_path: Path, value: str, bound: str, verdict: str) -> None:
    (tmp_path / "s.yaml").write_text(STATEMENT.format(value=value, bound=bound))
    (one,) = checks(tmp_path / "s.yaml")
    found = answer(one, functions())
    assert found.verdict == verdict, found
    assert answer(one, functions(empty=True)).verdict == UNKNOWN


def test_what_only_the_publisher_says_cannot_be_checked() -> None:
    named = {one.id: one for one in checks()}
    told = Figures(published(), (), (), lambda year: None).functions()
    found = answer(named["A8"], told)
    assert found.verdict == UNKNOWN and found.because == "only its publisher says so"
    assert answer(named["A9"], told).verdict == UNKNOWN  # nobody published 2022


def test_all_statements_of_the_press_are_there() -> None:
    assert [name for name in dict.fromkeys(one.id for one in checks()) if name in PRESS] == PRESS
    assert all(one.ways for one in checks())


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('ls')", "(1).__class__", "said", "open('x')", "[1 for _ in 'x']", "1 if 1 else 2",
        "1 ** 9", "'a' * 9", "lambda: 1", "counted(counted('stolen', '2025'), '2025')", "1 +",
        "(" * 5000, "x" * 2000, "1 // 2",
        "counted()", "counted('stolen', '2025', colour='red')", "True + 1", "counted('stolen', **{'a': 'b'})", "f'{1}'",
    ],
)  # fmt: skip
def test_formulas_can_do_nothing_else(text: str) -> None:
    with pytest.raises(InputError):
        evaluate(text, functions())


exact = st.fractions(min_value=-50, max_value=50, max_denominator=20)
spans = st.tuples(exact, exact, exact).map(sorted).map(lambda three: Value(three[1], three[0], three[2]))


@settings(deadline=None)
@given(spans, spans, st.sampled_from("+-*/"), exact, exact)
def test_ranges_hold_every_result(left: Value, right: Value, sign: str, one: Fraction, two: Fraction) -> None:
    known: Mapping[str, Function] = {"a": lambda: left, "b": lambda: right}
    inside = [min(max(point, span.least), span.most) for point, span in ((one, left), (two, right))]
    if sign == "/" and right.least <= 0 <= right.most:
        with pytest.raises(Unknown):
            evaluate("a() / b()", known)
        return
    found = evaluate(f"a() {sign} b()", known)
    results = {"+": sum(inside), "-": inside[0] - inside[1], "*": inside[0] * inside[1]}
    result = results[sign] if sign != "/" else inside[0] / inside[1]
    assert found.least <= result <= found.most and found.least <= found.value <= found.most


@pytest.mark.parametrize(
    ("old", "new"),
    [("value: 9", "value: nine"), ("by: a paper", "buy: a paper"), ("bound: exactly", "bound: nearly"),
     ("name: the", "nam: the"), ("says: some thefts took so much", "note: x")],
)  # fmt: skip
def test_bad_statements_are_refused(tmp_path: Path, old: str, new: str) -> None:
    text = STATEMENT.format(value="9", bound="exactly")
    (tmp_path / "s.yaml").write_text(text.replace(old, new))
    with pytest.raises(InputError):
        checks(tmp_path / "s.yaml")
