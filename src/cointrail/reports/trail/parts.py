"""What the page is made of besides figures: script, style, embedded data, and the policy that keeps the network out."""

import base64
import hashlib
import json
from functools import cache
from importlib import resources

import plotly.offline

from cointrail.reports.kinds import kinds

SCRIPTS = ("base", "turns", "flow", "time", "sort", "copy", "main")  # in the order in which they run


@cache
def library() -> str:
    """Plotly's script."""
    return str(plotly.offline.get_plotlyjs())


@cache
def script(*names: str) -> str:
    """The page's own script, or some parts of it; `sort` needs no other."""
    return "".join(_text(f"script/{name}.js") for name in names or SCRIPTS)


@cache
def sheet() -> str:
    """The style sheet of every page: colours for light and dark, type, tables, print."""
    return _text("page.css")


@cache
def style() -> str:
    """The style sheet, with the colours of the kinds as custom properties for light and dark."""
    light = "".join(f"--kind-{kind.key}:{kind.light};" for kind in kinds().values())
    dark = "".join(f"--kind-{kind.key}:{kind.dark};" for kind in kinds().values())
    uses = "".join(f".k-{key}{{--k:var(--kind-{key})}}" for key in kinds())
    scheme = f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
    return f":root{{{light}}}{scheme}{uses}\n{sheet()}"


def embedded(value: object) -> str:
    """JSON for a script element: nothing in it can end the element or start a comment."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def security(*scripts: str) -> str:
    """The content security policy: only our scripts run, by their digest, and nothing is loaded from anywhere."""
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    # Plotly writes style elements and attributes at run time; they can load nothing.
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _text(name: str) -> str:
    return resources.files("cointrail.reports.trail").joinpath(name).read_text("utf-8")
