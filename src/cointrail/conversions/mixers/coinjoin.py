"""Which transactions are CoinJoins, and of which kind.

Sources of the rules: GraphSense's library (heuristics_service.py) for all kinds; Ficsor, ZeroLink (2017) and the code
of Wasabi 1 and 2 for rounds; Samourai's documentation for pools and fees; Stockinger et al., arXiv 2109.10229.
Each rule says what a coordinator's software makes; that nothing else makes it is measured (`rates.csv`).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cointrail.conversions.mixers.transaction import DUST, Transaction
from cointrail.words import counted

WHIRLPOOL, TX0, WASABI_1, WASABI_2 = "whirlpool", "whirlpool_tx0", "wasabi_1", "wasabi_2"
JOINMARKET, ALIKE = "joinmarket", "alike"

POOLS: Mapping[int, int] = {100_000: 5_000, 1_000_000: 50_000, 5_000_000: 175_000, 50_000_000: 1_750_000}  # and fees
MIX_SIZES = range(5, 11)  # inputs, and as many outputs: five since 2019, up to ten in surges
LEAST_EXCESS, MOST_EXCESS = 100, 110_000  # what a new coin brings for the miners, beyond the pool's value
MOST_FRESH = 9
MOST_PREMIX = 70
MOST_CHANGE = 2  # outputs of change
FEE_SHARES = (0.5, 3.0)  # of the pool's fee: discounts, and larger coins

ROUNDS = (9_000_000, 12_000_000)  # Wasabi 1: about 0.1 BTC, changed from round to round by the fee
ROUND_INPUTS, ROUND_PEOPLE, ROUND_RATIO = 10, 3, 7
SMALL_ROUND = 20  # inputs: below this all conditions must hold narrowly
LEVELS, LEVEL_FEE = 8, 0.001  # of Wasabi 1.1: 0.1, 0.2, 0.4 ... BTC

WASABI_2_INPUTS, WASABI_2_LEAST, WASABI_2_DENOMINATIONS, WASABI_2_OWN = 10, 5_000, 3, 10
# Values of Wasabi 2 (its DenominationBuilder): powers of two, of three and twice these; 1, 2, 5 times powers of ten
STANDARD = frozenset(
    value
    for step in range(1, 48)
    for value in (2**step, 3**step, 2 * 3**step, 10**step, 2 * 10**step, 5 * 10**step)
    if WASABI_2_LEAST <= value <= 2 * 10**14
)
ONE_ADDRESS = 0.1  # share of the inputs that one address may have
MAKERS = 3  # JoinMarket: participants at least
LARGE, LARGE_INPUTS, LARGE_OUTPUTS = 50, 20, 1.7  # of a join with so many inputs: inputs and outputs a participant
TRANSFER = 2  # inputs by which one owner passes a token on: the coin of dust that bears it, and one that pays


@dataclass(frozen=True)
class Join:
    """A CoinJoin: its kind, how many took part at least, and the values that hide each other with their counts."""

    kind: str
    people: int
    denominations: Mapping[int, int]
    evidence: str


def joined(tx: Transaction) -> Join | None:
    """What kind of CoinJoin a transaction is; None for any other. The surest rule comes first."""
    for rule in RULES:
        if found := rule(tx):
            return found
    return None


def whirlpool(tx: Transaction) -> Join | None:
    """Every output is worth the pool's value, and there are as many inputs, each worth that or a fee more."""
    size = len(tx.paid)
    value = tx.paid[0] if tx.paid else 0
    if size not in MIX_SIZES or len(tx.spent) != size or value not in POOLS or set(tx.paid) != {value} or tx.texts:
        return None
    if not tx.distinct or tx.people != size:
        return None
    excess = [worth - value for worth in tx.spent if worth is not None]
    fresh = sum(LEAST_EXCESS <= one <= MOST_EXCESS for one in excess)
    if any(one and not LEAST_EXCESS <= one <= MOST_EXCESS for one in excess):
        return None
    if tx.known and not 1 <= fresh <= MOST_FRESH:
        return None
    return Join(WHIRLPOOL, size, {value: size}, f"{size} inputs and outputs of a pool of {value}, {fresh} new")


