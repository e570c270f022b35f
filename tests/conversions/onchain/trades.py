"""What a step converted, read off its balance changes: one function for each shape of conversion."""

from collections.abc import Sequence

from tests.conversions.onchain.record import NATIVE, Conversion, Step
from tests.conversions.onchain.stage import Trades


def traded(
    owner: str, sold: str | Sequence[str], bought: str | Sequence[str], to: str | None = None, kind: str = "swap"
) -> Trades:
    """One conversion of everything that `owner` lost and `to`, else the owner, gained in these assets."""
    gone, got = ([assets] if isinstance(assets, str) else list(assets) for assets in (sold, bought))

    def read(step: Step) -> list[Conversion]:
        recipient = to or owner
        paid = {asset: -step.gain(owner, asset) for asset in gone}
        received = {asset: step.gain(recipient, asset) for asset in got}
        assert all(amount > 0 for amount in (*paid.values(), *received.values())), f"{step.name}: {step.changes}"
        return [Conversion(kind, owner, recipient, paid, received)]

    return read


def both(*parts: Trades) -> Trades:
    """Conversions of different owners or assets in one transaction."""
    return lambda step: [conversion for part in parts for conversion in part(step)]


def routed(owner: str, *quotes: tuple[str, str, Sequence[int]]) -> Trades:
    """Several swaps of one owner over pools that do not touch: (sold, bought, amounts of the router's quote).

    Balances show only their sums, so these are checked against the balances, asset by asset.
    """

    def read(step: Step) -> list[Conversion]:
        found = [Conversion("swap", owner, owner, {sold: way[0]}, {bought: way[-1]}) for sold, bought, way in quotes]
        for asset in {asset for sold, bought, _ in quotes for asset in (sold, bought)}:
            got = sum(c.bought.get(asset, 0) - c.sold.get(asset, 0) for c in found)
            assert got == step.gain(owner, asset), f"{step.name}: {asset or 'ETH'}"
        return found

    return read


def wrapped(owner: str, coin: str) -> Trades:
    """ETH into its wrapped form."""
    return traded(owner, NATIVE, coin, kind="wrap")


def unwrapped(owner: str, coin: str) -> Trades:
    """The wrapped form into ETH."""
    return traded(owner, coin, NATIVE, kind="unwrap")
