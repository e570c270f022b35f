"""A judgement as a tired signer can read it: the verdict first, then why, then what to compare."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from cointrail.chains import format_time, to_text
from cointrail.guard.check import Judgement
from cointrail.guard.device import shown
from cointrail.guard.effects import COIN
from cointrail.guard.reason import RANK
from cointrail.guard.subject import show

if TYPE_CHECKING:
    from cointrail.exposure import Part

FIRST = {
    "stop": ("STOP: do not sign.", "bold white on red"),
    "review": ("REVIEW: answer the questions below before you sign.", "bold black on yellow"),
    "safe": ("SAFE: nothing speaks against it.", "bold green"),
}
MARKS = {"stop": ("✗", "red"), "review": ("?", "yellow"), "info": ("·", "dim")}
DEVICE = {
    "domain_hash": "Domain hash", "message_hash": "Message hash", "safe_tx_hash": "Hash",
    "eth_sign_hash": "by eth_sign",
}  # fmt: skip
CALLS = 20


def show_judgements(found: Sequence[Judgement], console: Console) -> None:
    """Print all judgements, the worst first; of several an overall verdict before them, and a heading before each."""
    ordered = sorted(found, key=lambda one: -RANK[one.verdict])
    if len(ordered) > 1:
        words, style = FIRST[ordered[0].verdict]
        count = Counter(one.verdict for one in ordered)
        console.print(Text(words, style))
        console.print(
            f"{len(ordered):,} transactions: {', '.join(f'{n:,} {verdict}' for verdict, n in count.items())}."
        )
    for place, one in enumerate(ordered, start=1):
        if len(ordered) > 1:
            asked = one.subject.request.transaction
            nonce = f", nonce {asked.nonce}" if asked is not None else ""
            digest = f"0x{one.digest.hex()}" if one.digest is not None else "not known"
            console.print(Text(f"\nTransaction {place} of {len(ordered):,}{nonce}, hash {digest}", "bold"))
        show_judgement(one, console)


def show_judgement(found: Judgement, console: Console) -> None:
    """Print a judgement; what comes from files is printed as text, never as markup."""
    words, style = FIRST[found.verdict]
    console.print(Text(words, style))
    for reason in found.reasons:
        mark, color = MARKS[reason.severity]
        console.print(Text(f" {mark} ", color) + Text(_plain(reason.text)))
    _calls(found, console)
    _parties(found, console)
    _changes(found, console)
    device = shown(found.subject.settled.hashes)
    if device:
        console.print(Text("\nYour device must show", "bold"))
        for name, value in device.items():
            console.print(Text(f"  {DEVICE[name]:12} {value}"))
    if found.subject.signers:
        console.print(Text(f"\nSigned so far (owners {found.subject.owners.source})", "bold"))
        for one in found.subject.signers:
            who = (
                show(one.address)
                if one.address is not None and one.state in ("signed", "unproven")
                else "nobody who may"
            )
            console.print(Text(f"  {who}  {one.method}, {one.state}"))
    if found.unknown:
        console.print(Text("\nNot known", "bold"))
        for sentence in found.unknown:
            console.print(Text(f"  {_plain(sentence)}"))


def _calls(found: Judgement, console: Console) -> None:
    calls = found.subject.calls.every
    if not calls:
        return
    console.print(Text("\nWhat it does", "bold"))
    for call in calls[:CALLS]:
        name = call.function.name if call.function else ("pays" if not call.data else "0x" + call.data[:4].hex())
        how = " BY DELEGATECALL" if call.operation == 1 else ""
        worth = f", {found.subject.amount(call.value, COIN)}" if call.value else ""
        told = ", ".join(f"{k} {v}" for k, v in call.arguments.items() if isinstance(v, (str, int)))
        line = f"  {call.place or '-'} {name} on {show(call.to)}{how}{worth}{f' ({told})' if told else ''}"
        console.print(Text(_plain(line)[:400]))
    if len(calls) > CALLS:
        console.print(Text(f"  and {len(calls) - CALLS} more"))


def _parties(found: Judgement, console: Console) -> None:
    parties = found.subject.parties
    if not parties:
        return
    console.print(Text("\nWho gains", "bold"))
    for party in parties[:CALLS]:
        said = ", ".join(f"{one.entity} says {one.source}" for one in party.labels or ())
        known = "" if party.paid is None else ", paid before" if party.paid else ", never paid before"
        seen = "" if party.first is None else f", first seen {format_time(party.first)[:10]}"
        line = f"  {show(party.address)} {' and '.join(party.roles)}{known}{seen}{f' ({said})' if said else ''}"
        console.print(Text(_plain(line)[:400]))
        for part in party.exposure.parts if party.exposure is not None else ():
            console.print(Text(_plain(f"    {_part(found, part)}")))
    if len(parties) > CALLS:
        console.print(Text(f"  and {len(parties) - CALLS} more"))


def _part(found: Judgement, part: "Part") -> str:
    """One line of an exposure."""
    s, key = found.subject, found.subject.key(part.asset)
    way = "came from" if part.direction == "source" else "went to"
    share = f"{part.amount * 100 // part.total} %"
    if part.category == "unknown":
        return f"{way} nobody knows: {s.amount(part.amount, key)}, {share}"
    bounds = "" if part.least is None or part.most is None else (
        f", at least {s.amount(part.least, key)}, at most {s.amount(part.most, key)}"
    )  # fmt: skip
    told = f"{s.amount(part.direct, key)} directly, {s.amount(part.indirect, key)} over others"
    return f"{way} {part.category}: {told}, {share}{bounds}"


def _changes(found: Judgement, console: Console) -> None:
    ran = found.subject.simulation
    if ran is None or found.subject.request.safe is None:
        return
    console.print(Text("\nWhat the Safe gains and loses, as simulated", "bold"))
    gains = ran.main.effects.of(found.subject.request.safe)
    for asset, amount in gains.items():
        known = found.subject.registry.get(asset)
        much = f"{to_text(amount, known.decimals)} {known.symbol}" if known else f"{amount} units of {asset}"
        console.print(Text(f"  {'+' if amount > 0 else ''}{much}"))
    if not gains:
        console.print(Text("  nothing"))


def _plain(text: str) -> str:
    """Without characters that could move the cursor or hide what follows."""
    return "".join(c if c.isprintable() else "?" for c in text)