def tx0(tx: Transaction) -> Join | None:
    """The payment before a Whirlpool: a fee, and outputs each worth the pool's value and the miners' fee beyond it."""
    if tx.texts != 1:
        return None
    for pool, fee in POOLS.items():
        premix = {v: n for v, n in tx.counts.items() if LEAST_EXCESS <= v - pool <= MOST_EXCESS}
        if not premix:
            continue
        value, alike = max(premix.items(), key=lambda one: one[::-1])
        others = [one for one in tx.paid if one != value]
        low, high = (share * fee for share in FEE_SHARES)
        fees = [one for one in others if one == fee] or [one for one in others if low <= one <= high]
        if alike <= MOST_PREMIX and fees and len(others) <= MOST_CHANGE + 1:
            return Join(
                TX0,
                1,
                {value: alike},
                f"{counted(alike, 'output')} for a pool of {pool}, with its fee of {' or '.join(map(str, fees))}",
            )
    return None


def wasabi_1(tx: Transaction) -> Join | None:
    """A round of ZeroLink: many outputs of about 0.1 BTC, or of twice that and so on, at most one change a person."""
    if len(tx.spent) < ROUND_INPUTS or len(tx.paid) < ROUND_PEOPLE:
        return None
    value, count = tx.mode
    if not ROUNDS[0] <= value <= ROUNDS[1] or count < ROUND_PEOPLE or not tx.distinct:
        return None
    levels = {v: n for v, n in tx.counts.items() if n > 1 and _level(v, value)}
    if sum(levels.values()) + count < (len(tx.paid) - 1) / 2 or not count <= tx.people <= ROUND_RATIO * count:
        return None
    if tx.concentrated > max(1, ONE_ADDRESS * len(tx.spent)):
        return None
    if len(tx.spent) < SMALL_ROUND and (len(tx.paid) > 2 * count + 1 + len(levels) or tx.concentrated > 1):
        return None
    return Join(WASABI_1, count, {value: count} | levels, f"{count} outputs of {value}, {tx.people} addresses paid in")


def _level(value: int, first: int) -> bool:
    """Whether a value is a higher level of a round: twice the first, four times and so on, less a small fee."""
    return any(abs(value - (first << step)) <= LEVEL_FEE * value for step in range(1, LEVELS))


def wasabi_2(tx: Transaction) -> Join | None:
    """A round of WabiSabi: most outputs have one of many standard values, several of each."""
    if len(tx.spent) < WASABI_2_INPUTS or not tx.paid or min(tx.paid) < WASABI_2_LEAST or tx.texts:
        return None
    shared = {value: count for value, count in tx.counts.items() if count > 1 and value in STANDARD}
    covered = sum(count for value, count in tx.counts.items() if value in STANDARD)
    if len(shared) < WASABI_2_DENOMINATIONS or covered < (len(tx.paid) - 1) / 2:
        return None
    people = max(shared.values())
    if len(tx.spent) > WASABI_2_OWN * people * len(shared) or tx.concentrated > ONE_ADDRESS * len(tx.spent):
        return None
    return Join(
        WASABI_2, people, shared, f"{covered} of {len(tx.paid)} outputs have one of {len(shared)} shared values"
    )


def joinmarket(tx: Transaction) -> Join | None:
    """As many outputs of one value as there are participants, and at most one change each."""
    value, count = tx.mode
    whole = [one for one in tx.paid if one > DUST]
    if count < MAKERS or count < len(whole) / 2 or count > tx.people or len(whole) == count or tx.texts:
        return None
    if len(tx.spent) >= LARGE and (len(tx.spent) / count > LARGE_INPUTS or len(whole) / count < LARGE_OUTPUTS):
        return None
    return Join(JOINMARKET, count, {value: count}, f"{count} outputs of {value}, {len(whole) - count} of change")


def alike(tx: Transaction) -> Join | None:
    """Two or more outputs of one value, dust or not, each with change but for one at most, and as many payers.

    The widest rule, which also meets trades of tokens and payments that look like joins on purpose.
    """
    value, count = max(Counter(tx.paid).items(), key=lambda one: one[::-1], default=(0, 0))
    if count < 2 or count > tx.people or len(tx.paid) not in (2 * count - 1, 2 * count):
        return None
    if _stonewall(tx) or (value <= DUST and len(tx.spent) == TRANSFER):
        return None
    return Join(ALIKE, count, {value: count}, f"{count} outputs of {value} among {len(tx.paid)}, {tx.people} payers")


def _stonewall(tx: Transaction) -> bool:
    """Whether it looks like the payment by which Samourai's wallet pretends to be two people: it spends coins that came
    out of a Whirlpool, which are worth exactly what its pools are, and makes one pair of outputs alike."""
    return len(tx.paid) in (3, 4) and max(tx.counts.values(), default=0) == 2 and any(w in POOLS for w in tx.spent)


RULES: tuple[Callable[[Transaction], Join | None], ...] = (whirlpool, tx0, wasabi_1, wasabi_2, joinmarket, alike)
