"""A store of claims: imports are whole and once, what is added stays, decisions are taken back."""

import json
from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.incidents.ledger import ledger
from cointrail.incidents.lists import read_list
from cointrail.incidents.store import DIFFERENT, SAME, UNDECIDED, Store
from tests.incidents.making import TODAY

DPRK = "date,victim,usd_stolen\n2018-04-21,Some Exchange,250000000\n2019-01-14,Other Place,16000000\n"
HACKS = (
    "date,name,technique,lost_raw,links,poc,source_file\n"
    "20180422,SomeExchange,Private key,$240M,https://a.example,,x\n20200101,Third One,Reentrancy,900 BNB,,,x\n"
)
EMPTY = "[]\n"
CLAIM = {"field": "usd", "value": "5", "by": "me", "url": "https://me.example", "said": "2024"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "d.csv").write_text(DPRK)
    (tmp_path / "h.csv").write_text(HACKS)
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "2018.yaml").write_text(EMPTY)
    made = Store.make(tmp_path / "store")
    for name in ("d.csv", "h.csv"):
        assert made.add_list(read_list(tmp_path / name, TODAY))
    return made


def whole(store: Store) -> dict[str, list[str]]:
    found = ledger(store, store.folder.parent / "catalogue", TODAY)
    return {name: [claim.by for claim in one.claims if claim.field == "usd"] for name, one in found.incidents.items()}


def test_the_same_theft_of_two_lists_is_one_with_both_claims(store: Store) -> None:
    assert whole(store) == {
        "defihacklabs/someexchange-2018-04-22": ["DeFiHackLabs", "T. Monahan"],
        "dprk/other-place-2019-01-14": ["T. Monahan"],
        "defihacklabs/third-one-2020-01-01": [],
    }


def test_an_import_is_kept_once_whatever_its_name(store: Store, tmp_path: Path) -> None:
    (tmp_path / "again.csv").write_text(DPRK)
    before = whole(store)
    assert not store.add_list(read_list(tmp_path / "again.csv", TODAY))
    assert whole(Store(store.folder)) == before


def test_decisions_are_made_and_taken_back(store: Store) -> None:
    pair = ("defihacklabs/someexchange-2018-04-22", "dprk/some-exchange-2018-04-21")
    first = whole(store)
    store.decide(*pair, DIFFERENT, "two desks of one house", TODAY)
    assert len(whole(store)) == 4
    store.decide(pair[1], pair[0], UNDECIDED, "looked again", TODAY)
    assert whole(store) == first and store.decisions() == {}
    store.decide(pair[0], "dprk/other-place-2019-01-14", SAME, "", TODAY)
    found = whole(store)  # with that decided, the other row of the same list stands alone
    assert found[pair[0]] == ["DeFiHackLabs", "T. Monahan"] and found[pair[1]] == ["T. Monahan"]
    lines = (store.folder / "decisions.jsonl").read_text().splitlines()
    assert [json.loads(line)["decision"] for line in lines] == [DIFFERENT, UNDECIDED, SAME]  # nothing is overwritten
    with pytest.raises(InputError, match="always the same"):
        store.decide(pair[0], pair[0], SAME, "", TODAY)


def test_claims_are_added_to_what_is_there(store: Store) -> None:
    store.add_claim("dprk/other-place-2019-01-14", "Other Place", CLAIM, TODAY)
    store.add_claim("mine-2024", "Mine", CLAIM | {"field": "date", "value": "2024-01-02"}, TODAY)
    store.add_claim("mine-2024", "Mine", CLAIM, TODAY)
    found = whole(Store(store.folder))
    assert found["dprk/other-place-2019-01-14"] == ["T. Monahan", "me"] and found["mine-2024"] == ["me"]
    figure = {
        "by": "me",
        "metric": "stolen",
        "of": "all theft",
        "window": "2024",
        "value": "7",
        "url": "https://me.example",
    }
    store.add_published(figure, TODAY)
    assert ledger(store, store.folder.parent / "catalogue", TODAY).published[-1].figure.text == "7"


def test_what_cannot_be_kept_is_not(store: Store) -> None:
    for wrong in ({"value": "-5"}, {"said": "2031"}, {"url": ""}, {"field": "colour"}, {"sure": "yes"}):
        with pytest.raises(InputError):
            store.add_claim("mine-2024", "Mine", CLAIM | wrong, TODAY)
    with pytest.raises(InputError):
        store.add_published({"by": "me"}, TODAY)
    assert not (store.folder / "claims.jsonl").exists()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("claims.jsonl", "{"),
        ("claims.jsonl", '{"incident": "a", "claim": {"field": 1}}'),
        ("claims.jsonl", "[" * 9000),
        ("decisions.jsonl", '{"pair": ["a"], "decision": "same"}'),
        ("decisions.jsonl", '{"pair": ["a", "b"], "decision": "perhaps"}'),
        ("imports/dprk-00.jsonl", '{"list": "dprk"}\n{"id": "A B", "claims": []}'),
        ("imports/dprk-00.jsonl", '{"list": "../x"}\n{"id": "a", "claims": []}'),
        ("imports/dprk-00.jsonl", '{"list": "dprk"}\n{"id": "a", "claims": [{"field": "usd"}]}'),
    ],
)
def test_damage_is_told_with_file_and_line(store: Store, name: str, line: str) -> None:
    (store.folder / name).write_text(line + "\n")
    with pytest.raises(InputError, match=r"jsonl, line [12]: "):
        whole(store)


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no store of claims"):
        Store(tmp_path)
    (tmp_path / "store.json").write_text("[]")
    with pytest.raises(InputError, match="not a store of claims of version"):
        Store(tmp_path)
    with pytest.raises(InputError, match="not empty"):
        Store.make(tmp_path)
