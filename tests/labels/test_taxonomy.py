"""The kinds of risk, and that whether a walk stops at a word never changes unseen."""

import csv
from pathlib import Path

from cointrail.labels.categories import best, categories, category, guess, native, taxonomy
from cointrail.labels.label import Label

BEFORE = Path(__file__).with_name("stops.csv")
# ids that Chainalysis publishes for its categories; 20 is none, 999 custom
PUBLISHED = {*range(1, 5), 6, 7, *range(9, 40), *range(41, 44), 45, 46, 47, 999}


def labelled(word: str | None) -> Label:
    return Label(bytes(20), None, "A", word, None, None, "test", None, None, None, None, "test.csv")


def test_words_stop_a_walk_as_they_always_did() -> None:
    with BEFORE.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 236
    for row in rows:
        found = categories()[row["category"]]
        assert (found.name, found.stop) == (row["canonical"], row["stop"] == "true"), row


def test_every_word_is_of_a_kind() -> None:
    assert {one.native for one in categories().values()} <= taxonomy().keys()
    ids = [number for kind in taxonomy().values() for number in kind.chainalysis]
    assert sorted(ids) == sorted(PUBLISHED)  # each once


def test_kinds_are_finer_than_what_stops_a_walk() -> None:
    words = {
        "ransomware": "ransomware", "Darknet Market": "darknet_market", "black_list": "token_blacklist",
        "heist": "theft", "OFAC": "sanctions", "privacy": "privacy_protocol", "mixing_service": "mixer",
        "special measures": "special_measures", "wizard": "unknown",
    }  # fmt: skip
    assert {word: native(labelled(word)) for word in words} == words
    assert native(labelled(None)) == "unknown"
    assert taxonomy()["mixer"].aadapt == ("ADT3030", "ADT3030.003")
    assert taxonomy()["theft"].chainalysis == (6, 42, 43)
    assert taxonomy()["unknown"].chainalysis == (20,)


def test_the_best_of_several_words() -> None:
    assert best(["unheard-of", "heist", "exchange"]) == "exchange"
    assert best(["unheard-of", "heist"]) == "heist"
    assert best(["unheard-of", ""]) == "unheard-of"
    assert best([]) == ""
    assert guess(["exchange phishing"]) == "phishing"
    assert guess(["mining pool"]) == "mining pool"
    assert category(guess(["unheard-of, dex"])) == category("dex")
