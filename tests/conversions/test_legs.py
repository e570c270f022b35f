"""Files of legs that cannot be used: one line that says where and what to do."""

from pathlib import Path

import pytest

from cointrail.conversions.match import match
from cointrail.conversions.reading import read_legs
from cointrail.errors import InputError
from tests.conversions.bridge import deposit, read, withdrawal, write

HEADER = "side,bridge,chain,tx,time,token,amount,sender,recipient,key"
GOOD = "deposit,b,near,0x1,5,T,100,s,r,7"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\0\0\0", "legs.csv"),
        ("side,bridge\ndeposit,b", "must name chain"),
        (f"{HEADER},key\n{GOOD},8", "must name key once"),
        (f"{HEADER}\n{GOOD}\ndeposit,b", "line 3"),
        (f"{HEADER}\n{GOOD}\ndeposit,b,near,0x1,,T,100,s,r,7", "line 3: time is empty"),
        (f"{HEADER}\ndeposit,b,near,0x1,soon,T,100,s,r,7", "line 2: time 'soon' is not a time"),
        (f"{HEADER}\ndeposit,b,near,0x1,1646106854000,T,100,s,r,7", "milliseconds"),
        (f"{HEADER}\ndeposit,b,near,0x1,-5,T,100,s,r,7", "line 2: time"),
        (f"{HEADER}\n{GOOD}\n{GOOD}\ndeposit,b,near,0x1,5,T,-100,s,r,7", "line 4: amount is not a whole number"),
        (f"{HEADER}\ndeposit,b,near,0x1,5,T,1.5,s,r,7", "line 2: amount"),
        (f"{HEADER}\ndeposit,b,near,0x1,5,T,{'9' * 79},s,r,7", "line 2: amount"),
        (f"{HEADER}\nin,b,near,0x1,5,T,100,s,r,7", "line 2: side is neither"),
        (f"{HEADER}\ndeposit,b,near,,5,T,100,s,r,7", "line 2: tx is empty"),
        (f"{HEADER}\ndeposit,b,near,0x\0,5,T,100,s,r,7", "NUL"),
        (f"{HEADER}\ndeposit,b,near,0x1,5,T,100,s,{'r' * 300},7", "line 2: recipient has over 256"),
        (f"{HEADER}\ndeposit,b,near,{'x' * 9_000_000},5,T,100,s,r,7", "legs.csv"),
        (f'{HEADER}\ndeposit,b,near,"0x1,5,T,100,s,r,7\n{GOOD}\n{GOOD}', "legs.csv"),
    ],
)
def test_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "legs.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_legs([path])
    message = str(caught.value)
    assert said in message and str(path) in message and "\n" not in message and len(message) < 500


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "legs.csv"
    path.write_bytes(f"{HEADER}\n".encode() + GOOD.encode().replace(b"near", b"\xff\xfe"))
    with pytest.raises(InputError):
        read_legs([path])


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        read_legs([tmp_path / "no.csv"])
    with pytest.raises(InputError):
        read_legs([])


def test_no_rows_is_no_links(tmp_path: Path) -> None:
    legs = read(tmp_path, [])
    for keys in (True, False):
        assert match(legs, keys=keys).links == [] == match(legs, keys=keys).findings


def test_one_side_only(tmp_path: Path) -> None:
    joined = match(read(tmp_path, [withdrawal("w", 5), withdrawal("v", 6)]), keys=False)
    assert [finding.kind for finding in joined.findings] == ["unlinked_withdrawal"] * 2


def test_times_in_words_and_columns_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "legs.csv"
    path.write_text(
        "\ufeffKEY,tx,side,bridge,chain,time,token,amount,sender,recipient,note\n"
        "7,d,Deposit,b,near,2022-03-01T00:00:00Z,T,100,s,r,hello\n"
        " 7 ,w,withdrawal,b,far,1646093000,T,100,,r,\n"
    )
    assert [(link.deposit_tx, link.withdrawal_tx) for link in match(read_legs([path])).links] == [("d", "w")]


def test_a_row_in_two_files_is_one_leg(tmp_path: Path) -> None:
    twice = [deposit("d", 5, key="7"), withdrawal("w", 9, key="7"), withdrawal("w", 9, key="7")]
    one, two = write(tmp_path / "one.csv", twice), write(tmp_path / "two.csv", [*twice[:2], deposit("e", 6, key="8")])
    assert len(read_legs([one])) == 3  # equal rows of one file are as many legs
    assert len(read_legs([one, two])) == len(read_legs([two, one])) == 4
