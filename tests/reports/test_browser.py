"""The page in Chromium: it draws, asks the network for nothing, and nothing in it overlaps or is cut off."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cointrail.reports import write_page
from tests.reports import heists, turns
from tests.reports.browser import driven, render, usual_fonts

ALL = ("fifo", "lifo", "haircut", "tiho", "poison")

OVERLAPS = """
const labels = document.querySelectorAll("#flow-picture .node-label, #flow-picture .turn");
const boxes = [...labels].map((label) => label.getBoundingClientRect());
const frame = document.querySelector("#flow-picture .main-svg").getBoundingClientRect();
let overlaps = 0, cut = 0;
boxes.forEach((a, i) => {
  if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
    cut++;
  boxes.slice(i + 1).forEach((b) => {
    if (a.left < b.right && b.left < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom) overlaps++;
  });
});
const sideways = document.documentElement.scrollWidth > document.documentElement.clientWidth;
return { labels: boxes.length, overlaps, cut, sideways };
"""

TURNS = """
const paths = [...document.querySelectorAll("#flow-picture .sankey-link")];
const dashed = paths.filter((path) => path.style.strokeDasharray);
const flow = data.flows[data.policies[0] + " 0"];
const lines = (text) => [...text.children].map((line) => line.textContent);
const named = [...document.querySelectorAll("#flow-picture .turn")].map(lines);
return {
  turns: flow.links.filter((link) => link.length > 7).length,
  dashed: dashed.length,
  kinds: new Set(dashed.map((path) => path.style.strokeDasharray)).size,
  named,
  key: document.getElementById("flow-key").textContent,
  links: [...document.querySelectorAll(".turns a")].map((link) => link.href),
  timelines: document.querySelectorAll("[data-switch=asset] button").length,
};
"""

SWITCHES = """
const press = (selector) => document.querySelector(selector).click();
press("[data-switch=policy] button[data-value=poison]");
press("[data-switch=group] button[data-value='1']");
press("[data-switch=asset] button[data-value='1']");
press(".endpoints thead th:nth-child(4) button");
const amounts = [...document.querySelectorAll(".endpoints tbody tr")].map((row) => row.cells[3])
  .filter((cell) => !cell.classList.contains("none"))
  .map((cell) => parseFloat((cell.title || cell.textContent).replaceAll(",", "")));
return {
  shown: [...document.querySelectorAll("[data-p]")].filter((block) => !block.hidden).map((block) => block.dataset.p),
  note: document.getElementById("flow-note").textContent,
  times: document.getElementById("time-note").textContent,
  boxes: document.querySelectorAll("#flow-picture .sankey-node").length,
  sorted: amounts.length > 5 && amounts.every((amount, i) => !i || amounts[i - 1] >= amount),
};
"""


def test_the_harness_notices_requests_and_complaints(tmp_path: Path) -> None:
    page = tmp_path / "control.html"
    page.write_text(
        "<!doctype html><meta http-equiv=content-security-policy content=\"script-src 'none'\">"
        "<script>1</script><img src='http://example.invalid/x.png'>"
    )
    seen = render(page, tmp_path)
    assert seen.requests == ["http://example.invalid/x.png"]
    assert len(seen.console) == 1


@pytest.mark.parametrize(
    "make", [heists.hostile, heists.backward, turns.hostile], ids=["hostile", "backward", "hostile conversions"]
)
def test_a_page_draws_offline_and_without_complaint(tmp_path: Path, make: Callable[[], heists.Made]) -> None:
    seen = render(write_page(*make(), tmp_path), tmp_path)
    assert seen.requests == []
    assert seen.console == []
    assert 'data-ready="yes"' in seen.dom
    assert seen.dom.count('class="sankey-node"') > 10
    assert seen.dom.count('class="sankey-link"') > 15
    assert seen.dom.count('class="trace bars"') > 1
    assert "<img" not in seen.dom
    assert '<a href="javascript' not in seen.dom


def test_a_page_without_anything_draws_without_complaint(tmp_path: Path) -> None:
    seen = render(write_page(*heists.nothing(), tmp_path), tmp_path)
    assert (seen.requests, seen.console) == ([], [])
    assert "there is no picture" in seen.dom


@pytest.mark.parametrize("width", [1400, 420])
def test_labels_of_a_thousand_wallets_neither_overlap_nor_are_cut(tmp_path: Path, width: int) -> None:
    usual_fonts()
    trail, rows = heists.heist(wallets=1000, services=600, hops=11)
    seen = driven(write_page(trail, rows, tmp_path), tmp_path, OVERLAPS, width)
    assert 40 < seen["labels"] < 80
    assert (seen["overlaps"], seen["cut"], seen["sideways"]) == (0, 0, False)


def test_switches_and_sorting(tmp_path: Path) -> None:
    trail, rows = heists.heist(policies=ALL, assets=("ETH", "USDT"))
    seen = driven(write_page(trail, rows, tmp_path), tmp_path, SWITCHES)
    assert set(seen["shown"]) == {"poison"}
    assert "Poison, USDT" in seen["note"]
    assert "amounts in USDT" in seen["times"]
    assert "more than once" in seen["note"]
    assert seen["boxes"] > 5
    assert seen["sorted"]


@pytest.mark.parametrize("width", [1400, 420])
def test_names_of_conversions_overlap_nothing(tmp_path: Path, width: int) -> None:
    usual_fonts()
    trail, rows = turns.converted(several=True, crowd=80)
    seen = driven(write_page(trail, rows, tmp_path), tmp_path, OVERLAPS, width)
    assert seen["labels"] > 40
    assert (seen["overlaps"], seen["cut"], seen["sideways"]) == (0, 0, False)


def test_conversions_are_dashed_edges_that_say_what_became_what(tmp_path: Path) -> None:
    usual_fonts()
    seen = driven(write_page(*turns.converted(), tmp_path), tmp_path, TURNS)
    assert seen["dashed"] == seen["turns"] == 10
    assert seen["kinds"] == 2
    assert ["swap", "29,000.00 stETH → 28,851.25 ETH"] in seen["named"]
    assert ["Across: ethereum → arbitrum", "9,000.00 ETH → 8,996.40 ETH"] in seen["named"]
    assert len(seen["named"]) == 10
    for said in ("stETH", "ETH (arbitrum)", "Swap or wrap", "Bridge to another chain", "Vaults and pools"):
        assert said in seen["key"]
    assert {link.split("/tx/0x")[0] for link in seen["links"]} == {"https://etherscan.io", "https://arbiscan.io"}
    assert seen["timelines"] == 6
