"""TagPacks that are written: what is in them, that we read them again, and that tagpack-tool accepts them."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chains.address import parse_any
from cointrail.labels import Label, Labels, import_labels
from cointrail.labels.categories import category, native, taxonomy
from cointrail.labels.confidence import grades, level
from cointrail.labels.export import _quoted, grade, write_tagpack
from tests.labels.peer import accepted

NOW = 1_700_000_000
TABLE = """address,entity,category,confidence,source,network,valid_from,valid_to,actor
0x098B716B8Aaf21512996dC57EB0615e2383E2f96,"Thief: ""Ronin"" #1",stolen_funds,forensic,https://example.org/a,ETH,2022-03-23,,lazarus
0x12D66f87A04A9E220743712cE6d9bB1B5616B8Fc,Śmieć 💩,mixer,75,https://example.org/b,,,,
12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h,Someone,sanctions,authority_data,https://example.org/c,BTC,,,
TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,Token,token,,https://example.org/d,TRX,,,
0x47CE0C6eD5B0Ce3d3A51fdb1C52DC66a7c3c2936,Over,mixer,forensic,https://example.org/e,ETH,,2023-01-01,
0x910Cbd523D972eb0a6f4cAe4618aD62622b39DbF,Withdrawn,mixer,forensic,https://example.org/f,ETH,,,
"""


def exported(folder: Path) -> Path:
    (folder / "labels.csv").write_text(TABLE, encoding="utf-8")
    import_labels([folder / "labels.csv"], folder / "ledger")
    store = Labels(folder / "ledger")
    [gone] = [
        one.id for one in store.standing(parse_any("0x910Cbd523D972eb0a6f4cAe4618aD62622b39DbF"), NOW) if one.recorded
    ]
    store.decide("revoke", [gone], by="us", reason="wrong", at=NOW - 10)
    assert write_tagpack(store, folder / "pack.yaml", title="Ours: all", creator="us", time=NOW) == (4, 0)
    return folder / "pack.yaml"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    pack = exported(tmp_path)
    said = yaml.safe_load(pack.read_text(encoding="utf-8"))
    assert {tag["label"] for tag in said["tags"]} == {'Thief: "Ronin" #1', "Śmieć 💩", "Someone", "Token"}
    assert import_labels([pack], tmp_path / "other").labels == 4
    first, second = Labels(tmp_path / "ledger"), Labels(tmp_path / "other")
    for tag in said["tags"]:
        address = parse_any(tag["address"])
        [was], [now] = (
            [one.label for one in store.standing(address, NOW) if one.recorded] for store in (first, second)
        )
        assert (was.entity, was.network or "ethereum", was.source) == (now.entity, now.network, now.source)
        assert (was.valid_from, was.valid_to) == (now.valid_from, now.valid_to)
        assert level(now.confidence) <= level(was.confidence)
        assert category(now.category or "") is not None


def test_another_tool_accepts_it(tmp_path: Path) -> None:
    assert "PASSED" in accepted(exported(tmp_path))


def test_every_kind_is_accepted(tmp_path: Path) -> None:
    """A tag of each kind of risk and of each grade; the concepts and grades are those of the other tool."""
    store = Labels(tmp_path)
    words = {native(_label(word)): word for word in (row for row in _words())}
    labels = [_label(word, place) for place, word in enumerate(words.values(), 1)]
    labels += [_label("mixer", 1000 + place, name) for place, name in enumerate(grades())]
    store.add(labels)
    assert write_tagpack(store, tmp_path / "pack.yaml", title="t", creator="c", time=NOW) == (len(labels), 0)
    assert "PASSED" in accepted(tmp_path / "pack.yaml")


def _words() -> list[str]:
    from cointrail.labels.categories import categories

    return list(categories())


def _label(word: str, place: int = 1, confidence: str = "forensic") -> Label:
    address = place.to_bytes(20, "big")
    return Label(address, "ethereum", "A", word, None, confidence, "https://x.org", None, None, None, None, "x.csv")


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_yaml(text: str) -> None:
    assert yaml.load(f"a: {_quoted(text)}\n", Loader=yaml.CSafeLoader) == {"a": text}


@pytest.mark.parametrize(
    ("confidence", "name"),
    [(None, "unknown"), ("100", "override"), ("75", "service_api"), ("3", "unknown"), ("forensic", "forensic")],
)
def test_a_grade_promises_no_more_than_was_said(confidence: str | None, name: str) -> None:
    assert level(grade(confidence)) <= max(level(confidence), level("unknown"))
    assert level(grade(confidence)) == level(name)


def test_every_kind_has_a_concept() -> None:
    assert all(kind.tagpack for kind in taxonomy().values())
