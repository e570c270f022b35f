"""TagPack YAML: inheritance, other chains, and files that mean harm."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from cointrail.errors import InputError
from cointrail.labels.claim import claim
from cointrail.labels.label import Label
from cointrail.labels.tagpack import read_tagpack

A = "0x" + "ab" * 20
CHECKED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
PACK = f"""
%YAML 1.1
---
title: Wallets of Example
creator: somebody
label: Example
source: https://example.org/wallets
currency: ETH
confidence: service_data
category: exchange
actor: example
lastmod: 2022-11-17
is_cluster_definer: true
tags:
- address: {A}
- address: '{CHECKED}'
  label: Example 2
  currency: BEP20
  lastmod: 2023-08-16 12:18:52.619444
  context: '{{"a": [1, 2]}}'
- address: "{A}"
  network: BTC
- {{address: {A}, category: user, abuse: sanction, source: elsewhere}}
- address: {A}
  category: ~
  concepts: [organization, mixing_service]
  context: {{deep: [{{deeper: {{}}}}]}}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "pack.yaml"
    path.write_text(text.lstrip("\n"), encoding="utf-8")
    return path


def tags(folder: Path, text: str) -> list[tuple[int, Mapping[str, str] | str]]:
    return [(line, fields) for line, _, fields in read_tagpack(write(folder, text))]


def labels(folder: Path, text: str) -> list[Label | None]:
    found = [fields for _, fields in tags(folder, text)]
    return [claim(fields, "pack.yaml") for fields in found if not isinstance(fields, str)]


def test_header_fields_are_inherited(tmp_path: Path) -> None:
    first, second, third, fourth, fifth = labels(tmp_path, PACK)
    assert first == Label(
        address=bytes.fromhex(A[2:]),
        network="ethereum",
        entity="Example",
        category="exchange",
        actor="example",
        confidence="service_data",
        source="https://example.org/wallets",
        url="https://example.org/wallets",
        valid_from=None,
        valid_to=None,
        lastmod=1668643200,
        file="pack.yaml",
    )
    assert second is not None
    assert (second.entity, second.network, second.lastmod) == ("Example 2", "bsc", 1692188332)
    assert third is None  # it says that it is an address of bitcoin
    assert fourth is not None and (fourth.category, fourth.source, fourth.url) == ("sanction", "elsewhere", None)
    assert fifth is not None and fifth.category == "exchange"  # null is not a value, so the header's holds


def test_lines_are_kept(tmp_path: Path) -> None:
    assert [line for line, _ in tags(tmp_path, PACK)] == [14, 15, 20, 22, 23]


@pytest.mark.parametrize(
    ("fields", "category"),
    [
        ("category: user, concepts: [organization, mixing_service], abuse: scam", "mixing_service"),
        ("concepts: [organization], abuse: scam", "scam"),
        ("concepts: [organization]", "organization"),
        ("category: exchange, abuse: sanction", "exchange"),
        ("abuse: phishing", "phishing"),
        ("actor: someone", None),
    ],
)
def test_the_one_category_of_a_label(tmp_path: Path, fields: str, category: str | None) -> None:
    (found,) = labels(tmp_path, f"tags:\n- {{address: {A}, label: x, {fields}}}\n")
    assert found is not None and found.category == category


@pytest.mark.parametrize(
    ("where", "address", "network"),
    [
        ("currency: ETH", A, "ethereum"),
        ("network: eip155:137, currency: USDT", A, "polygon"),
        ("currency: USDT", A, None),
        ("currency: KCS", A, None),
        ("network: KCC", A, "kcc"),
        ("actor: x", A, None),
        ("currency: MATIC", A, "polygon"),
        ("currency: BTC", "1JoktQJhCzuCQkt3GnQ8Xddcq4mUgNyXEa", "bitcoin"),
        ("currency: USDT", "TRYL7PKCG4b4xRCM554Q5J6o8f1UjUmfnY", None),
        ("currency: TRX", "TRYL7PKCG4b4xRCM554Q5J6o8f1UjUmfnY", "tron"),
        ("network: tron", A, "tron"),
    ],
)
def test_networks_that_are_kept(tmp_path: Path, where: str, address: str, network: str | None) -> None:
    (found,) = labels(tmp_path, f"tags:\n- {{label: x, address: {address}, {where}}}\n")
    assert found is not None and found.network == network


@pytest.mark.parametrize(
    ("where", "address"),
    [
        ("currency: BTC", "1JoktQJhCzuCQkt3GnQ8Xddcq4mUgNyXEb"),
        ("currency: BTC", A),
        ("currency: XRP", "rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B"),
        ("currency: USDT", "0x12"),
        ("network: aptos", "'0x" + "ab" * 32 + "'"),
    ],
)
def test_networks_that_are_passed_over(tmp_path: Path, where: str, address: str) -> None:
    assert labels(tmp_path, f"tags:\n- {{label: x, address: {address}, {where}}}\n") == [None]


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("label: x", "no address"),
        (f"address: {A}", "who holds"),
        (f"label: x, address: {A}0, currency: ETH", "is not an address"),
        ("label: x, address: 1JoktQJhCzuCQkt3GnQ8Xddcq4mUgNyXEa, currency: ETH", "is not an address"),
        (f"label: x, address: '{CHECKED.replace('aA', 'AA')}', currency: USDT", "checksum"),
        (f"label: x, address: {A}, lastmod: yesterday", "lastmod: 'yesterday' is not a time"),
        (f"label: x, address: {A}, valid_from: 2024-01-02, valid_to: 2024-01-01", "ends before it begins"),
    ],
)
def test_tags_that_cannot_be_used(tmp_path: Path, tag: str, reason: str) -> None:
    ((_, fields),) = tags(tmp_path, f"tags:\n- {{{tag}}}\n")
    assert not isinstance(fields, str)
    with pytest.raises(ValueError, match=reason):
        claim(fields, "pack.yaml")


def test_tags_of_transactions_are_passed_over(tmp_path: Path) -> None:
    assert tags(tmp_path, "label: x\ntags:\n- tx_hash: 0x12\n") == []


def test_anchors_of_texts(tmp_path: Path) -> None:
    (found,) = labels(tmp_path, f"source: &s https://example.org\ntags:\n- {{address: {A}, label: *s}}\n")
    assert found is not None and found.entity == "https://example.org"


BOMB = "a: &a [x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "label: !!python/object/apply:os.system ['exit 1']\n",
        BOMB,
        "a: &a {k: *a}\n",
        "<<: &a {address: x}\n",
    ],
)
def test_nothing_in_a_file_is_run_or_multiplied(tmp_path: Path, text: str) -> None:
    (found,) = labels(tmp_path, f"{text}tags:\n- {{address: {A}, label: x}}\n")
    assert found is not None and found.entity == "x"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title: x\n", "it has no tags"),
        ("actors:\n- id: x\n", "it has no tags"),
        ("- a\n- b\n", "line 1: a TagPack begins with fields"),
        ("0x1234\n", "columns address and entity"),
        ("tags: none\n", "line 1: tags is not a list"),
        ("tags:\n- hello\n", "line 2: a tag is not a list of fields"),
        ("title: [\ntags:\n", r"line \d: not YAML that can be read"),
        ("title: \x07\ntags:\n", "not YAML that can be read"),
        ("a: " + "[" * 5000 + "\n", "nested more than"),
        ("a: " + "{b: " * 5000 + "\n", "nested more than"),
    ],
)
def test_files_that_are_no_tagpack(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        tags(tmp_path, text)
    assert "\n" not in str(caught.value)
