"""Features of the route: which kinds of services and chains the value went to.

They rest on what ended where somebody says what the place is. An address that was only named to stop at, or that merely
behaves like a service, says nothing of its kind.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from cointrail.chains import to_units
from cointrail.patterns.fingerprint.feature import Feature, missing
from cointrail.patterns.fingerprint.timing import HOURS_2, NO_START
from cointrail.patterns.fingerprint.waves import WAVES, category_of, days, wave
from cointrail.patterns.record import STOPS, Record
from cointrail.patterns.surroundings import Surroundings

UNSAID = {"stop", "hub", "swap", "order", "service"}  # stops of which nobody says what kind they are
BRIDGES = {"bridge"}
MIXERS, LENDERS, TRADERS = {"mixer"}, {"lending", "vault"}, {"otc"}
INSTANT = {"instant_exchange", "instant_swap", "swapper", "swap_service"}  # words of labels
PEERS = {"p2p_exchange", "peer_to_peer_exchange"}
NO_LABELS = "nobody says what kind of place the value went to: label the services and trace again"
NO_WORDS = "the folder keeps only the broad category of a service, which does not tell this kind apart (--ledger)"
LEAST = 0.05  # of the theft, that must have ended at places of a known kind

Sums = Mapping[str, Fraction]


def route(record: Record, around: Surroundings | None) -> Iterator[Feature]:
    """F03, F08 to F10, F12 to F18, F23 and F24."""
    yield _residual(record)
    kinds, count = _by_kind(record)
    known = sum((share for kind, share in kinds.items() if kind not in UNSAID), Fraction(0))
    rests, unsaid = float(known), float(sum(kinds.get(kind, Fraction(0)) for kind in UNSAID))
    told = f"{unsaid:.1%} of the theft ended where nobody says what the place is" if unsaid else ""
    every = {"F08": BRIDGES, "F15": TRADERS, "F17": LENDERS}
    for name, words in every.items():
        if rests < LEAST:
            yield missing(name, NO_LABELS, unsaid + rests)
        else:
            part = sum((kinds.get(word, Fraction(0)) for word in words), Fraction(0)) / known
            yield Feature(name, float(part), rests, count, {}, told)
    yield from _chains(record, rests, told)
    yield from _waves(record, rests, told, MIXERS, "F12")
    yield _mixers(record, rests, told)
    yield from _words(record, around, known)
    yield _refunds(record)
    yield missing("F24", "how liquid a token or chain was is not known here")


def _residual(record: Record) -> Feature:
    stolen = {asset: n for asset, n in record.stolen.items() if record.worth.freezable(asset)}
    share = float(record.worth.share(stolen.items()) or 0)
    if not stolen:
        return missing("F03", "none of the known freezable tokens was stolen", 0.0)
    if record.start is None:
        return missing("F03", NO_START, share)
    swapped = [
        s for s in record.steps
        if s.asset in stolen and s.to_asset and s.time is not None and s.time <= record.start + HOURS_2
        and not record.worth.freezable(s.to_asset)
    ]  # fmt: skip
    gone = record.worth.share((step.asset, step.stolen) for step in swapped) or Fraction(0)
    whole = record.worth.share(stolen.items()) or Fraction(1)
    return Feature("F03", max(0.0, float(1 - gone / whole)), share, len(swapped))


def _share(record: Record, end: Mapping[str, Any]) -> Fraction:
    amount = to_units(end["amount"], record.decimals[end["asset"]])
    return record.worth.share([(end["asset"], amount)]) or Fraction(0)


def _by_kind(record: Record) -> tuple[dict[str, Fraction], int]:
    """Shares of the theft by what is said of the place where they ended, and how many endpoints that are."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    count = 0
    for end in record.ends:
        if end["reason"] in STOPS:
            found[_kind(end)] += _share(record, end)
            count += 1
    return found, count


def _kind(end: Mapping[str, Any]) -> str:
    return "bridge" if end["reason"] == "bridge" else str(end["category"] or end["reason"])


