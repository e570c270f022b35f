"""Small formulas over figures: `said("TRM", "stolen", "all theft", "2025") / counted("stolen", "2025")`.

Every figure is a number with the range in which it can lie, by its rounding or by what sources say; the ranges are
carried through the arithmetic. Numbers, names of functions that were handed in, and + - * / are all there is.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cointrail.errors import InputError

Number = Decimal | int | Fraction
LONGEST = 1_000  # characters of a formula
PLACES = Decimal("0.000000001")


class Unknown(Exception):
    """A figure that a formula asks for is not there; the text says which."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number, and the least and the most that it can be."""

    value: Fraction
    least: Fraction
    most: Fraction

    @staticmethod
    def of(
        value: Decimal | int | Fraction, least: Decimal | int | None = None, most: Decimal | int | None = None
    ) -> "Value":
        """A number with its range; without one it is exact."""
        exact = Fraction(value)
        return Value(exact, exact if least is None else Fraction(least), exact if most is None else Fraction(most))

    @property
    def number(self) -> Decimal:
        """The number to nine places."""
        return decimal(self.value)


Function = Callable[..., Value]


def decimal(value: Fraction) -> Decimal:
    """A fraction to nine places."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(PLACES)


def evaluate(text: str, functions: Mapping[str, Function]) -> Value:
    """The value of a formula. Raises Unknown when a figure is not there, InputError when it is no formula."""
    return _value(parsed(text).body, functions)


def parsed(text: str) -> ast.Expression:
    """The formula as a tree. Raises InputError when it is none."""
    if len(text) > LONGEST:
        raise InputError(f"a formula of more than {LONGEST} characters")
    try:
        return ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"{text[:80]!r} is no formula") from error


def single(text: str) -> tuple[str, list[object]] | None:
    """Function and arguments of a formula that is one call and nothing else."""
    node = parsed(text).body
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id, [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
    return None


def _value(node: ast.expr, functions: Mapping[str, Function]) -> Value:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Value.of(Decimal(str(node.value)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand, functions)
        return Value(-inner.value, -inner.most, -inner.least)
    if isinstance(node, ast.BinOp):
        return _joined(node.op, _value(node.left, functions), _value(node.right, functions))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
        names = {word.arg: _word(word.value) for word in node.keywords if word.arg is not None}
        try:
            return functions[node.func.id](*(_word(argument) for argument in node.args), **names)
        except TypeError as error:
            raise InputError(f"{ast.unparse(node)[:80]!r}: {node.func.id} does not take these") from error
    raise InputError(f"{ast.unparse(node)[:80]!r} is not allowed: use numbers, + - * / and {', '.join(functions)}")


def _word(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int) and not isinstance(node.value, bool):
        return str(node.value)
    raise InputError(f"{ast.unparse(node)[:80]!r}: functions take words only")


def _joined(sign: ast.operator, left: Value, right: Value) -> Value:
    if isinstance(sign, ast.Add):
        return Value(left.value + right.value, left.least + right.least, left.most + right.most)
    if isinstance(sign, ast.Sub):
        return Value(left.value - right.value, left.least - right.most, left.most - right.least)
    if isinstance(sign, ast.Div):
        if right.least <= 0 <= right.most:
            raise Unknown("a division by what may be nought")
        right = Value(1 / right.value, 1 / right.most, 1 / right.least)
    elif not isinstance(sign, ast.Mult):
        raise InputError("a formula has + - * / only")
    ends = [a * b for a in (left.least, left.most) for b in (right.least, right.most)]
    return Value(left.value * right.value, min(ends), max(ends))
