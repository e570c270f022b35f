"""Where laundered value leaves the chain: services in the published shares, exchanges through deposit addresses."""

from dataclasses import dataclass, field

import numpy as np

from cointrail.drills.heist.cast import Service
from cointrail.drills.heist.facts import fact
from cointrail.drills.heist.moves import Book
from cointrail.drills.heist.router import Router

DEPOSITS = 24  # deposit addresses of the launderers at exchanges; every second one carries a label
MIXER = 2  # percent of the payments to services; what the published shares leave goes to exchanges
SMALL_BRIDGE = 0.1  # share of the bridged payments that take the smaller bridge


@dataclass
class Routes:
    """The services' addresses as the launderers use them."""

    services: dict[str, Service]
    router: Router  # of the large bridge, which no label names
    deposits: dict[int, Service] = field(default_factory=dict)  # deposit address -> whose it is
    labelled: list[int] = field(default_factory=list)

    def open(self, book: Book) -> None:
        """Make the deposit addresses."""
        exchanges = [service for service in self.services.values() if service.category == "exchange"]
        for at in range(DEPOSITS):
            address = book.wallet()
            self.deposits[address] = exchanges[at % len(exchanges)]
            if at % 2:
                self.labelled.append(address)

    def draw(self, rng: np.random.Generator) -> tuple[int, bool]:
        """The address of a service, and whether it is the mixer, which takes round sums only."""
        spot = rng.random() * 100
        for name in ("bridge", "instant", "proxy", "mixer"):
            share = MIXER if name == "mixer" else fact(f"route_{name}")
            if spot < share:
                return self._number(rng, name), name == "mixer"
            spot -= share
        return list(self.deposits)[int(rng.integers(len(self.deposits)))], False

    def _number(self, rng: np.random.Generator, route: str) -> int:
        if route == "bridge":
            return self.services["elm"].number if rng.random() < SMALL_BRIDGE else self.router.number
        return self.services[{"instant": "fir", "proxy": "gorse", "mixer": "hazel"}[route]].number
