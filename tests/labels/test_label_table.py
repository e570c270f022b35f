"""Label tables in CSV: columns by name, and rows that cannot be used."""

from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.labels.claim import claim
from cointrail.labels.label import Label
from cointrail.labels.table import is_header, read_table

A = "0x" + "ab" * 20


def read(folder: Path, text: str) -> list[Label | str | None]:
    path = folder / "labels.csv"
    path.write_bytes(text.encode())
    rows = [fields for _, _, fields in read_table(path)]
    return [fields if isinstance(fields, str) else claim(fields, "labels.csv") for fields in rows]


@pytest.mark.parametrize(
    "header",
    [
        "address,entity,category,source,confidence,valid_from,valid_to",
        "\ufeffAddress,Entity,Category,Source,Confidence,Valid From,Valid To",
        '"ADDRESS" , "Label", CATEGORY, source, Confidence, ValidFrom, VALID-TO',
        "address;name;category;source;confidence;valid from;valid to",
        "address\tentity\tcategory\tsource\tconfidence\tvalid from\tvalid until",
    ],
)
def test_columns_are_found_by_name(tmp_path: Path, header: str) -> None:
    assert is_header(header)
    mark = next(mark for mark in ";\t," if mark in header)
    row = mark.join([f'"{A}"', "Example", "exchange", "a list", "75", "2024-01-01", "1735689600"])
    (found,) = read(tmp_path, f"{header}\r\n{row}\r\n\r\n")
    assert isinstance(found, Label)
    assert found == Label(
        address=bytes.fromhex(A[2:]),
        network=None,
        entity="Example",
        category="exchange",
        actor=None,
        confidence="75",
        source="a list",
        url=None,
        valid_from=1704067200,
        valid_to=1735689600,
        lastmod=None,
        file="labels.csv",
    )


def test_least_table(tmp_path: Path) -> None:
    (found,) = read(tmp_path, f"note,label,address\nhi,Example,{A}")
    assert isinstance(found, Label)
    assert (found.entity, found.source, found.category) == ("Example", "labels.csv", None)


def test_an_entity_wins_over_a_name_and_a_chain_is_a_network(tmp_path: Path) -> None:
    rows = f"name,entity,chain,address\nHot 1,Example,Polygon,{A}\nHot 1,Example,bitcoin,1abc\n"
    found, other = read(tmp_path, rows)
    assert isinstance(found, Label) and (found.entity, found.network) == ("Example", "polygon")
    assert other is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0x12,Example,exchange", "is not an address"),
        ("bc1q2qqqt87kh33s0er58akh7v9cwjgd83z5smh9rq,Example,exchange", "is not an address"),
        (",Example,exchange", "no address"),
        (f"{A},,exchange", "who holds"),
        (f"{A},{'x' * 2000},exchange", "too long"),
    ],
)
def test_rows_that_cannot_be_used(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(tmp_path, f"address,entity,category\n{row}\n")


def test_rows_that_do_not_fit_their_header(tmp_path: Path) -> None:
    long, short = read(tmp_path, f"address,entity,category\n{A},Example, Inc.,exchange\n{A},Example\n")
    assert isinstance(long, str) and "4 cells for 3 columns" in long
    assert isinstance(short, Label) and short.category is None


def test_an_open_quote_counts_for_all_it_swallows(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(f'address,entity\n{A},ok\n{A},"open\n{A},ok\n{A},ok\n', encoding="utf-8")
    (line, lines, fields), (bad, swallowed, reason) = read_table(path)
    assert (line, lines, bad, swallowed) == (2, 1, 3, 3)
    assert not isinstance(fields, str) and fields["entity"] == "ok"
    assert isinstance(reason, str) and "is a quote missing" in reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"address,holder\n0x12,x\n", "no column entity"),
        (b"address,entity\n\xff\xfe,x\n", "not UTF-8"),
        (b'address,entity\n0x12,"' + b"x" * 200_000 + b'"\n', "not a CSV file that can be read"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        list(read_table(path))


def test_what_is_no_header() -> None:
    assert not is_header("title: a, address")
    assert not is_header("address")
    assert not is_header("- address: '0x12', label: x")
