"""Look-alikes planted before wallets, among strangers that come by nothing, with every number of matching digits."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cointrail.chains import format_address
from cointrail.chains.asset import NATIVE
from cointrail.drills.attacks.stage import ETHER, START, TOKENS, Stage

HEX = "0123456789abcdef"
DIGITS = range(4, 15)  # that agree in all, cut at random between both ends
YEARS = 2 * 365 * 86_400
FAKE = "0x" + "fa" * 20  # a token that nobody vouches for
PARTNERS, STRANGERS = 8, 10  # of an ordinary wallet


@dataclass(frozen=True)
class Spam:
    """A ledger with its truth: by wallet and look-alike the digits that agree at either end; what was paid to those
    that were fallen for, by wallet, look-alike and asset; and by year the wallets that were poisoned."""

    ledger: Path
    planted: dict[tuple[str, str], tuple[int, int]]
    paid: dict[tuple[str, str], dict[str, int]]
    years: dict[int, Counter[str]]  # attempts and fallen


def twin(chance: Random, of: bytes, leading: int, trailing: int) -> bytes:
    """An address that agrees with another in exactly so many digits at its ends."""
    own, other = [chance.choice(HEX) for _ in range(40)], of.hex()
    own[:leading] = other[:leading]
    own[40 - trailing :] = other[40 - trailing :]
    for place in (leading, 39 - trailing):
        own[place] = chance.choice([digit for digit in HEX if digit != other[place]])
    return bytes.fromhex("".join(own))


def spam(into: Path, seed: int, each: int = 40, hubs: int = 0, crowd: int = 20_000) -> Spam:
    """`each` look-alikes for every number of digits, a wallet each; and `hubs` that deal with a `crowd` of people and
    are spammed by as many strangers, where chance alone makes look-alikes."""
    stage, made = Stage(seed), Spam(into, {}, {}, {})
    for digits in DIGITS:
        for _ in range(each):
            _wallet(stage, made, digits)
    for _ in range(hubs):
        _hub(stage, crowd)
    stage.ledger(into)
    return made


def _wallet(stage: Stage, made: Spam, digits: int) -> None:
    chance, wallet = stage.random, stage.address()
    now = START + chance.randrange(YEARS - 10**7)
    partners = [stage.address() for _ in range(PARTNERS)]
    for partner in partners:
        now += chance.randrange(60, 40_000)
        sender, recipient = (wallet, partner) if chance.random() < 0.6 else (partner, wallet)
        stage.act(now, sender, recipient, chance.randrange(ETHER, 100 * ETHER))
    for _ in range(STRANGERS):
        stage.act(now + chance.randrange(10**6), stage.address(), wallet)
    leading = chance.randint(2, digits - 2)
    false = twin(chance, chance.choice(partners), leading, digits - leading)
    now += 600
    form = chance.randrange(3)
    if form == 0:  # a transfer of nothing that seems to be the wallet's own
        stage.act(now, false, stage.address(), logs=[(wallet, false, TOKENS[0], 0)])
    elif form == 1:
        stage.act(now, false, wallet, chance.randrange(1, 10**12))
    else:
        stage.act(now, false, bytes.fromhex(FAKE[2:]), logs=[(false, wallet, FAKE, chance.randrange(10**18, 10**20))])
    year, pair = 2024 if now < START + 366 * 86_400 else 2025, (format_address(wallet), format_address(false))
    made.planted[pair] = (leading, digits - leading)
    made.years.setdefault(year, Counter())["attempts"] += 1
    if chance.random() < 0.3:
        amount = chance.randrange(ETHER, 30 * ETHER)
        stage.act(now + chance.randrange(3600, 10**6), wallet, false, amount)
        made.paid[pair] = {NATIVE or "native": amount}
        made.years[year]["fallen"] += 1


def _hub(stage: Stage, crowd: int) -> None:
    hub = stage.address()
    for number in range(crowd):
        stage.act(START + 12 * number, hub, stage.address(), ETHER)
    for number in range(crowd):
        stage.act(START + 12 * (crowd + number), stage.address(), hub)
