"""A theft that goes through swaps, a wrap, vaults and bridges on two chains, and one in which its texts attack."""

from tests.reports.heists import HOSTILE, Made, Trail, address, digest, stamp
from tests.reports.story import Story, key

BITCOIN = "bitcoin bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
KEY_RATE = "precision 1.0000, recall 1.0000 on 12,018 (Nomad withdrawals, 2026-11-20)"
RECIPIENT_RATE = "precision 0.9991, recall 0.9961 on 11,402 (Nomad withdrawals, 24 h, 2026-11-20)"
AMOUNT_RATE = "precision 0.9974, recall 0.9213 on 11,402 (Nomad withdrawals, 24 h, 2026-11-20)"
BY_KEY = "deposit 3,911,402 of this bridge was filled on the other chain under the same id"


def converted(policy: str = "haircut", several: bool = False, crowd: int = 0) -> Made:
    """stETH (and with `several` ETH and USDT as well) is swapped, bridged, swapped again and cashed out.

    :param crowd: further wallets that each do a small swap.
    """
    told = Story(policy)
    thief = told.place("ethereum", "thief", "stETH")
    told.steal(thief, str(85_000 + 10 * crowd))
    ether = told.place("ethereum", "thief", "ETH")
    if several:
        told.steal(ether, "15000")
        told.steal(told.place("ethereum", "thief", "USDT"), "250000.5")
        told.pay(told.place("ethereum", "thief", "USDT"), "dollars", "250000.5", 40)
    wallets = [told.pay(thief, f"first {n}", amount, 5 + n) for n, amount in enumerate(("30000", "25000", "20000"))]
    far = told.place("arbitrum", "far", "ETH")
    eth = [told.place("ethereum", f"first {n}", "ETH") for n in range(3)]
    told.turn(thief, ether, "10000", "9949.123456789012345678", 30, "swap")
    told.turn(wallets[0], eth[0], "29000", "28851.25", 60, "swap")
    told.turn(wallets[1], told.place("ethereum", "second", "ETH"), "all", "24871.5", 75, "payee")
    told.turn(wallets[2], told.place("ethereum", "first 2", "USDC"), "12000", "31250000.123456", 90, "mixed")
    told.turn(wallets[2], eth[2], "7000", "6964.2", 90, "mixed")
    weth = told.turn(eth[2], told.place("ethereum", "first 2", "WETH"), "5000", "5000", 120, "wrap")
    told.pay(weth, "pool", "2000", 150)
    told.end(
        told.place("ethereum", "pool", "WETH"),
        "vault",
        label="Lending pool",
        detail="paid into a contract that issued a share for it: liquidity, lending or a vault",
    )
    told.pay(eth[0], "", "0.0123", 61)
    middle = [told.pay(eth[0], f"middle {n}", "9000", 200 + n) for n in range(3)]
    sure = {"bridge": "Across", "confidence": 1.0, "rate": KEY_RATE, "evidence": BY_KEY}
    told.turn(middle[0], far, "9000", "8996.4", 300, "key", 2, **sure)
    likely = {"bridge": "Stargate", "confidence": 0.99871, "rate": RECIPIENT_RATE, "ambiguous": 1}
    told.turn(
        middle[1], far, "8000", "7995", 420, "recipient", 9, **likely, evidence="same recipient, amount less fee, 9 min"
    )
    guess = {"bridge": "Custodial swapper", "confidence": 0.9312, "rate": AMOUNT_RATE, "ambiguous": 3}
    told.turn(
        middle[2], told.place("arbitrum", "guessed", "USDC"), "5000", "13120000", 430, "amount", 31, **guess,
        evidence="the only free withdrawal of this value within what the bridge usually takes",
    )  # fmt: skip
    router = told.pay(told.place("ethereum", "second", "ETH"), "router", "24871.5", 500)
    onward = {"label": "THORChain", "category": "bridge", "detail": "went over THORChain to another chain"}
    told.end(router, "bridge", "20000", target=BITCOIN, **onward)
    told.end(router, "bridge", "4871.5", target="litecoin", **onward)
    told.turn(far, told.place("arbitrum", "far", "USDC"), "10000", "26250000", 600, "swap")
    told.pay(told.place("arbitrum", "far", "USDC"), "exchange", "26000000", 700)
    exchange = told.place("arbitrum", "exchange", "USDC")
    told.end(exchange, "label", label="Example Exchange", category="exchange", detail="labelled")
    told.pay(far, "unseen", "1000", 720)
    told.end(told.place("arbitrum", "unseen", "ETH"), "swap", detail="exchanged; who got what for it is not seen")
    told.end(told.place("arbitrum", "far", "USDC"), "rounding", "0", detail="worth less than the smallest unit")
    told.pay(ether, "hoard", "all" if several else "9000", 800, "net")
    for n in range(crowd):
        one = told.pay(thief, f"crowd {n}", "10", 1000 + n)
        many = told.place("ethereum", f"crowd {n}", "ETH")
        told.turn(one, many, "9", "8.95", 1100 + n, "swap")
        told.pay(many, f"crowd end {n % 9}", "all", 1300 + n)
    trail, rows = told.made()
    trail["findings"] = [
        finding("fake event", "an event of a bridge came from a contract that is none of its own"),
        finding("unbacked withdrawal", "paid out 100 WBTC, and no deposit is known for it"),
        finding("unbacked withdrawal", "paid out 4,500,000 USDC, and no deposit is known for it"),
    ]
    trail["candidates"] = [
        {
            "chain": "ethereum",
            "contract": address("pool"),
            "into_tx": "0x" + digest("into"),
            "share_asset": key("ethereum", "WETH"),
            "tx": "0x" + digest("out"),
            "time": stamp(2000),
            "address": address("partner"),
            "asset": key("ethereum", "ETH"),
            "amount": "1999.5",
        }
    ]
    trail["bridge_candidates"] = [
        {
            "bridge": "Example Bridge", "chain": "ethereum", "tx": "0x" + digest("paid in"), "time": stamp(900),
            "address": address("thief"), "asset": key("ethereum", "ETH"), "amount": "10", "to_chain": "arbitrum",
            "to_tx": "0x" + digest(f"paid out {n}"), "to_time": stamp(950 + n), "to_address": address(f"paid {n}"),
            "to_asset": key("arbitrum", "ETH"), "to_amount": "9.99", "rule": "amount-less-fee",
            "confidence": 0.5 - n / 10, "ambiguous": 1, "rate": (AMOUNT_RATE, None)[n],
        }
        for n in range(2)
    ]  # fmt: skip
    trail["ledgers"][0] |= {"events": 4_211, "events_digest": digest("events")}
    return trail, rows


