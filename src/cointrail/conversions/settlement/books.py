"""The books of a transaction while it is settled: what of each net loss and gain is still open."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from cointrail.conversions.settlement.blend import Stake
from cointrail.conversions.settlement.movement import Position
from cointrail.conversions.settlement.piece import NET, Piece

Row = tuple[Stake, int, int, Stake, int, int]


class Books:
    """Net losses and gains by (party, asset), in smallest units, and the pieces that close them.

    `traders` swapped, each the assets named; `payers` lost and `payees` gained without a swap of their own.
    """

    def __init__(self, nets: Position, traders: Mapping[int, Collection[int]]) -> None:
        self.pieces: list[Piece] = []
        self._loss = {(who, asset): -net for who, of in nets.items() for asset, net in of.items() if net < 0}
        self._gain = {(who, asset): net for who, of in nets.items() for asset, net in of.items() if net > 0}
        self._lost = dict.fromkeys(self._loss, 0)  # how much of each is in pieces
        self._gained = dict.fromkeys(self._gain, 0)
        self.payers = dict.fromkeys(who for who, _ in self._loss if who not in traders)
        self.payees = dict.fromkeys(who for who, _ in self._gain if who not in traders)
        self._traded = traders

    def assets(self) -> list[int]:
        """The assets that somebody lost, in order."""
        return list(dict.fromkeys(asset for _, asset in self._loss))

    def open_losses(self, of: Iterable[int], assets: Collection[int] | None = None) -> list[Stake]:
        """What is open of the losses of some parties."""
        return _open(self._loss, self._lost, set(of), assets)

    def open_gains(self, of: Iterable[int], assets: Collection[int] | None = None) -> list[Stake]:
        """What is open of the gains of some parties."""
        return _open(self._gain, self._gained, set(of), assets)

    def pay(self, payer: int, payee: int, asset: int, most: int) -> None:
        """A payment in one asset: as much of `most` as is open on both sides."""
        loss, gain = (payer, asset), (payee, asset)
        if loss not in self._loss or gain not in self._gain:
            return
        size = min(most, self._loss[loss] - self._lost[loss], self._gain[gain] - self._gained[gain])
        if size:
            self._close(payer, asset, 0, size, payee, asset, 0, size, NET)
            self._lost[loss] += size
            self._gained[gain] += size

    def match(self, rows: Sequence[Row], rule: str) -> None:
        """Close stakes as blended; offsets are inside each stake, of which all is used."""
        for loss, start, size, gain, at, amount in rows:
            if size or amount:
                self._close(loss.who, loss.asset, start, size, gain.who, gain.asset, at, amount, rule)
        for loss in dict.fromkeys(row[0] for row in rows):
            self._lost[loss.who, loss.asset] += loss.size
        for gain in dict.fromkeys(row[3] for row in rows):
            self._gained[gain.who, gain.asset] += gain.size

    def rest(self, rule: str, traders: Collection[int]) -> None:
        """Losses that nobody's gain explains stay with whoever took them: the traders that gained the asset, or else
        whoever did."""
        for who, asset, size in self.open_losses({who for who, _ in self._loss}):
            takers = [taker for taker, got in self._gain if got == asset and taker in traders and taker != who]
            taker = next(iter(takers), next((one for one, got in self._gain if got == asset and one != who), who))
            self.pieces.append(Piece(who, asset, self._lost[who, asset], size, taker, asset, 0, size, rule))
            self._lost[who, asset] += size

    def groups(
        self, losses: Sequence[Stake], gains: Sequence[Stake], without: Collection[int] = ()
    ) -> list[tuple[list[Stake], list[Stake]]]:
        """Losses and gains that the swaps of others link, group by group; all in one where no gain has a loss.

        `without` are the parties whose own swap does not link its assets.
        """
        root = self._linked(without)
        found: dict[int, tuple[list[Stake], list[Stake]]] = {}
        for side, stakes in enumerate((losses, gains)):
            for stake in stakes:
                found.setdefault(root(stake.asset), ([], []))[side].append(stake)
        whole = [group for group in found.values() if group[0] and group[1]]
        if not whole and without and losses and gains:
            return [(list(losses), list(gains))]
        return whole

    def _close(
        self, loser: int, asset: int, start: int, size: int, gainer: int, got: int, at: int, amount: int, rule: str
    ) -> None:
        start += self._lost[loser, asset]
        at += self._gained.get((gainer, got), 0)
        self.pieces.append(Piece(loser, asset, start, size, gainer, got, at, amount, rule))

    def _linked(self, without: Collection[int]) -> Callable[[int], int]:
        """Gives for an asset the one that stands for all that traders swapped with it, directly or by way of others."""
        parent: dict[int, int] = {}

        def root(asset: int) -> int:
            while parent.get(asset, asset) != asset:
                asset = parent[asset]
            return asset

        for who, (first, *others) in self._traded.items():
            if who not in without:
                for other in others:
                    parent[root(other)] = root(first)
        return root


def _open(
    whole: dict[tuple[int, int], int], closed: dict[tuple[int, int], int], of: set[int], assets: Collection[int] | None
) -> list[Stake]:
    return [
        Stake(who, asset, size - closed[who, asset])
        for (who, asset), size in whole.items()
        if who in of and (assets is None or asset in assets) and size > closed[who, asset]
    ]
