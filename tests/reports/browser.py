"""Pages in a real browser: what it shows, complains about and asks the network for."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.anvil import INSTALL

AXE = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
DARK = "--blink-settings=preferredColorScheme=0"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # not even the browser's own calls leave the machine
    "--virtual-time-budget=5000",
    "--enable-logging=stderr",
)
BROWSER_ITSELF = "not an origin"  # who asked, in the network log, when it was no page


@dataclass(frozen=True)
class Rendered:
    """The document after its scripts ran, console messages, and addresses that the page asked for."""

    dom: str
    console: list[str]
    requests: list[str]


def browser() -> str:
    """The browser to use; skips the test when there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    return found


def usual_fonts() -> None:
    """Skip a test that measures text where only much wider fonts than readers have are installed."""
    told = subprocess.run(["fc-match", "-f", "%{family}", "Arial"], capture_output=True, check=False).stdout.decode()
    if not told.startswith(("Arial", "Liberation", "Arimo", "Helvetica")):
        pytest.skip(f"Arial is drawn as {told or 'nobody knows what'}: install fonts-liberation")


def render(page: Path, folder: Path, width: int = 1400, *flags: str) -> Rendered:
    """Open a page and let its scripts run."""
    log, profile = folder / "net.json", folder / "profile"
    where = (f"--user-data-dir={profile}", f"--log-net-log={log}", f"--window-size={width},900")
    done = subprocess.run(
        [browser(), *FLAGS, *where, *flags, "--dump-dom", page.as_uri()], capture_output=True, timeout=120, check=True
    )
    console = re.findall(r"CONSOLE.*", done.stderr.decode("utf-8", "replace"))
    network = json.loads(log.read_text("utf-8"))
    started = network["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [
        event["params"] for event in network["events"] if event["type"] == started and "url" in event.get("params", {})
    ]
    requests = [
        one["url"] for one in asked if one.get("initiator") != BROWSER_ITSELF and not one["url"].startswith("file:")
    ]
    shutil.rmtree(profile, ignore_errors=True)
    return Rendered(done.stdout.decode(), console, requests)


def driven(page: Path, folder: Path, script: str, width: int = 1400, *flags: str) -> Any:
    """What a script of the test returns or promises inside the page (whose own policy would forbid that script)."""
    text = page.read_text("utf-8")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text, count=1)
    told = (
        f"Promise.resolve((()=>{{{script}}})())"
        ".then((out)=>{document.documentElement.dataset.told=JSON.stringify(out)})"
    )
    copy = folder / "driven.html"
    copy.write_text(text.replace("</body>", f"<script>{told}</script></body>"), encoding="utf-8")
    dom = render(copy, folder, width, *flags).dom
    found = re.search(r'data-told="([^"]*)"', dom)
    assert found, "the script of the test did not finish"
    return json.loads(found[1].replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def barriers(page: Path, folder: Path, *flags: str) -> list[tuple[str, str]]:
    """What keeps people from using a page, as axe finds it: rule and element."""
    if not AXE.exists():
        pytest.skip(f"axe is not installed: {INSTALL}")
    asked = "const named=(one)=>one.nodes.map((node)=>[one.id,node.html]);"
    answer = "return axe.run().then((found)=>found.violations.flatMap(named))"
    found = driven(page, folder, f"{AXE.read_text('utf-8')};{asked}{answer}", 1400, *flags)
    return [(rule, element) for rule, element in found]
