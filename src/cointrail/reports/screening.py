"""A screening on the terminal: the verdict first, then what it rests on."""

from collections.abc import Iterator, Mapping
from typing import Any

from cointrail.reports.plain import plain

SHOWN = 12  # exposures that are listed, the largest first within a direction
SENTENCE = 400
WORDS = {"source": "came from", "destination": "went to"}


def lines(said: Mapping[str, Any], brief: bool = False) -> Iterator[str]:
    """The lines of one screening, given as data; `brief` is the verdict with its reasons in one line."""
    score = "" if said["risk_score"] is None else f", risk {said['risk_score']} of 10"
    head = f"{said['verdict']}{score}: {said['subject']['address']} as of {said['as_of']}"
    if brief:
        codes = ", ".join(reason["code"] for reason in said["reasons"])
        yield f"{head}{' (' + codes + ')' if codes else ''}"
        return
    yield head
    for reason in said["reasons"]:
        yield f"  {reason['action']}  {plain(reason['text'], SENTENCE)}  [{reason['code']}]"
    if not said["rules"]["in_force"]:
        yield f"  unknown  no rule of {plain(said['rules']['name'])} was in force then"
    elif said["verdict"] == "unknown" and not said["reasons"]:
        yield "  unknown  nothing is known of it: no label stands, and the ledger does not hold it"
    if said["exposures_to"] is not None and said["as_of"] < said["exposures_to"]:
        yield f"  note: exposures are of the whole ledger, to {said['exposures_to']}"
    elif said["exposures_to"] is not None and said["as_of"] > said["exposures_to"]:
        yield f"  note: the ledger ends at {said['exposures_to']}; what came later is not in the exposures"
    if said["stale"]:
        yield "  note: exposures were computed from another state of ledger or labels"
    for title, entries in (
        ("What would change it", [plain(one["text"], SENTENCE) for one in said["changes"]]),
        ("Labels", [_label(one) for one in said["labels"]]),
        ("Exposures", list(_exposures(said["exposures"]))),
        ("Paths", list(_paths(said.get("paths", [])))),
    ):
        if entries:
            yield title
            yield from (f"  {entry}" for entry in entries)
    digests = said["digests"]
    rules = said["rules"]
    yield f"Rules {plain(rules['name'])} {plain(rules['version'])} ({digests['rules'][:16]})"
    yield f"Ledger {digests['ledger'][:16]}, labels {digests['labels'][:16]}"


def _label(one: Mapping[str, Any]) -> str:
    until = f" until {one['valid_to']}" if one["valid_to"] else ""
    word = one["category"] or plain(one["source_category"] or "no category")
    return (
        f"{word}: {plain(one['entity'])} ({one['status']}{until}; {plain(one['source'])},"
        f" confidence {one['confidence_level']})"
    )


def _exposures(parts: list[Mapping[str, Any]]) -> Iterator[str]:
    for one in parts[:SHOWN]:
        both = one["both"]
        bounds = f" ({both['low']} to {both['high']})" if both["low"] is not None and both["high"] is not None else ""
        share = f", {float(one['share']):.2%} of all" if one["share"] is not None else ""
        usd = f", {one['usd']} USD" if one["usd"] is not None else ""
        way = (
            f"direct {one['counterparty']['point']}, indirect {one['indirect']['point']} ({one['indirect']['policy']})"
        )
        yield (
            f"{WORDS[one['direction']]} {one['category'] or 'unknown'}: {both['point']}{bounds} {plain(one['symbol'])}"
            f"{share}{usd}; {way}"
        )
    if len(parts) > SHOWN:
        yield f"and {len(parts) - SHOWN} more: --json lists all"


def _paths(found: list[Mapping[str, Any]]) -> Iterator[str]:
    for one in found:
        head = f"{one['rule']} ({one['direction']}, {plain(one['asset'] or 'native coin')})"
        if not one["movements"]:
            yield f"{head}: {'none' if one['complete'] else 'none found within the limits of the search'}"
            continue
        yield head
        for move in one["movements"]:
            payer, payee = (move[side] or "nobody" for side in ("from", "to"))
            when = move["time"] or "at an unknown time"
            within = f" in {move['transaction']}" if move["transaction"] else ""
            yield f"  {payer} paid {move['amount']} {plain(move['symbol'])} to {payee} {when}{within}"
