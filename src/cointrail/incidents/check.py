"""Statements of others, each with ways to compute it, and the answer that follows from them. No answer is written down.

agrees                     what was computed, in its range, meets what was printed, in its rounding
within x %                 it misses by up to `NEAR`
contradicts                it misses by more
compares different scopes  it misses, or cannot be computed, and meets what is about something else
cannot be checked          nothing can be computed but what the same publisher said itself
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cointrail.errors import InputError
from cointrail.incidents.figure import BOUNDS, Range, figure
from cointrail.incidents.formula import Function, Unknown, Value, evaluate, single
from cointrail.incidents.source import Node, read_yaml, shipped
from cointrail.incidents.vocabulary import PACKAGE

FOLDER = "checks"
NEAR = Fraction(1, 10)
AGREES, WITHIN, CONTRADICTS = "agrees", "within", "contradicts"
SCOPES, UNKNOWN = "compares different scopes", "cannot be checked"
KEYS = ("id", "says", "by", "about", "value", "bound", "scope", "note", "ways")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to compute a statement: its formula, and its scope where that is not the statement's."""

    name: str
    formula: str
    scope: str


@dataclass(frozen=True, slots=True)
class Check:
    """A statement: what is said in our words, who prints it, whose figure it is, and how it can be computed."""

    id: str
    says: str
    by: str
    about: str
    value: str
    bound: str
    scope: str
    note: str
    ways: tuple[Way, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a way came to: its value, by which part of itself the statement is off (0: it agrees), or what is missing.

    `echo`: it only repeats what the publisher of the statement said.
    """

    way: Way
    value: Value | None
    off: Fraction | None
    missing: str
    echo: bool

    @property
    def verdict(self) -> str:
        """The answer of this way alone."""
        if self.off is None:
            return UNKNOWN
        return AGREES if not self.off else said_off(self.off)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a statement, and the outcomes that it follows from."""

    check: Check
    verdict: str
    because: str
    outcomes: tuple[Outcome, ...]


def checks(path: Path | None = None) -> list[Check]:
    """The statements that ship with the package, or those of a file. Raises InputError with file and line."""
    if path is not None:
        return list(_read(read_yaml(path), path))
    return [one for where, text in shipped(PACKAGE, FOLDER) for one in _read(read_yaml(where, text), where)]


def answer(check: Check, functions: Mapping[str, Function]) -> Answer:
    """Computes a statement in every way and judges. Raises InputError when a formula is none."""
    printed = figure(check.value)
    claimed = printed.range(check.bound)
    outcomes = tuple(_outcome(check, way, claimed, Fraction(printed.value), functions) for way in check.ways)
    verdict, because = judged(check, outcomes)
    return Answer(check, verdict, because, outcomes)


def judged(check: Check, outcomes: Sequence[Outcome]) -> tuple[str, str]:
    """The answer that follows from the outcomes, and the one it rests on.

    Ways of the statement's own scope decide; of these the worst counts, echoes of the publisher only against it. A way
    of another scope that agrees where those do not shows that the statement is about something else.
    """
    own = [one for one in outcomes if one.way.scope == check.scope and one.off is not None]
    other = [one for one in outcomes if one.way.scope != check.scope and one.off == 0]
    real = [one for one in own if not one.echo]
    if not real and not (own and any(one.off for one in own)):
        if other:
            return SCOPES, f"agrees in another scope: {other[0].way.scope}"
        return UNKNOWN, "only its publisher says so" if own else "; ".join(o.missing for o in outcomes if o.missing)
    worst = max(own, key=lambda one: one.off or Fraction(0))
    if not worst.off:
        return AGREES, real[0].way.name
    if other and worst.off > 0 and not any(one.off == 0 for one in real):
        return SCOPES, f"{worst.way.name}: {said_off(worst.off)}; agrees in another scope: {other[0].way.scope}"
    return said_off(worst.off), worst.way.name


def said_off(off: Fraction) -> str:
    """`within 3 %`, or that it contradicts."""
    if off > NEAR:
        return CONTRADICTS
    percent = -(-off.numerator * 100 // off.denominator)  # rounded up: never closer than it is
    return f"{WITHIN} {percent} %"


def _outcome(check: Check, way: Way, claimed: Range, printed: Fraction, functions: Mapping[str, Function]) -> Outcome:
    call = single(way.formula)
    echo = call is not None and call[0] == "said" and call[1][:1] == [check.about]
    try:
        value = evaluate(way.formula, functions)
    except Unknown as error:
        return Outcome(way, None, None, str(error), echo)
    except InputError as error:
        raise InputError(f"{check.where}: {error}") from error
    return Outcome(way, value, _off(claimed, printed, value), "", echo)


def _off(claimed: Range, printed: Fraction, value: Value) -> Fraction:
    """By which part of the printed figure what was computed misses it: from the nearest ends of both ranges."""
    least, most = value.least, value.most
    if claimed.least is not None and most < Fraction(claimed.least):
        gap = Fraction(claimed.least) - most
    elif claimed.most is not None and least > Fraction(claimed.most):
        gap = least - Fraction(claimed.most)
    else:
        return Fraction(0)
    return gap / abs(printed) if printed else Fraction(1)


def _read(top: Node, path: Path) -> Iterator[Check]:
    for node in top.items:
        keys = node.keys or {}
        where = f"{path}, line {node.line}"
        if strange := [name for name in keys if name not in KEYS]:
            raise InputError(f"{where}: unknown key {strange[0]!r}: there are {', '.join(KEYS)}")
        told = {name: (keys[name].text or "") if name in keys else "" for name in KEYS[:-1]}
        if missing := [name for name in ("id", "says", "by", "about", "value", "scope") if not told[name]]:
            raise InputError(f"{where}: a statement without {missing[0]}")
        if told["bound"] and told["bound"] not in BOUNDS:
            raise InputError(f"{where}: {told['bound']!r} is no bound: use one of {', '.join(BOUNDS)}")
        figure(told["value"])
        ways = tuple(_way(one, told["scope"], path) for one in (keys["ways"].items if "ways" in keys else ()))
        yield Check(**told, ways=ways, where=where)


def _way(node: Node, scope: str, path: Path) -> Way:
    told = {name: value.text or "" for name, value in (node.keys or {}).items()}
    if not told.get("name") or not told.get("formula") or set(told) - {"name", "formula", "scope"}:
        raise InputError(f"{path}, line {node.line}: a way has name, formula and perhaps scope")
    return Way(told["name"], told["formula"], told.get("scope") or scope)
