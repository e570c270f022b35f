"""Links without a key, on any legs: each leg at most once, nothing that a key uses, and no order of legs matters."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
from hypothesis import given, settings

from cointrail.chains import Asset
from cointrail.conversions.bridges import Crossings, Leg, Table, extended, unkeyed
from cointrail.conversions.bridges.joining import join
from cointrail.conversions.inferred import SURE
from cointrail.ledger import open_ledger
from cointrail.ledger.importer import import_tables
from tests import making
from tests.making import address, row

CHAINS = ("ethereum", "arbitrum", "base")  # with one native coin
SPAN = 2_000_000  # seconds between the first and the last leg
YAML = """
- name: open
  finality: 60
  fee: {fee}
  events:
    - {{signature: "Gone(uint256 amount)", side: deposit, leg: {{token: "=T", amount: amount}}}}
    - {{signature: "Came(uint256 amount)", side: withdrawal, leg: {{token: "=T", amount: amount}}}}
"""


@cache
def table() -> Table:
    with TemporaryDirectory() as folder:
        path = Path(folder, "open.yaml")
        path.write_text(YAML.format(fee=0.05))
        return extended([path])


def leg(side: str, n: int, time: int, **more: object) -> Leg:
    said = {
        "side": side, "bridge": "open", "chain": CHAINS[side != "deposit"], "tx": n.to_bytes(32, "big"), "block": n,
        "time": time, "position": 0, "contract": address(1), "token": "", "amount": 1_000, "recipient": "a",
    }  # fmt: skip
    return Leg(**said | more)  # type: ignore[arg-type]


ODD = {
    "chain": st.sampled_from(CHAINS),
    "token": st.sampled_from(("", "U", None)),
    "amount": st.sampled_from((990, 960, 900, 5, 0, None, 10**40)),
    "recipient": st.sampled_from(("b", "")),
    "other_chain": st.sampled_from(CHAINS),
    "key": st.sampled_from(("1", "2")),
    "status": st.sampled_from(("internal", "refund")),
}


@st.composite
def legs(draw: st.DrawFn) -> list[Leg]:
    """Deposits and withdrawals of about the same, near each other or far apart, most of them odd in something."""
    found = []
    for n in range(draw(st.integers(2, 14))):
        side = "deposit" if n % 2 else "withdrawal"
        time = draw(st.sampled_from((600_000, 1_200_000))) + draw(st.integers(-100, 4_000))
        odd = draw(st.sets(st.sampled_from(sorted(ODD)), max_size=2))
        odd -= {"token"} if "key" in odd else set()  # a key that joins two tokens shows that they are one: see below
        found.append(leg(side, n, time, **{name: draw(ODD[name]) for name in sorted(odd)}))
    ends = [leg("deposit", 90, 0, token="E"), leg("withdrawal", 91, SPAN, token="F")]
    return [*found, *ends]


def found(some: list[Leg]) -> Crossings:
    links, strange = join(table(), some, CHAINS)
    return unkeyed([], Crossings(some, links, strange), table())


def test_tokens_are_one_where_a_key_of_the_bridge_joins_them() -> None:
    free = [leg("deposit", 1, 1_200_000), leg("withdrawal", 2, 1_201_000, token="U")]
    keyed = [leg("deposit", 3, 600_000, key="1"), leg("withdrawal", 4, 601_000, key="1", token="U")]
    ends = [leg("deposit", 90, 0, token="E"), leg("withdrawal", 91, SPAN, token="F")]
    assert not found([*free, *ends]).links
    [by_key, other] = found([*free, *keyed, *ends]).links
    assert (by_key.rule, by_key.deposit, by_key.withdrawal) == ("key", 2, 3)
    assert (other.deposit, other.withdrawal) == (0, 1) and other.confidence >= SURE


@settings(max_examples=60, deadline=None)
@given(some=legs(), seed=st.randoms(use_true_random=False))
def test_links_are_one_to_one_and_contradict_nothing(some: list[Leg], seed: object) -> None:
    one = found(some)
    keyed = [link for link in one.links if link.rule == "key"]
    taken = {place for link in keyed for place in (link.deposit, link.withdrawal)}
    used: set[int] = set()
    for link in [link for link in one.links if link.rule != "key"]:
        assert link.confidence >= SURE and link.confidence < 1 and not link.ambiguous
        assert not {link.deposit, link.withdrawal} & (used | taken)
        used |= {link.deposit, link.withdrawal}
    shares: dict[int, float] = {}
    for link in [*one.links, *one.candidates]:
        if link.rule == "key":
            continue
        out, into = one.legs[link.deposit], one.legs[link.withdrawal]
        assert (out.side, into.side) == ("deposit", "withdrawal") and out.chain != into.chain
        assert out.other_chain in ("", into.chain) and into.other_chain in ("", out.chain)
        assert out.token == into.token and not (out.recipient and into.recipient and out.recipient != into.recipient)
        assert not (out.key and into.key) and not out.status and not into.status
        assert into.time - out.time >= 60  # type: ignore[operator]
        assert out.amount * 0.95 - 1 <= into.amount <= out.amount  # type: ignore[operator]
        for place in (link.deposit, link.withdrawal):
            assert place not in taken
            shares[place] = shares.get(place, 0.0) + link.confidence
    assert all(share <= 1.001 for share in shares.values())
    mixed = list(some)
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    assert pairs(found(mixed)) == pairs(one)


def pairs(crossings: Crossings) -> set[tuple[int | None, int | None, str, float]]:
    links = [*crossings.links, *crossings.candidates]
    return {(crossings.legs[x.deposit].block, crossings.legs[x.withdrawal].block, x.rule, x.confidence) for x in links}


def test_delays_are_learnt_from_pairs_by_key() -> None:
    """Two withdrawals fit; by the keyed pairs this bridge takes an hour, so it is the later one."""
    known = []
    for n in range(200):
        start = 5_000 * n
        said = {"key": str(n), "amount": 7_000 + n, "recipient": f"k{n}"}
        known += [leg("deposit", 1_000 + n, start, **said), leg("withdrawal", 2_000 + n, start + 3_600 + n % 9, **said)]
    ends = [leg("deposit", 90, 0, token="E"), leg("withdrawal", 91, SPAN, token="F")]
    here = [leg("deposit", 1, 600_000), leg("withdrawal", 2, 600_200), leg("withdrawal", 3, 603_604)]
    with_keys, without = found([*known, *ends, *here]), found([*ends, *here])
    best = max((one for one in [*with_keys.links, *with_keys.candidates] if one.rule != "key"), key=_sure)
    assert with_keys.legs[best.withdrawal].block == 3 and best.confidence > 0.95
    assert without.legs[max([*without.links, *without.candidates], key=_sure).withdrawal].block == 2


def _sure(one: object) -> float:
    return one.confidence  # type: ignore[attr-defined, no-any-return]


def test_where_the_deposit_names_the_chain_others_are_no_rivals() -> None:
    ends = [leg("deposit", 90, 0, token="E"), leg("withdrawal", 91, SPAN, token="F")]
    paid = [leg("withdrawal", 2, 600_600), leg("withdrawal", 3, 600_500, chain="base")]
    [link] = found([*ends, leg("deposit", 1, 600_000, other_chain="arbitrum"), *paid]).links
    assert link.confidence >= SURE
    silent = found([*ends, leg("deposit", 1, 600_000), *paid])
    assert not silent.links and len(silent.candidates) == 2


def test_a_coin_and_its_wrapped_form_are_one_and_decimals_do_not_matter(tmp_path: Path) -> None:
    """USDT has 6 decimals on Ethereum and 18 on BNB Smart Chain; ether is paid out wrapped."""
    tether = {
        "ethereum": "0xdac17f958d2ee523a2206206994597c13d831ec7",
        "bsc": "0x55d398326f99059ff775485246999027b3197955",
    }
    weth = "0x82af49447d8a07e3bd95bd0d56f35241523fbab1"
    known = {
        "ethereum": [Asset("", "ETH", 18, "native"), Asset(tether["ethereum"], "USDT", 6, "registry")],
        "bsc": [Asset(tether["bsc"], "USDT", 18, "registry")],
        "arbitrum": [Asset(weth, "WETH", 18, "registry", form_of="ETH")],
    }
    ledgers = []
    for chain, assets in known.items():
        rows = [row(n * 170_000, 3, 4, 1, asset=one.key, position=p) for p, one in enumerate(assets) for n in (0, 1)]
        of = {one.key: one for one in assets}
        import_tables([("test", making.table(rows))], tmp_path / chain, chain, of.__getitem__)
        ledgers.append(open_ledger(tmp_path / chain))
    start = making.START + 1_000_000
    some = [
        leg("deposit", 1, start, token=tether["ethereum"], amount=5_000_001),
        leg("withdrawal", 2, start + 600, chain="bsc", token=tether["bsc"], amount=5_000_001 * 10**12),
        leg("deposit", 3, start, token="", amount=10**18, recipient="b"),
        leg("withdrawal", 4, start + 600, token=weth, amount=10**18, recipient="b"),
    ]
    one = unkeyed(ledgers, Crossings(some, [], []), table())
    assert {(some[x.deposit].block, some[x.withdrawal].block, x.rule) for x in one.links} == {
        (1, 2, "recipient"),
        (3, 4, "recipient"),
    }


def test_a_bridge_with_keys_alone_is_left_to_them() -> None:
    some = [replace(one, bridge="across") for one in (leg("deposit", 1, 0), leg("withdrawal", 2, 600))]
    one = found(some)
    assert not one.links and not one.candidates
