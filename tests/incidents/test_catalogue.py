"""The catalogue: what it holds can be checked, what cannot be kept is refused with file and line."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from cointrail.errors import InputError
from cointrail.incidents import catalogue, vocabulary
from cointrail.incidents.catalogue import read_file, schema
from cointrail.incidents.vocabulary import PACKAGE

TODAY = date(2026, 6, 1)
POST = re.compile(r"https?://(?:www\.)?(?:x|twitter)\.com/\w+/status/(\d+)")
EPOCH = 1_288_834_974_657  # milliseconds: posts are numbered from 4 November 2010, their time in the bits from the 22nd
FOLDER = Path(__file__).parents[2] / "src" / PACKAGE.replace(".", "/") / "catalogue"
GOOD = """\
- id: some-exchange-2024-05
  name: Some Exchange
  claims:
    - {field: date, value: 2024-05-31, by: it, url: "https://some.example/post", said: 2024-06-01}
    - {field: usd, value: 308000000, by: it, url: "https://some.example/post"}
    - {field: actor, value: north korea, confidence: high, by: police, url: "https://police.example", said: 2024-12}
"""


def incidents(text: str) -> list[object]:
    return list(read_file(Path("some.yaml"), TODAY, text))


def test_a_file_is_read() -> None:
    (found,) = read_file(Path("some.yaml"), TODAY, GOOD)
    assert (found.id, found.name, found.when.first) == ("some-exchange-2024-05", "Some Exchange", date(2024, 5, 31))
    assert [claim.number for claim in found.about("usd")] == [Decimal(308_000_000)]
    assert found.about("actor")[0].where == "some.yaml, line 6"
    known = found.known(date(2024, 7, 1))
    assert known is not None and not known.about("actor") and known.about("usd")


def test_nobody_told_of_a_time_that_was_still_to_come() -> None:
    moved = '    - {field: first_move, value: "2024-09-01T10:00Z", by: it, url: "https://some.example/post"}\n'
    (found,) = read_file(Path("some.yaml"), TODAY, GOOD + moved)
    early, late = found.known(date(2024, 8, 31)), found.known(date(2024, 9, 1))
    assert early is not None and late is not None
    assert not early.about("first_move") and late.about("first_move")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('by: it, url: "https://some.example/post"}', "by: it}", "some.yaml, line 5: a claim without source"),
        ("by: it, url: ", "url: ", "some.yaml, line 4: a claim without by"),
        ("https://police.example", "see the press", "some.yaml, line 6: 'see the press' is no address"),
        ("value: 2024-05-31", "value: 2026-06-02", "some.yaml, line 4: 2026-06-02 is in the future"),
        ("said: 2024-06-01", "said: 2027", "some.yaml, line 4: 2027 is in the future"),
        ("value: 308000000", "value: -308000000", "some.yaml, line 5: -308000000 is negative"),
        ("value: 308000000", "value: 3.08e8", "some.yaml, line 5: '3.08e8' is no sum"),
        ("field: usd, value: 308000000", "field: amount, asset: QQQ, value: 1", "line 5: 'QQQ' is an unknown currency"),
        ("field: usd, value: 308000000", "field: amount, value: 1", "some.yaml, line 5: an amount without its asset"),
        ("field: usd", "field: loss", "some.yaml, line 5: unknown field 'loss'"),
        ("value: north korea", "value: northkorea", "some.yaml, line 6: 'northkorea' is no actor"),
        ("confidence: high", "confidence: sure", "some.yaml, line 6: 'sure' is no confidence"),
        ("confidence: high", "sure: high", "some.yaml, line 6: unknown key 'sure'"),
        ("name: Some Exchange", "nam: Some Exchange", "some.yaml, line 1: an incident has exactly"),
        ("id: some-exchange-2024-05", "id: Some Exchange", "some.yaml, line 1: 'Some Exchange' is no id"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(InputError, match=r"^some\.yaml, line \d+: ") as error:
        incidents(GOOD.replace(old, new, 1))
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["[" * 100, "a: &x [1]\nb: *x", "- {a: b, a: c}", "- !!python/object/apply:os.system [ls]", "{]", "\t- a", "7"],
)
def test_hostile_files_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^some\.yaml"):
        incidents(text)


def test_two_incidents_with_one_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD)
    with pytest.raises(InputError, match=r"b\.yaml, line 1: the id \S+ is taken by .*a\.yaml, line 1"):
        catalogue(tmp_path, TODAY)


def test_a_part_of_nothing_is_refused(tmp_path: Path) -> None:
    claim = '    - {field: part_of, value: nothing-2024, by: us, url: "https://some.example"}\n'
    (tmp_path / "a.yaml").write_text(GOOD + claim)
    with pytest.raises(InputError, match=r"a\.yaml, line 7: part of nothing-2024"):
        catalogue(tmp_path, TODAY)


def test_the_shipped_catalogue_keeps_to_its_schema() -> None:
    files = sorted(FOLDER.glob("*.yaml"))
    assert files and catalogue()
    for path in files:
        written = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)
        errors = [
            f"{path.name}: {e.json_path}: {e.message}" for e in Draft202012Validator(schema()).iter_errors(written)
        ]
        assert not errors, errors[:3]


def test_every_file_holds_its_year_in_order() -> None:
    today = datetime.now(UTC).date()
    for path in sorted(FOLDER.glob("*.yaml")):
        found = list(read_file(path, today))
        assert {str(one.when.year) for one in found} == {path.stem}
        assert found == sorted(found, key=lambda one: (one.when, one.id)), f"{path.name} is not in order"


def test_the_schema_and_the_tables_have_the_same_words() -> None:
    claim = schema()["$defs"]["claim"]["properties"]
    assert claim["field"]["enum"] == list(vocabulary.fields())
    assert claim["confidence"]["enum"] == list(vocabulary.CONFIDENCE)
    assert all(vocabulary.words(name) for name in vocabulary.FILES)
    assert vocabulary.within("tradertraitor") == {"tradertraitor", "north korea"}
    assert vocabulary.network("BNB Chain") == "bsc" and vocabulary.asset("eth") == "ETH"


def test_posts_were_made_when_their_addresses_say() -> None:
    """The number of a post holds its time: one copied or remembered wrong does not fit what is claimed of it."""
    seen = 0
    for one in catalogue().values():
        for claim in one.claims:
            if (found := POST.match(claim.url)) is None:
                continue
            made = datetime.fromtimestamp(((int(found[1]) >> 22) + EPOCH) / 1000, UTC)
            seen += 1
            assert claim.said is None or claim.latest or claim.said.start <= made < claim.said.end, claim.where
            assert made.date() >= one.when.first - timedelta(days=1), claim.where
            if claim.field == "disclosed" and claim.scope.startswith("time of this post"):
                assert claim.value == f"{made:%Y-%m-%dT%H:%MZ}", claim.where
    assert seen > 1_000
