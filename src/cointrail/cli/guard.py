"""`cointrail guard`: is this approval what its signer thinks it is?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cointrail.chains import parse_address
from cointrail.chains.chain import chain
from cointrail.cli.progress import progress
from cointrail.errors import InputError
from cointrail.guard import Judgement, Request, check, of_ledger, read_intent, read_requests, read_state, requests
from cointrail.guard.reason import EXIT, RANK
from cointrail.guard.subject import show
from cointrail.guard.terminal import show_judgements
from cointrail.guard.tokens import registry

guards = typer.Typer(help="Is this approval what its signer thinks it is?", no_args_is_help=True)


@guards.callback()
def main() -> None:
    """Is this approval what its signer thinks it is?"""


@guards.command("check")
def check_(
    transaction: Annotated[
        str,
        typer.Argument(metavar="TX.json", help="A Safe transaction or its hash as JSON, or a service's URL of one."),
    ],
    safe: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The Safe, where the file does not name it.")
    ] = None,
    chain_id: Annotated[int | None, typer.Option(metavar="N", min=1, help="The chain, e.g. 1 for Ethereum.")] = None,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Accounts with code and storage, to simulate and to prove owners."),
    ] = None,
    rpc: Annotated[str | None, typer.Option(metavar="URL", help="Your node, to fetch that state from.")] = None,
    intent: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What was asked for, from another channel.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option(metavar="PATH", help="A ledger with the Safe's past and labels.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Judge an approval before it is signed. Exit status: 0 safe, 3 review, 4 stop."""
    if state is not None and rpc is not None:
        raise InputError("--state and --rpc both say what the chain's state is; give one of them")
    own = parse_address(safe) if safe is not None else None
    if transaction.startswith(("http://", "https://")):
        from cointrail.guard.fetching import download

        asked = requests(download(transaction), transaction, own, chain_id)
    else:
        asked = read_requests(Path(transaction), own, chain_id)
    known = read_state(state) if state is not None else None
    beside = _beside(ledger)
    found: list[Judgement] = []
    if rpc is not None:
        from cointrail.guard.fetching import fetch
    for one in asked:
        wanted = read_intent(intent, one.safe, registry(one.chain_id)) if intent is not None else None
        held = fetch(rpc, one) if rpc is not None else known
        found.append(check(one, state=held, intent=wanted, **beside(one)))
    worst = max(found, key=lambda judgement: RANK[judgement.verdict])
    if as_json:
        content: dict[str, Any] = worst.content()
        if len(found) > 1:
            content["transactions"] = [judgement.content() for judgement in found]
        typer.echo(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        show_judgements(found, Console(highlight=False, soft_wrap=True))
    raise typer.Exit(EXIT[worst.verdict])


policies = typer.Typer(help="Withdrawal policies of hot wallets.", no_args_is_help=True)
guards.add_typer(policies, name="policy")


@policies.callback()
def policy() -> None:
    """Withdrawal policies of hot wallets."""


@policies.command("backtest")
def backtest_(
    file: Annotated[Path, typer.Argument(metavar="POLICY.yaml", help="Wallets and rules.")],
    ledger: Annotated[Path, typer.Option("--ledger", metavar="PATH", help="What has happened.")],
    stolen: Annotated[
        str | None, typer.Option("--stolen", metavar="HASH|@FILE", help="Transactions known to be theft.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what a policy would have stopped, and what of that was wanted."""
    from cointrail.chains import Registry, read_hashes
    from cointrail.guard.policy import read_policy, replay
    from cointrail.ledger import open_ledger
    from cointrail.words import counted

    with progress() as step:
        opened = open_ledger(ledger, step)
        own = [asset for asset in opened.assets if asset.origin in ("user", "named")]
        wanted = read_policy(file, Registry(opened.chain, own))
        result = replay(wanted, opened, read_hashes(stolen) if stolen else ())
        unknown = [address for address in wanted.wallets if opened.address_id(address) is None]
    for address in unknown:
        said = f"note: {show(address)} is a wallet of this policy, but not in this ledger: nothing of it was tried"
        typer.echo(said, err=True)
    if as_json:
        typer.echo(json.dumps(result, indent=1, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(f"{counted(result['withdrawals'], 'withdrawal')}, {result['thefts']:,} of them known to be theft.")
    if not result["thefts"]:  # nobody has said what was theft: then no alarm is known to be false
        console.print(
            f"Stopped or asked about: {result['false_alarms']:,}; whether wrongly is not known (see --stolen)."
        )
    else:
        stopped, others = result["stopped_thefts"], result["false_alarms"]
        console.print(f"Stopped or asked about: {counted(stopped, 'theft')}, {counted(others, 'other')}.")
    for name, counts in result["rules"].items():
        if not result["thefts"]:
            console.print(f"  {name}: {counted(counts['false_alarm'], 'alarm')} (whether false is not known)")
        else:
            alarms = counted(counts["false_alarm"], "false alarm")
            console.print(f"  {name}: {counted(counts['theft'], 'theft')}, {alarms}")


def _beside(path: Path | None) -> Callable[[Request], dict[str, Any]]:
    """What a ledger knows beside a request: the past of its Safe, labels of anybody, and exposures."""
    if path is None:
        return lambda request: {}
    from cointrail.cli.asking import asking  # these take seconds to load: nobody waits for them without a ledger
    from cointrail.labels import Labels
    from cointrail.ledger import open_ledger

    labels = Labels(path)
    with progress() as step:
        opened = open_ledger(path, step)
    number = chain(opened.chain).number if chain(opened.chain).family == "evm" else None
    exposures = asking(opened, labels)

    def of(request: Request) -> dict[str, Any]:
        if number is None or (request.chain_id is not None and request.chain_id != number):
            raise InputError(
                f"{path}: is a ledger of {opened.chain}, but the request is of chain {request.chain_id}: what happened"
                " there says nothing about it; give the ledger of its own chain, or none"
            )
        past = of_ledger(opened, request.safe) if request.safe is not None else None
        return {"history": past, "labels": lambda address: labels.at(address, None), "exposures": exposures}

    return of