def backward() -> Made:
    """9 ETH traced back: through a swap to 10 stETH that an exchange had paid out."""
    told = Story("fifo")
    source = told.place("ethereum", "source", "stETH")
    told.steal(source, "10")
    wallet = told.pay(source, "wallet", "10", 10)
    ether = told.turn(wallet, told.place("ethereum", "wallet", "ETH"), "10", "9", 20, "swap")
    told.pay(ether, "thief", "9", 30)
    trail, rows = told.made()
    trail["theft"]["direction"] = "backward"
    rows = [{**row, "hop": len(rows) - number} for number, row in enumerate(rows)]
    entry = trail["policies"]["fifo"]
    (end,) = entry["endpoints"]
    label = {"reason": "label", "label": "Example Exchange", "category": "exchange"}
    origin = {"address": source[1], "asset": source[2], "amount": "10", "share": "1", "shares": {ether[2]: "1"}}
    entry |= {"stolen": {ether[2]: "9"}, "endpoints": [end | label | origin]}
    return trail, rows


def finding(kind: str, detail: str) -> dict[str, object]:
    """One finding."""
    where = {"tx": "0x" + digest(detail), "time": stamp(900), "address": address(detail)}
    return {"kind": kind, "chain": "ethereum", **where, "detail": detail}


def hostile() -> Made:
    """A trail with conversions in which every text that a stranger can choose is an attack."""
    trail, rows = converted(several=True)
    _attack(trail)
    for number, row in enumerate(rows):
        if row["rule"]:
            row["rule"] = HOSTILE[number % len(HOSTILE)]
    return trail, rows


def _attack(trail: Trail) -> None:
    texts = iter(HOSTILE * 100)
    for entry in trail["policies"].values():
        for one in entry["conversions"]:
            one |= {name: next(texts) for name in ("rule", "rate", "evidence")}
            one["bridge"] = next(texts) if one["bridge"] else None
        for end in entry["endpoints"]:
            end |= {"target": next(texts), "label": next(texts), "category": next(texts), "detail": next(texts)}
    for asset in trail["assets"].values():
        asset["symbol"] = next(texts)
    for one in trail["findings"]:
        one |= {"kind": next(texts), "detail": next(texts)}
    trail["candidates"][0]["share_asset"] = next(texts)
    for one in trail["bridge_candidates"]:
        one |= {name: next(texts) for name in ("bridge", "rule", "rate", "to_address", "to_asset")}
    trail["bounds_note"] = HOSTILE[0]
    trail["parameters"]["prices"] = {
        "digest": digest("prices"),
        "files": [{"name": HOSTILE[0], "sha256": digest("file"), "rows": 3}],
    }
