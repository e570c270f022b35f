"""Memos of THORChain and its kin: what a payment into one of its vaults, or out of it, is for.

Grammar: THORChain's documentation of transaction memos, for a swap
`=:ASSET:DESTADDR[/REFUND]:LIM[/INTERVAL/QUANTITY]:AFFILIATE:BPS[:AGGREGATOR:FINALASSET:MINOUT]`; its short asset names;
and the forms of payments out, `OUT:` and `REFUND:` with the hash of the payment in. Functions are rows of
memo_kinds.csv with the parameters that are read.
Whoever pays can write anything into a memo: it says where value was sent, if it is well formed, and nothing else.
"""

import re
from dataclasses import dataclass
from functools import cache

from cointrail.chains.data import table
from cointrail.conversions.bridges.destination import fits, plain

PACKAGE = "cointrail.conversions.bridges"
LONGEST = 250  # bytes, THORChain's MaxMemoSize
HASH = re.compile(r"(?:0[xX])?([0-9a-fA-F]{64})")
ASSET = re.compile(r"([A-Z0-9]{1,10})([.~/-])[A-Z0-9._-]{1,80}")
HELD = "~/-"  # trade, synthetic and secured assets stay on the network, whatever chain they stand for
NUMBER = re.compile(r"([0-9]{1,30})(?:\.([0-9]{1,30}))?(?:[eE]\+?([0-9]{1,2}))?")
FEE = re.compile(r"[0-9]{1,5}")
WHOLE = 10_000  # basis points
NETWORKS = (("thorchain", "bech32:thor"), ("mayachain", "bech32:maya"))  # whose memos these are
SWAPS = frozenset({"swap", "limit_swap", "loan_open", "loan_close"})
ACCOUNTS = frozenset({"trade_in", "secured_in", "switch", "execute", "claim"})  # to an account of the network itself
PAYOUTS = frozenset({"trade_out", "secured_out"})  # the coin that is sent with the memo says to which chain
TO_SOMEBODY = SWAPS | ACCOUNTS | PAYOUTS
WITH_HASH = frozenset({"out", "refund"})


@dataclass(frozen=True)
class Memo:
    """A memo read. `asset_chain` is the chain that value goes to, "" where it is not known; `asset` in full notation.

    `address` gets the value if `kind` is one of TO_SOMEBODY; of other kinds it is whose position or node is meant.
    `valid_address`: it has the form that addresses of that chain have, checksum and all. An aggregator turns the asset
    into `final_asset` on the way. `affiliate_basis_points` is what all affiliates take together, None if that is not
    well formed. `hash` is that of the payment that is answered, in lower case without 0x. Limits are in units of 1e-8.
    """

    kind: str
    asset_chain: str = ""
    asset: str = ""
    address: str = ""
    refund_address: str = ""
    limit: int | None = None
    interval: int | None = None
    quantity: int | None = None
    affiliate: str = ""
    affiliate_basis_points: int | None = None
    aggregator: str = ""
    final_asset: str = ""
    final_limit: int | None = None
    hash: str = ""
    valid_address: bool = False


def read(text: str) -> Memo | None:
    """A memo, or None for a text that is none. Never raises, whatever is in the text."""
    if not text or len(text) > LONGEST or not text.isascii() or not text.isprintable():
        return None
    function, *rest = text.split("|")[0].split(":")
    row = _kinds().get(function.lower())
    if row is None:
        return None
    kind, parameters = row
    said = dict(zip(parameters, rest, strict=False))
    if kind in WITH_HASH:
        found = HASH.fullmatch(said.get("hash", ""))
        return Memo(kind, hash=found[1].lower()) if found and int(found[1], 16) else None
    asset = _asset(said.get("asset", ""))
    if kind in TO_SOMEBODY and ("address" not in said or ("asset" in parameters and not asset)):
        return None
    address, _, refund = said.get("address", "").partition("/")
    chain, valid = _destination(kind, asset, address)
    limit, interval, quantity, *_ = map(_number, [*said.get("limit", "").split("/"), "", ""])
    affiliate = said.get("affiliate", "")
    return Memo(
        kind,
        chain,
        asset,
        plain(address) if valid else address,
        refund,
        limit,
        interval,
        quantity,
        affiliate,
        _taken(affiliate, said.get("fee", "")),
        said.get("aggregator", ""),
        said.get("final_asset", ""),
        _number(said.get("final_limit", "")),
        valid_address=valid,
    )


def _destination(kind: str, asset: str, address: str) -> tuple[str, bool]:
    """The chain that value goes to, and whether the address is one of that chain's."""
    if kind in PAYOUTS:
        fitting = [chain for chain, forms in _chains().values() if fits(address, forms)]
        return fitting[0] if len(fitting) == 1 else "", bool(fitting)
    found = ASSET.fullmatch(asset)
    if kind in ACCOUNTS or (kind in SWAPS and found is not None and found[2] in HELD):
        own = [name for name, form in NETWORKS if fits(address, form)]
        return (own[0], True) if own else (NETWORKS[0][0], False)
    if kind in SWAPS and found is not None:
        chain, forms = _chains().get(found[1], ("", ""))
        return chain, fits(address, forms)
    return "", any(fits(address, form) for _, form in NETWORKS)


def _asset(text: str) -> str:
    """In full notation and upper case; "" for what is none. Abbreviated token addresses stay as they are."""
    asset = _codes().get(text.lower(), text.upper())
    return asset if ASSET.fullmatch(asset) else ""


def _number(text: str) -> int | None:
    """A whole number, also in scientific notation; what is behind the point then falls away."""
    found = NUMBER.fullmatch(text)
    if found is None:
        return None
    digits, behind, power = found[1], found[2] or "", int(found[3] or 0)
    scale = 10 ** abs(power - len(behind))
    number = int(digits + behind)
    return int(number * scale if power >= len(behind) else number // scale)


def _taken(affiliate: str, fee: str) -> int | None:
    """One fee holds for each of the affiliates; otherwise each has its own."""
    names, fees = affiliate.split("/"), fee.split("/")
    if not affiliate or not all(FEE.fullmatch(one) for one in fees) or len(fees) not in (1, len(names)):
        return None
    total = sum(map(int, fees * len(names) if len(fees) == 1 else fees))
    return total if total <= WHOLE else None


@cache
def _kinds() -> dict[str, tuple[str, list[str]]]:
    return {row["function"]: (row["kind"], row["parameters"].split()) for row in table(PACKAGE, "memo_kinds.csv")}


@cache
def _codes() -> dict[str, str]:
    return {row["code"]: row["asset"] for row in table(PACKAGE, "memo.csv")}


@cache
def _chains() -> dict[str, tuple[str, str]]:
    return {row["prefix"]: (row["chain"], row["forms"]) for row in table(PACKAGE, "memo_chains.csv")}
