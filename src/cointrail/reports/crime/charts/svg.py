"""SVG as text: elements whose attributes and texts are escaped, and the two scales that charts are drawn on."""

import math
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

Scale = Callable[[float], float]
WIDTH = 960  # of every picture, in its own units; the page shrinks it as a whole
LETTER = 6.1  # about how wide a letter of a name in a chart is
STEPS = (1, 2, 2.5, 5, 10)


def shape(tag: str, *children: object, **attributes: object) -> Markup:
    """An element: `x_y` becomes the attribute `x-y`, a last `_` is dropped, numbers are rounded to a tenth."""
    told = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_written(value))}"' for name, value in attributes.items()
    )
    inside = "".join(str(escape(child)) for child in children)
    return Markup(f"<{tag}{told}>{inside}</{tag}>" if inside else f"<{tag}{told}/>")  # noqa: S704 - escaped above


def picture(height: float, says: str, *children: object) -> Markup:
    """A whole picture, with the words that stand for it where it cannot be seen."""
    return shape("svg", *children, viewBox=f"0 0 {WIDTH} {height:g}", role="img", aria_label=says)


def text(x: float, y: float, *words: object, **attributes: object) -> Markup:
    """Words at a place."""
    return shape("text", *words, x=x, y=y, **attributes)


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """Values to places, evenly."""
    width = (high - low) or 1
    return lambda value: start + (value - low) / width * (end - start)


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    """Positive values to places, every tenfold as wide as the other; what is lower than the lowest is drawn there."""
    inner = linear(math.log10(low), math.log10(high), start, end)
    return lambda value: inner(math.log10(max(value, low)))


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values from low to high, at most about so many."""
    raw = (high - low) / most
    if raw <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * one for one in STEPS if power * one >= raw)
    return [step * n for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def decades(low: float, high: float) -> Iterator[float]:
    """The powers of ten from low to high."""
    for power in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1):
        yield 10.0**power


def _written(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
