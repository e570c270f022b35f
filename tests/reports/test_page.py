"""The page as text: complete, small, the same every time, and closed to what strangers can write."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from fractions import Fraction
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cointrail.reports import write_page
from cointrail.reports.trail.conversions import turns as listed_turns
from cointrail.reports.trail.endpoints import lines
from cointrail.reports.trail.links import explorer
from cointrail.reports.trail.page import page
from cointrail.reports.trail.parts import embedded
from tests.reports import heists, turns

MOST = 6_000_000  # bytes
ALL = ("fifo", "lifo", "haircut", "tiho", "poison")
URLS = re.compile(r"(?:https?:|wss?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
EXPLORER = re.compile(r"https://(etherscan\.io|arbiscan\.io)/tx/0x[0-9a-f]{64}")
WITH_TEXT = {"script", "style"}


class Reader(HTMLParser):
    """Elements with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in WITH_TEXT and self.rawdata:
            self.texts.append((self.elements[-1][0], data))


def ours(text: str) -> str:
    """The page without Plotly's script, which is the longest."""
    return text.replace(max(re.findall(r"<script>.*?</script>", text, re.DOTALL), key=len), "")


def test_the_same_trail_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    first = write_page(*heists.heist(policies=("fifo", "haircut"), bounds=True), tmp_path)
    second = write_page(*heists.heist(policies=("fifo", "haircut"), bounds=True), tmp_path / "again")
    assert first.name == "report.html"
    assert first.read_bytes() == second.read_bytes()


def test_five_policies_and_hundreds_of_endpoints_stay_under_six_megabytes() -> None:
    trail, rows = heists.heist(
        wallets=600, services=600, hops=7, policies=ALL, assets=tuple(heists.DECIMALS), bounds=True
    )
    text = page(trail, rows)
    assert len(text.encode()) < MOST
    assert "500 largest of" in text


@pytest.mark.parametrize(
    "make", [heists.hostile, heists.nothing, heists.backward, heists.heist, turns.converted, turns.hostile]
)
def test_nothing_refers_to_a_network(make: object) -> None:
    assert callable(make)
    text = ours(page(*make()))
    reader = Reader(text)
    loading = {"src", "srcset", "action", "poster", "data", "background", "formaction", "ping"}
    assert not [one for one in reader.elements if loading & one[1].keys()]
    links = [attributes.get("href") for tag, attributes in reader.elements if "href" in attributes]
    assert all(link and (link.startswith("#") or link == "data:," or EXPLORER.fullmatch(link)) for link in links)
    # What a reader may follow is no reference of the page's own: nothing of it is loaded.
    followed = [one[1] for one in reader.elements if one[0] == "a" and "noreferrer" in (one[1].get("rel") or "")]
    assert len(followed) == sum(bool(link and EXPLORER.fullmatch(link)) for link in links)
    text = re.sub(r'<a class="tx" href="[^"]*"', "", text)
    assert not URLS.findall(re.sub(r"<script type=.*?</script>", "", text, flags=re.DOTALL))
    assert "@import" not in text
    assert "url(" not in text


