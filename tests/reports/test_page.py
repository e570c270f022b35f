"""The page as text: complete, small, the same every time, and closed to what strangers can write."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cointrail.reports import write_page
from cointrail.reports.trail.page import page
from cointrail.reports.trail.parts import embedded
from tests.reports import heists

MOST = 6_000_000  # bytes
ALL = ("fifo", "lifo", "haircut", "tiho", "poison")
URLS = re.compile(r"(?:https?:|wss?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
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


@pytest.mark.parametrize("make", [heists.hostile, heists.nothing, heists.backward, heists.heist])
def test_nothing_refers_to_a_network(make: object) -> None:
    assert callable(make)
    text = ours(page(*make()))
    reader = Reader(text)
    loading = {"src", "srcset", "action", "poster", "data", "background", "formaction", "ping"}
    assert not [one for one in reader.elements if loading & one[1].keys()]
    links = [attributes.get("href") for tag, attributes in reader.elements if "href" in attributes]
    assert all(link is not None and (link.startswith("#") or link == "data:,") for link in links)
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


def test_hostile_text_is_shown_and_does_nothing() -> None:
    text = ours(page(*heists.hostile()))
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
    assert '"time":null' in text
    assert f'"untimed":{len(rows)}' in text


def test_more_addresses_than_fit_into_a_command_go_into_a_file() -> None:
    trail, rows = heists.heist()
    trail["theft"]["addresses"] = [heists.address(number) for number in range(400)]
    trail["parameters"] |= {"min_value": "10", "max_hops": 12, "stop_at": [heists.address("stop")]}
    text = ours(page(trail, rows))
    assert "--from @theft-addresses.txt" in text
    assert f"--min-value 10 --max-hops 12 --stop-at {heists.address('stop')}" in text
    assert "and 397 more addresses" in text