def _chains(record: Record, rests: float, told: str) -> Iterator[Feature]:
    """F09, F10 and F14: to which chains, over which bridges."""
    over: dict[str, Fraction] = defaultdict(Fraction)
    chains: dict[str, Fraction] = defaultdict(Fraction)
    for end in record.ends:
        if _kind(end) in BRIDGES:
            over[str(end["label"] or end["address"])] += _share(record, end)
        target = str(end["target"] or "").partition(" ")[0]
        chains[target or (end["chain"] if end["reason"] != "fee" else "")] += _share(record, end)
    bridged = sum(over.values(), Fraction(0))
    unsaid = sum((_share(record, e) for e in record.ends if _kind(e) in BRIDGES and not e["target"]), Fraction(0))
    if not bridged:
        yield missing("F09", "nothing is known to have gone over a bridge", 1.0)
        yield missing("F10", "nothing is known to have gone over a bridge", rests)
    else:
        limit = f"of {float(unsaid):.1%} of the theft the bridge's target is not known" if unsaid else told
        reached = chains.get("bitcoin", Fraction(0))
        if not reached and unsaid >= bridged:
            yield missing("F09", "where the bridges led is not known: import their events", float(unsaid))
        else:
            yield Feature("F09", float(reached), max(0.0, 1 - float(unsaid)), len(record.ends), {}, limit)
        index = sum((float(part / bridged) ** 2 for part in over.values()), 0.0)
        yield Feature("F10", index, float(bridged), len(over), {}, told)
    tron = [e for e in record.ends if e["chain"] == "tron"]
    if not tron and "tron" not in chains:
        yield missing("F14", "no ledger of Tron was traced, and no bridge is known to have led there", 1.0)
    else:
        usdt = sum((_share(record, e) for e in tron if record.worth.symbols.get(e["asset"]) == "USDT"), Fraction(0))
        yield Feature(
            "F14", float(usdt), float(sum((_share(record, e) for e in tron), Fraction(0))), len(tron), {}, told
        )


def _waves(record: Record, rests: float, told: str, words: set[str], name: str) -> Iterator[Feature]:
    """A kind's part of what reached services in each wave."""
    if rests < LEAST:
        yield missing(name, NO_LABELS)
        return
    sums: dict[str, float] = defaultdict(float)
    part: dict[str, float] = defaultdict(float)
    for day in days(record):
        for kind, share in day.ended.items():
            if kind not in UNSAID:
                sums[day.wave] += share
                part[day.wave] += share if kind in words else 0.0
    parts = {one: part[one] / sums[one] for one in (*WAVES, wave(1 << 30)) if sums[one]}
    if not parts:
        yield missing(name, "no arrival at a service has a time", rests)
    else:
        yield Feature(name, sum(part.values()) / sum(sums.values()), rests, len(parts), parts, told)


def _mixers(record: Record, rests: float, told: str) -> Feature:
    if rests < LEAST:
        return missing("F13", NO_LABELS)
    chains = {end["chain"] for end in record.ends if _kind(end) in MIXERS}
    return Feature("F13", float(len(chains)), rests, len(chains), {}, told)


def _words(record: Record, around: Surroundings | None, known: Fraction) -> Iterator[Feature]:
    """F16 and F18: kinds that only the labels' own words tell apart."""
    if around is None or known < LEAST:
        why = NO_LABELS if known < LEAST else NO_WORDS
        yield from (missing(name, why, float(known)) for name in ("F16", "F18"))
        return
    for name, words in (("F16", INSTANT), ("F18", PEERS)):
        part = Fraction(0)
        for end in record.ends:
            said = {_plain(label.category) for label in around.labels.get(end["address"] or "", ()) if label.category}
            if end["reason"] in STOPS and said & words:
                part += _share(record, end)
        yield Feature(name, float(part / known), float(known), len(record.ends), {}, "over all waves")


def _plain(word: str | None) -> str:
    return (word or "").strip().lower().replace(" ", "_").replace("-", "_")


def _refunds(record: Record) -> Feature:
    kinds = category_of(record)
    crossed = [s for s in record.steps if s.to_asset and s.rule in ("key", "recipient", "amount")]
    if not crossed and not any(kind in BRIDGES for kind in kinds.values()):
        return missing("F23", "no event of a bridge is in the trail")
    back = [s for s in crossed if s.to_chain == s.chain]
    fresh = [s for s in back if s.recipient != s.sender]
    parts = {"refunds": float(len(back)), "to another address": float(len(fresh))}
    return Feature("F23", float(len(fresh)), float(record.share(back) or 0), len(crossed), parts)
