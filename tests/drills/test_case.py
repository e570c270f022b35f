"""Reading annotated cases, and the truth that follows from them."""

from pathlib import Path

import pytest

from cointrail.drills.haystack import half, load, reach, score
from cointrail.drills.haystack.truth import Truth, truth
from cointrail.errors import InputError

HEADER = "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n"


def name(number: int) -> str:
    return "0x" + f"{number:040x}"


def write(folder: Path, rows: list[tuple[int, int, int, str]], sources: list[int], terminals: list[int]) -> Path:
    """A case of (block, from, to, amount) rows, 12 seconds a block."""
    lines = [
        f"2024-01-01 {block // 300:02d}:{block * 12 // 60 % 60:02d}:{block * 12 % 60:02d},{block},0x{at:064x},"
        f"{name(sender)},,{name(recipient)},,{amount}\n"
        for at, (block, sender, recipient, amount) in enumerate(rows)
    ]
    folder.mkdir(exist_ok=True)
    (folder / "flows.csv").write_text(HEADER + "".join(lines))
    (folder / "sources.txt").write_text("\n".join(map(name, sources)))
    (folder / "terminals.txt").write_text("\n".join(map(name, terminals)))
    return folder


def test_the_walk_respects_time_and_stops_at_terminals(tmp_path: Path) -> None:
    rows = [
        (1, 5, 6, "9"),  # 5 has nothing stolen yet
        (2, 1, 5, "10.10"),
        (3, 5, 2, "5"),
        (3, 2, 3, "1e1"),  # same block: the order is not known
        (4, 3, 9, "2.005"),
        (5, 9, 7, "1"),  # out of a terminal
        (6, 3, 8, "0"),  # no value
    ]
    case = load(write(tmp_path / "made", rows, [1], [9]))
    names = {case.addresses[at].tobytes()[-1] for at in reach(case)}
    assert names == {1, 5, 2, 3, 9}
    assert case.amount.tolist() == [900, 1010, 500, 1000, 200, 100, 0]
    known = truth(case)
    assert {a[-1] for a in known.tainted} == {5, 2, 3}
    assert {a[-1] for a in known.services} == {9}
    assert known.since == int(case.time[1])


def test_real_cases_have_the_published_size(folder: Path) -> None:
    case = load(folder)
    rows, wallets, sources, terminals, reached = {
        "atomic_wallet_2023": (1080, 389, 17, 101, 101),
        "lifi_2024": (135, 93, 1, 33, 32),
    }[case.name]
    assert (len(case.block), len(case.addresses)) == (rows, wallets)
    assert (len(case.sources), len(case.terminals)) == (sources, terminals)
    assert abs(len(reach(case) & set(case.terminals.tolist())) - reached) <= 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2024-01-01 00:00:00,1,0x00,0x00,,0x00,,1\n", "line 2"),
        (f"2024-01-01 00:00:00,x,0x{0:064x},{name(1)},,{name(2)},,1\n", "line 2"),
        (f"2024-01-01 00:00:00,1,0x{0:064x},{name(1)},,{name(2)},,much\n", "line 2"),
        ("", "no rows"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, line: str, message: str) -> None:
    write(tmp_path, [(1, 1, 2, "1")], [1], [2])
    (tmp_path / "flows.csv").write_text(HEADER + line)
    with pytest.raises(InputError, match=message):
        load(tmp_path)


def test_missing_files_and_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"flows\.csv"):
        load(tmp_path)
    (tmp_path / "flows.csv").write_text("Timestamp,Block\n")
    with pytest.raises(InputError, match="Tx_hash"):
        load(tmp_path)
    write(tmp_path, [(1, 1, 2, "1")], [1], [2])
    (tmp_path / "terminals.txt").write_text("0x12")
    with pytest.raises(InputError, match=r"terminals\.txt"):
        load(tmp_path)


def test_half_and_score() -> None:
    labels = tuple(bytes([at]) * 20 for at in range(9))
    kept = half(labels, 3)
    assert len(kept) == 5
    assert set(kept) < set(labels)
    assert kept == half(labels, 3)
    assert any(half(labels, seed) != kept for seed in range(9))
    known = Truth(frozenset(labels[:4]), frozenset(labels[4:6]), labels[8:], labels[4:6], 0, frozenset())
    assert score([*labels[:4], labels[8]], known) == (1.0, 1.0)
    assert score(labels[1:5], known) == (0.75, 0.75)
    assert score(labels[1:5], known, strict=False) == (0.75, 1.0)
    assert score([], known) == (0.0, 1.0)
