"""The slow reference for bounds over conversions: every way that stolen value can take as one linear program.

Rows are those of `turning`. Everything that leaves the source is stolen; of every other holding any part of what is
stolen of its balance may leave, and a piece of a settlement gives in proportion. Floating point, so to be compared
with a tolerance.
"""

from itertools import groupby

import numpy as np
from scipy.optimize import linprog

from cointrail.conversions.settlement import Movement, Piece, Terms, settle
from tests.tracing.turning import Holding, Row, openings

Way = tuple[Holding, int, Holding, int]  # giver, units given, taker, units got


class Program:
    """The stolen units in every holding after every transaction, as variables between 0 and the balance."""

    def __init__(self, rows: list[Row], source: int, unit: int = 1) -> None:
        """`unit`: smallest units in one of the program's, which are to be of a size that a solver likes."""
        self.source, self.limits, self.equations = source, list[tuple[float, float]](), list[dict[int, float]]()
        self.unit, self.balance = unit, openings(rows)
        self.now: dict[Holding, int] = {}
        for _, group in groupby(rows, key=lambda row: row[0]):
            moved = [row for row in group if row[4]]
            for ways in steps(moved):
                self._step(ways)

    def _step(self, ways: list[Way]) -> None:
        flows = [self._variable(size if giver[0] == self.source else 0, size) for giver, size, _, _ in ways]
        for holding in sorted({giver for giver, _, _, _ in ways}):
            gone = {flow: -1.0 for flow, way in zip(flows, ways, strict=True) if way[0] == holding}
            self._change(holding, -sum(way[1] for way in ways if way[0] == holding), gone)
        for holding in sorted({taker for _, _, taker, _ in ways}):
            came = {
                flow: way[3] / way[1] for flow, way in zip(flows, ways, strict=True) if way[2] == holding and way[1]
            }
            self._change(holding, sum(way[3] for way in ways if way[2] == holding), came)

    def _variable(self, least: float, most: float) -> int:
        self.limits.append((least / self.unit, most / self.unit))
        return len(self.limits) - 1

    def _change(self, holding: Holding, net: int, by: dict[int, float]) -> None:
        self.balance[holding] += net
        if holding[0] == self.source:
            return
        after = self._variable(0, self.balance[holding])
        equation = {after: -1.0, **by}
        if holding in self.now:
            equation[self.now[holding]] = 1.0
        self.equations.append(equation)
        self.now[holding] = after

    def bounds(self) -> dict[Holding, tuple[float, float]]:
        """Least and most at the end, of every holding but the source's."""
        matrix = np.zeros((len(self.equations), len(self.limits)))
        for number, equation in enumerate(self.equations):
            for variable, factor in equation.items():
                matrix[number, variable] = factor
        found = {}
        for holding, variable in self.now.items():
            ends = []
            for sign in (1, -1):
                aim = np.zeros(len(self.limits))
                aim[variable] = sign
                solved = linprog(aim, A_eq=matrix, b_eq=np.zeros(len(self.equations)), bounds=self.limits)
                assert solved.status == 0 and solved.fun is not None, solved.message
                ends.append(sign * solved.fun)
            found[holding] = ends[0], ends[1]
        return found


def steps(moved: list[Row]) -> list[list[Way]]:
    """What moves at once: row by row where there is one asset, else all pieces of the settlement."""
    if len({row[3] for row in moved}) <= 1:
        return [[((a, asset), amount, (b, asset), amount)] for _, a, b, asset, amount in moved]
    return [[((p.loser, p.asset), p.size, (p.gainer, p.got), p.amount) for p in pieces(moved)]]


def pieces(moved: list[Row]) -> list[Piece]:
    return settle([Movement(*row[1:]) for row in moved], Terms(lambda asset: True)).pieces


def plain(rows: list[Row]) -> bool:
    """Whether both sides of everything are seen, so that the program says all there is."""
    for _, group in groupby(rows, key=lambda row: row[0]):
        moved = [row for row in group if row[4]]
        if len({row[3] for row in moved}) > 1 and any(piece.rule == "unseen" for piece in pieces(moved)):
            return False
    return True
