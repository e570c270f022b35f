"""Stored exposures are those of this ledger and these labels, or none."""

import shutil
import time
from pathlib import Path

import pytest

from cointrail.chains.asset import Origin as Kind
from cointrail.errors import InputError
from cointrail.exposure import Exposures, Inquiry, Part, build, look
from cointrail.exposure.answer import CONVERTED
from cointrail.exposure.said import categories, settled
from cointrail.labels import Label, Labels
from cointrail.labels.categories import categories as words
from cointrail.ledger import Ledger, open_ledger
from cointrail.ledger.manifest import Declared, Origin
from cointrail.ledger.store import writer
from tests.exposure.worlds import Claim, World
from tests.making import START, address, row, table, write

ROWS = [(1, 2, 10), (2, 3, 4), (3, 4, 4)]
SANCTION, MIXER = categories().index("sanction"), categories().index("mixer")


def label(number: int, category: str, confidence: str | None = None) -> Label:
    return Label(address(number), None, "name", category, None, confidence, "a source", None, None, None, None, "file")


def opened() -> tuple[Ledger, Labels]:
    return World(ROWS, [Claim(1, MIXER)]).opened()


def test_nothing_is_stored_before_it_is_built() -> None:
    made, labels = opened()
    with pytest.raises(InputError, match="there is none yet"):
        Exposures.open(made.path, labels)
    build(made, labels)
    assert Exposures.open(made.path, labels).of(address(4)).parts == (Part("source", "COIN", "mixer", 0, 4, 4, 3),)
    with pytest.raises(InputError, match="there is none yet"):
        Exposures.open(made.path, labels, "poison")


def test_new_labels_and_new_rows_make_it_anew() -> None:
    made, labels = opened()
    before = build(made, labels).of(address(4))
    labels.add([label(2, "sanctions")])
    with pytest.raises(InputError, match="earlier state"):
        Exposures.open(made.path, labels)
    assert look(Inquiry(made, labels), address(4)).parts[0].category == "sanction"
    after = build(made, labels).of(address(4))
    assert after.parts[0].category == "sanction" and after.labels != before.labels
    write(made.path, table([row(9, 3, 4, 1)]))
    again = open_ledger(made.path)
    with pytest.raises(InputError, match="earlier state"):
        Exposures.open(again, labels)
    assert build(again, labels).of(address(4)).parts[0].total == 5


@pytest.mark.parametrize("harm", ["cut", "change", "gone", "meta"])
def test_damaged_files_are_noticed_and_made_anew(harm: str) -> None:
    made, labels = opened()
    whole = build(made, labels).of(address(4))
    file = made.path / "exposure" / "haircut" / ("meta.json" if harm == "meta" else "source_amount.npy")
    content = file.read_bytes()
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(content[:-8] if harm == "cut" else content[:-8] + b"damaged!")
    with pytest.raises(InputError, match="have to be built"):
        Exposures.open(made.path, labels)
    assert build(made, labels).of(address(4)) == whole
    shutil.rmtree(made.path / "exposure")
    assert build(made, labels).of(address(4)) == whole


def test_an_address_that_the_ledger_does_not_know_is_refused() -> None:
    made, labels = opened()
    for ask in (build(made, labels).of, Inquiry(made, labels).address):
        with pytest.raises(InputError, match="no transfer of this address"):
            ask(address(77))


def test_of_several_labels_the_surest_counts_then_the_gravest() -> None:
    sure, unsure = label(1, "exchange", "service_data"), label(1, "sanction", "web_crawl")
    assert categories()[settled([unsure, sure]) - 1] == "exchange"
    assert categories()[settled([label(1, "exchange"), label(1, "ofac"), label(1, "mixer")]) - 1] == "sanction"
    assert settled([label(1, "no such word")]) == 0


def test_every_category_has_its_place_in_the_order() -> None:
    assert sorted(categories()) == sorted({one.name for one in words().values()})


def test_as_of_a_time_it_is_as_if_the_ledger_had_ended_there(tmp_path: Path) -> None:
    rows = [(1, 2, 10), (5, 2, 10), (2, 3, 6), (3, 6, 6), (2, 1, 9)]
    claims = [Claim(1, MIXER), Claim(6, SANCTION)]
    made, labels = World(rows, claims).opened()
    for end in range(1, len(rows) + 1):
        short, own = World(rows[:end], claims).opened()
        for policy in ("haircut", "fifo", "lifo", "tiho", "poison"):
            asked = Inquiry(made, labels, policy, as_of=START + 12 * end)
            for one in (2, 3):
                if short.address_id(address(one)) is not None:
                    expected = Inquiry(short, own, policy).address(address(one))
                    assert asked.address(address(one)).parts == expected.parts


def test_a_cluster_is_one_owner() -> None:
    made, labels = World([(1, 2, 10), (2, 3, 10), (3, 4, 10)], [Claim(1, MIXER)]).opened()
    members = [made.address_id(address(one)) or 0 for one in (2, 3)]
    found = Inquiry(made, labels).cluster(members)
    assert found.members == 2 and found.subject == "cluster"
    assert [(p.direction, p.category, p.direct, p.indirect, p.total) for p in found.parts] == [
        ("source", "mixer", 10, 0, 10),
        ("destination", "unknown", 0, 10, 10),
    ]


def test_a_label_in_time_counts_in_its_time() -> None:
    rows = [(1, 2, 5), (1, 2, 5), (1, 2, 5)]
    made, labels = World(rows, [Claim(1, SANCTION, since=1, until=2)]).opened()
    assert build(made, labels).of(address(2)).parts == (
        Part("source", "COIN", "sanction", 5, 0, 15, 1),
        Part("source", "COIN", "unknown", 0, 10, 15, 0),
    )


def test_assets_that_nobody_vouches_for_and_absurd_amounts_are_left_out(tmp_path: Path) -> None:
    rows = [row(1, 1, 2, 2**200), row(2, 1, 2, 7, asset="0x" + "ab" * 20), row(3, 1, 3, 8, asset="")]
    with writer(tmp_path, "ethereum") as into:
        into.add(table(rows), 0)
        kinds: dict[str, Kind] = {"COIN": "named", "": "native"}
        into.commit(
            [Origin("0", "test", "", 3)],
            lambda key: Declared(key, key, 0, kinds.get(key, "unknown")),
            lambda share: None,
        )
    made, labels = open_ledger(tmp_path), Labels(tmp_path)
    labels.add([label(1, "mixer")])
    stored, asked = build(made, labels), Inquiry(made, labels)
    assert stored.of(address(3)).parts == asked.address(address(3)).parts
    assert asked.address(address(2)).parts == (Part("source", "COIN", "mixer", 2**200, 0, 2**200, 1),)
    assert asked.address(address(2)).note == CONVERTED
    assert stored.of(address(2)).parts == () and "COIN are too large for the store" in stored.of(address(2)).note


def test_an_answer_from_the_store_takes_less_than_a_millisecond() -> None:
    rows = [(n % 50 + 1, (n * 7) % 50 + 1, n + 1) for n in range(2_000)]
    made, labels = World(rows, [Claim(n + 1, n) for n in range(16)]).opened()
    stored = build(made, labels)
    stored.of(address(40))
    began = time.perf_counter()
    for _ in range(100):
        for one in range(17, 50):
            stored.of(address(one))
    assert (time.perf_counter() - began) / 3_300 < 1e-3