def test_only_the_page_s_own_scripts_may_run() -> None:
    text = page(*heists.hostile())
    policy = next(a["content"] or "" for t, a in Reader(ours(text)).elements if a.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digests = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    assert len(scripts) == 2
    assert digests == set(re.findall(r"'sha256-([^']+)'", policy))
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize("make", [heists.hostile, turns.hostile])
def test_hostile_text_is_shown_and_does_nothing(make: Callable[[], heists.Made]) -> None:
    text = ours(page(*make()))
    reader = Reader(text)
    assert {tag for tag, _ in reader.elements}.isdisjoint({"img", "iframe", "object", "embed", "form", "input", "svg"})
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;" in text
    assert "{{ 7 * 7 }} {% raw %}" in text
    assert "\u202e" not in text
    assert "\u2028" not in text
    assert "⟨U+202E⟩" in text
    assert "CYRILLIC CAPITAL LETTER VE" in text
    assert "x" * 500 not in text


@pytest.mark.parametrize("text", heists.HOSTILE)
def test_embedded_data_cannot_leave_its_element(text: str) -> None:
    data = embedded({"label": text, text[:50]: [text]})
    assert not set("<>&\u2028\u2029") & set(data)
    assert data.isascii()


def test_the_reader_learns_what_was_stolen_and_where_it_is() -> None:
    trail, rows = heists.heist(policies=("fifo", "poison"), bounds=True)
    trail["warnings"] = ["one source covers only a part of the time"]
    trail["ledgers"][0]["exact"] = False
    text = ours(page(trail, rows))
    for said in (
        "401,347.00",
        "Books balance to the smallest unit",
        "Shows reach, not amounts",
        "Exchanges",
        "Still held",
        "Network fees",
        "At least",
        "Not exact.",
        "one source covers only a part of the time",
        "inferred",
        "What this does not prove",
        "cointrail trace LEDGER --from",
        "--policy fifo --policy poison",
        trail["ledgers"][0]["digest"],
        trail["ledgers"][0]["sources"][0]["sha256"],
        trail["unverified"][0]["asset"],
        "CYRILLIC CAPITAL LETTER IE",
    ):
        assert said in text, said
    for end in trail["policies"]["fifo"]["endpoints"]:
        assert (end["address"] or "no address") in text
    assert (
        text.index('id="flow"') < text.index('id="timeline"') < text.index('id="endpoints"') < text.index('id="method"')
    )


def test_books_that_do_not_balance_are_said_to_be_wrong() -> None:
    trail, rows = heists.heist()
    trail["policies"]["fifo"]["balanced"] = False
    assert "Books do not balance" in page(trail, rows)


def test_rows_of_a_csv_file_will_do() -> None:
    trail, rows = heists.heist()
    texts = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
    assert page(trail, texts) == page(trail, rows)


def test_times_blocks_and_hashes_may_be_missing() -> None:
    trail, rows = heists.heist()
    for row in rows:
        row["block"] = row["time"] = row["tx"] = None if row["hop"] % 2 else ""
    text = ours(page(trail, rows))
    assert '"drawn":null' in text
    assert f'"untimed":{len(rows)}' in text


def test_more_addresses_than_fit_into_a_command_go_into_a_file() -> None:
    trail, rows = heists.heist()
    trail["theft"]["addresses"] = [heists.address(number) for number in range(400)]
    trail["parameters"] |= {"min_value": "10", "max_hops": 12, "stop_at": [heists.address("stop")]}
    text = ours(page(trail, rows))
    assert "--from @theft-addresses.txt" in text
    assert f"--min-value 10 --max-hops 12 --stop-at {heists.address('stop')}" in text
    assert "and 397 more addresses" in text


def test_every_conversion_is_explained() -> None:
    trail, rows = turns.converted()
    text = unescape(ours(page(trail, rows)))
    for said in (
        "Conversions and bridge hops",
        "Across",
        "by recipient",
        turns.BY_KEY,
        turns.AMOUNT_RATE,
        "never measured",
        "93.12 %",
        "3 others plausible",
        "ethereum → arbitrum",
        turns.BITCOIN,
        "Findings",
        "unbacked withdrawal",
        "Candidates",
        "1,999.5",
        "Possible other sides",
        trail["bridge_candidates"][0]["to_tx"],
        trail["bridge_candidates"][0]["rate"],
        "LEDGER-ethereum LEDGER-arbitrum",
        "4,211, digest",
    ):
        assert said in text, said
    for one in trail["policies"]["haircut"]["conversions"]:
        assert f"https://etherscan.io/tx/{one['tx']}" in text or f"https://arbiscan.io/tx/{one['tx']}" in text
        assert one["to_tx"] in text
        assert one["evidence"] in text
    shown = ("flow", "conversions", "timeline", "findings", "candidates", "bridge_candidates")
    order = [text.index(f'id="{name}"') for name in shown]
    assert order == sorted(order)
    numbers = [int(number) for number in re.findall(r'class="no" aria-hidden="true">(\d+)<', text)]
    assert numbers == list(range(1, 11))


def test_shares_are_of_the_asset_and_of_the_theft() -> None:
    trail, rows = turns.converted()
    text = ours(page(trail, rows))
    # 26,000,000 of the 39,370,000 USDC on arbitrum, and what that is of the stETH stolen.
    exchange = next(end for end in trail["policies"]["haircut"]["endpoints"] if end["label"] == "Example Exchange")
    share = f"{float(Fraction(exchange['share'])) * 100:.2f} %"
    assert "66.04 %" in text
    assert f"{share} <small>of the theft</small>" in text
    assert "Of the theft" in text
    several, rows = turns.converted(several=True)
    text = ours(page(several, rows))
    assert "of the theft</small>" not in text
    assert "of the stolen stETH" in text
    assert "100.00 % of the stolen USDT" in text


def test_values_are_shown_where_prices_were_given() -> None:
    trail, rows = turns.converted()
    trail["policies"]["haircut"]["value"] = "226213000.119"
    trail["policies"]["haircut"]["endpoints"][0]["value"] = "5300000"
    text = ours(page(trail, rows))
    assert "Worth <b>226,213,000.12 USD</b> when it was stolen" in text
    assert "5,300,000.00" in text
    assert "USD then" in text


def test_bounds_of_a_place_with_several_ends_are_of_them_together() -> None:
    trail, rows = turns.converted()
    end = next(end for end in trail["policies"]["haircut"]["endpoints"] if end["target"] == turns.BITCOIN)
    kept = {name: end[name] for name in ("chain", "address", "asset", "reason", "label")}
    trail["bounds"] = [{**kept, "least": "17", "most": "24871.5", "sharp": False}]
    trail["bounds_note"] = "those of arbitrum:ETH hold, but may be wider"
    found, _ = lines(trail)
    bounded = [line for line in found if line.most]
    assert [(line.target, line.amounts, line.detail) for line in bounded] == [("", {}, "all of them together")]
    assert "those of arbitrum:ETH hold, but may be wider" in page(trail, rows)


def test_a_link_to_an_explorer_is_made_for_hashes_of_known_chains_only() -> None:
    tx = "0x" + "ab" * 32
    assert explorer("ethereum", tx) == f"https://etherscan.io/tx/{tx}"
    assert [explorer("ethereum", "0x12"), explorer("nowhere", tx), explorer("ethereum", f"{tx}/../x")] == ["", "", ""]
    assert explorer("ethereum", tx + "\n") == ""


def test_the_largest_of_many_conversions_are_listed_in_chain_order() -> None:
    trail, rows = turns.converted(crowd=400)
    listed = listed_turns(trail, "haircut")
    assert len(listed) == 200
    assert {turn.what for turn in listed} >= {"Across", "Stargate", "Custodial swapper", "wrap"}
    found = [one["tx"] for one in trail["policies"]["haircut"]["conversions"]]
    places = [found.index(turn.gave.tx) for turn in listed]
    assert places == sorted(places)
    assert "200 that carried most of 410" in page(trail, rows)


def test_backward_conversions_speak_of_what_is_traced() -> None:
    text = ours(page(*turns.backward()))
    assert "100.00 % <small>of the traced value</small>" in text
    assert "Traced value in" in text
    assert "of the theft<" not in text
    told = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)[0])
    (turn,) = [link for link in told["flows"]["fifo 0"]["links"] if len(link) > 7]
    assert turn[8:10] == ["swap", "10.00 stETH → 9.00 ETH"]
    assert set(told["times"]) == {"fifo 0", "fifo 1"}


def test_every_policy_has_its_own_conversions() -> None:
    trail, rows = turns.converted()
    poison, reach = turns.converted("poison")
    other, more = turns.converted("fifo", crowd=3)
    trail["policies"] |= {**other["policies"], **poison["policies"]}
    trail["parameters"]["policies"] = ["haircut", "fifo", "poison"]
    text = ours(page(trail, [*rows, *more, *reach]))
    blocks = re.findall(r'<table class="turns">.*?</table>', text, re.DOTALL)
    assert [block.count("<tr>") - 1 for block in blocks] == [10, 13, 10]
    told = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)[0])
    assert set(told["flows"]) == {"haircut 0", "fifo 0", "poison 0"}
    assert "Shows reach, not amounts" in text
