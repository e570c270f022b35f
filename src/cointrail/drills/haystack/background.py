"""The parameters of the hay: what surrounds an annotated case, how much of it and of what shape."""

from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from cointrail.drills.draw import loguniform
from cointrail.errors import InputError

STYLES: dict[str, dict[str, Any]] = yaml.safe_load(files(__package__).joinpath("styles.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Background:
    """All that the generator can vary. Shares are of `transfers` unless said otherwise; USD amounts are medians."""

    seed: int = 0
    style: str = "mixed"
    transfers: int = 300_000  # at least so many background rows
    days_before: int = 60  # that the ledger starts before the case
    days_after: int = 15  # that it goes on after it
    bursts: float = 0.3  # share of traffic gathered around a few moments
    skew: float = 0.9  # of popularity, see `draw.popular`

    dust: float = 0.02  # share: tiny payments to the case's wallets
    dust_skew: float = 2.0  # sigma of the lognormal over wallets: with 2 and more some get thousands
    dusters: int = 400  # addresses that dust again and again
    dust_fresh: float = 0.5  # share of the dust that comes from an address used once
    dust_cents: float = 12.0  # median

    spam: float = 0.02  # share: zero-value transfers, look-alikes, fake tokens
    spam_fake: float = 0.3  # share of the spam in a fake token

    gas: float = 0.6  # share of the case's wallets that somebody funds before they move
    gas_usd: float = 8.0
    payers: float = 0.0  # share of the case's wallets that pay small sums to strangers after the theft
    payer_usd: float = 1.5

    clean: float = 0.5  # share of the case's wallets with money of their own from before
    clean_least: float = 0.1  # that money, as a multiple of what the case moves through the wallet
    clean_most: float = 10.0
    clean_senders: int = 8  # at most so many senders
    clean_spent: float = 0.5  # share of those wallets that spend part of it before the case
    leaks: float = 0.0  # share of those wallets that pay some of it to strangers after the theft reached them
    victims: float = 0.5  # share of the theft's own sources that get and spend money before it

    customers_least: float = 2.0  # a service's customers: log-uniform between these
    customers_most: float = 1500.0
    deposits: float = 2.0  # mean deposits per customer (heavy-tailed)
    withdrawals: float = 0.8  # withdrawals per deposit, mean over the services
    deposit_usd: float = 600.0
    deposit_sigma: float = 1.8
    fresh: float = 0.3  # share of customers seen nowhere else
    partial: float = 0.3  # share of services active only before, only after or only around the case
    forwarders: float = 0.5  # share of services that are deposit addresses and forward to a hot wallet
    routers: float = 0.15  # share of services that pass each deposit on to vaults at once
    sinks: float = 0.1  # share of services that never pay anything
    operators: int = 8  # hot wallets behind the deposit addresses
    between: int = 600  # payments of services to each other

    hubs: int = 20  # services of the unrelated crowd
    hub_share: float = 0.35  # share of the unrelated rows that touch a hub
    crowd_degree: float = 5.0  # mean rows per unrelated wallet


def text(background: Background) -> str:
    """The parameters as one line per field, in order, for printing with a result."""
    return "\n".join(f"{name} = {value}" for name, value in asdict(background).items())


def mixed(seed: int, transfers: int = 300_000) -> Background:
    """Everything varied at once, each parameter drawn from its range by the seed."""
    rng = np.random.default_rng([seed, 0x57])

    def some(least: float, most: float) -> float:
        return round(float(loguniform(rng, least, most, 1)[0]), 4)

    def part(least: float, most: float) -> float:
        return round(float(rng.uniform(least, most)), 3)

    customers = some(1, 12)
    return Background(
        seed=seed,
        style="mixed",
        transfers=transfers,
        days_before=int(rng.integers(20, 120)),
        days_after=int(rng.integers(2, 40)),
        bursts=part(0, 0.8),
        skew=part(0.4, 0.95),
        dust=some(0.005, 0.08),
        dust_skew=part(0.5, 3),
        dusters=int(some(5, 3000)),
        dust_fresh=part(0, 1),
        dust_cents=some(1, 60),
        spam=some(0.005, 0.08),
        spam_fake=part(0, 0.7),
        gas=part(0.1, 1),
        gas_usd=some(1, 40),
        payers=part(0, 0.05),
        payer_usd=some(0.2, 5),
        clean=part(0.2, 1),
        clean_least=some(0.1, 1),
        clean_most=some(1.5, 10),
        clean_senders=int(rng.integers(1, 20)),
        clean_spent=part(0, 1),
        leaks=part(0, 0.03),
        victims=part(0, 1),
        customers_least=customers,
        customers_most=customers * some(5, 400),
        deposits=some(1.1, 8),
        withdrawals=some(0.2, 3),
        deposit_usd=some(40, 8000),
        deposit_sigma=part(0.8, 2.5),
        fresh=part(0, 0.9),
        partial=part(0, 0.6),
        forwarders=part(0.1, 0.8),
        routers=part(0, 0.2),
        sinks=part(0, 0.2),
        operators=int(rng.integers(2, 25)),
        between=int(some(50, 5000)),
        hubs=int(rng.integers(2, 80)),
        hub_share=part(0.1, 0.7),
        crowd_degree=some(2, 15),
    )


def style(name: str, seed: int = 0, transfers: int = 300_000) -> Background:
    """The parameters of one of STYLES; "mixed" draws every parameter by the seed. InputError for an unknown name."""
    if name not in STYLES:
        raise InputError(f"no background style {name!r}; there are {', '.join(STYLES)}")
    if name == "mixed":
        return mixed(seed, transfers)
    return replace(Background(seed=seed, style=name, transfers=transfers), **STYLES[name])
