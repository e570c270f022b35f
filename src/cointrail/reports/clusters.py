"""Clusters for the terminal and as CSV: the largest, one with its members, and why two addresses are in one."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cointrail.chains import chain
from cointrail.conversions.rate import rate, rates
from cointrail.ledger import Ledger
from cointrail.owners import Owners, Refusal, Step
from cointrail.owners.moment import Cited, cited
from cointrail.owners.rules import RATES, Rule
from cointrail.reports.plain import plain
from cointrail.words import counted

COLUMNS = ("cluster", "address", "entity", "rule", "transaction", "block")
REFUSED = ("transaction", "block", "address", "other_address", "reason")
LISTED = 20  # rows of each list
BATCH = 50_000  # addresses whose texts are looked up at once


def show(found: Owners, before: int, console: Console) -> None:
    """How many clusters there are, the largest, and what was refused."""
    names = found.clusters.names(before)
    cluster, size = np.unique(names[1:], return_counts=True)
    several = size > 1
    held, clusters = counted(int(size[several].sum()), "address", "addresses"), counted(int(several.sum()), "cluster")
    console.print(f"{held} in {clusters} of two or more.")
    _notes(found, console)
    table = Table(box=None, pad_edge=False)
    for heading in ("Addresses", "Cluster", "Said to be"):
        table.add_column(heading, justify="right" if heading == "Addresses" else "left", overflow="fold")
    largest = sorted(
        zip(size[several].tolist(), cluster[several].tolist(), strict=True), key=lambda one: (-one[0], one[1])
    )
    texts = _texts(found.ledger, [one for _, one in largest[:LISTED]])
    for (count, one), text in zip(largest[:LISTED], texts, strict=True):
        table.add_row(f"{count:,}", text, Text(", ".join(_said(found, found.clusters.members(one, before)))))
    if largest:
        console.print(table)
    _refusals(found, before, console)


def show_one(found: Owners, one: int, before: int, console: Console) -> None:
    """The cluster of an address: its first members, and by what they were joined."""
    ids = found.clusters.members(one, before)
    [name] = _texts(found.ledger, [one])
    if len(ids) == 1:
        console.print(f"Nothing says that the owner of {name} has another address here.", markup=False)
        _notes(found, console)
        return
    said = _said(found, ids)
    console.print(
        f"{len(ids):,} addresses with {name}" + (f", said to be {', '.join(said)}" if said else ""), markup=False
    )
    for rule, count in sorted(Counter(rule for _, rule, _ in _links(found, ids, before)).items()):
        console.print(Text(f"  {count:,} joined: {rule.sentence}{_measured(found, rule)}"))
    for text in _texts(found.ledger, ids[:LISTED]):
        console.print(Text(f"  {text}"))
    if len(ids) > LISTED:
        console.print(f"  ... {len(ids) - LISTED:,} more; --out FILE writes all")


def explain(found: Owners, one: int, other: int, before: int, console: Console) -> None:
    """The steps between two addresses, each with its transaction; or that nothing joins them."""
    steps = found.clusters.explain(one, other, before)
    first, last = _texts(found.ledger, [one, other])
    if steps is None:
        console.print(f"Nothing here says that {first} and {last} have one owner.", markup=False)
        _notes(found, console)
        return
    told = cited(found.ledger, [step.tx for step in steps])
    console.print(Text(first))
    for step in steps:
        [text] = _texts(found.ledger, [step.other])
        console.print(Text(f"  {step.rule.sentence}{_sure(found, step)}: {_tx(found, told[step.tx])}"))
        console.print(Text(text))
    for rule in sorted({step.rule for step in steps}):
        console.print(Text(f"inferred, {rule.word}{_measured(found, rule)}"))


def members(found: Owners, one: int | None, before: int) -> Iterator[tuple[object, ...]]:
    """Rows of COLUMNS: the cluster of one address, or all of two or more. The rule and transaction of a row are those
    that joined this address, and whatever was joined to it before, with the rest; the first of a cluster has none."""
    if one is not None:
        yield from _rows(found, [found.clusters.members(one, before)], before)
        return
    cluster, size = np.unique(found.clusters.names(before)[1:], return_counts=True)
    batch: list[list[int]] = []
    held = 0
    for which in cluster[size > 1].tolist():
        batch.append(found.clusters.members(which, before))
        held += len(batch[-1])
        if held >= BATCH:
            yield from _rows(found, batch, before)
            batch, held = [], 0
    yield from _rows(found, batch, before)


def _rows(found: Owners, clusters: list[list[int]], before: int) -> Iterator[tuple[object, ...]]:
    """The rows of some clusters."""
    ids = [one for cluster in clusters for one in cluster]
    text = dict(zip(ids, _texts(found.ledger, ids), strict=True))
    links = {child: (rule, tx) for child, rule, tx in _links(found, ids, before)}
    told = cited(found.ledger, [tx for _, tx in links.values()])
    for cluster in clusters:
        for one in cluster:
            entity = ", ".join(_said(found, [one]))
            if one in links:
                rule, tx = links[one]
                yield text[cluster[0]], text[one], entity, rule.word, _hash(found, told[tx]), told[tx].block
            else:
                yield text[cluster[0]], text[one], entity, "", "", ""


def refused(found: Owners, before: int) -> Iterator[tuple[object, ...]]:
    """Rows of REFUSED: merges that guards did not let through."""
    refusals = list(found.clusters.refusals(before))
    told = cited(found.ledger, [one.tx for one in refusals])
    for one in refusals:
        texts = _texts(found.ledger, [one.one, one.other])
        yield _hash(found, told[one.tx]), told[one.tx].block, *texts, one.reason.sentence


def _links(found: Owners, ids: list[int], before: int) -> Iterator[tuple[int, Rule, int]]:
    """Of every address that hangs below another: by which rule and transaction it was joined."""
    forest = found.clusters.forest
    for one in ids:
        if one < forest.size and forest.parent[one] and int(forest.when[one]) < before:
            yield one, Rule(int(forest.how[one])), int(forest.when[one])


def _refusals(found: Owners, before: int, console: Console) -> None:
    refusals: list[Refusal] = list(found.clusters.refusals(before))
    for reason, count in sorted(Counter(one.reason for one in refusals).items()):
        console.print(Text(f"{counted(count, 'merge')} refused: {reason.sentence}", style="yellow"))
    told = cited(found.ledger, [one.tx for one in refusals[:LISTED]])
    for one in refusals[:LISTED]:
        first, second = _texts(found.ledger, [one.one, one.other])
        console.print(Text(f"  {first} and {second}: {_tx(found, told[one.tx])}"))
    if len(refusals) > LISTED:
        console.print(f"  ... {len(refusals) - LISTED:,} more; --refused FILE writes all")


def _notes(found: Owners, console: Console) -> None:
    """What the clusters of an account chain rest on."""
    if chain(found.ledger.chain).by_outputs:
        return
    if not found.known.exchanges:
        console.print("[yellow]note:[/] no label says who is an exchange, so no deposit address is known")
    if found.services:
        payers = counted(len(found.services), "payer")
        console.print(f"{payers} of many deposit addresses: taken for services, not for customers.")


def _said(found: Owners, ids: list[int]) -> list[str]:
    """Whom labels name among addresses, each once."""
    known = found.known.labels
    names = (plain(label.entity, 60) for one in ids if one in known for label in known[one][:1])
    return list(dict.fromkeys(names))[:LISTED]


def _sure(found: Owners, step: Step) -> str:
    """The confidence of a sweep, where a step rests on one."""
    ends = {step.one, step.other}
    sure = next((one.confidence for one in found.sweeps if {one.customer, one.deposit} == ends), None)
    return f" (confidence {sure:.2f})" if sure is not None else ""


def _measured(found: Owners, rule: Rule) -> str:
    """How often a rule was right; of change the rule that was asked for, since they differ as much as rules can."""
    by = ""
    if rule is Rule.CHANGE and found.change is not None:
        name = found.change.name
        by = f" by {name}"
        of = [one for one in rates(RATES) if one.rule == rule.word and one.set.partition(",")[0] == name]
        known = min(of, key=lambda one: one.precision, default=None)
    else:
        known = rate(rule.word, path=RATES)
    return f"{by}; measured: {known}" if known is not None else f"{by}; never measured"


def _tx(found: Owners, told: Cited) -> str:
    return f"{_hash(found, told)}, block {told.block}" if told.block is not None else _hash(found, told)


def _hash(found: Owners, told: Cited) -> str:
    return chain(found.ledger.chain).hash(told.hash)


def _texts(ledger: Ledger, ids: list[int]) -> list[str]:
    return [text or "nobody" for text in ledger.texts(ids)]
