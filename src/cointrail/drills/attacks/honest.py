"""Business that looks like an attack and is none. Each function is one kind of it, by the name of the function."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from cointrail.chains.asset import NATIVE
from cointrail.drills.attacks.people import DAY, HOUR, Town, Wallet
from cointrail.drills.attacks.stage import ETHER, EVER, FEE, TOKENS

People = Iterator[bytes]  # wallets that only look attacked


def people(town: Town, start: int, count: int) -> list[Wallet]:
    """Wallets with lives."""
    chance = town.stage.random
    return [Wallet.born(town, start + chance.randrange(40 * DAY)).live(chance.randint(1, 15)) for _ in range(count)]


def deposit_addresses(town: Town, start: int) -> People:
    """An exchange forwards each customer's deposits: by the address's own key after topping it up, or by a contract."""
    stage, chance, hot = town.stage, town.stage.random, town.stage.random.choice(list(town.exchanges))
    for _ in range(60):
        own, wallet, now = chance.random() < 0.6, stage.address(), start + chance.randrange(60 * DAY)
        for _ in range(chance.randint(1, 8)):
            now += chance.randrange(HOUR, 9 * DAY)
            amount, payer = chance.randrange(10**17, 5 * ETHER), chance.choice(list(town.shops))
            if not own:
                stage.act(now, payer, wallet, amount, calls=[(wallet, hot, NATIVE, amount)])
                continue
            stage.act(now, payer, wallet, amount)
            stage.act(now + chance.choice((24, 48, 600)), wallet, hot, amount - FEE)
        yield wallet


def pulling_gateway(town: Town, start: int) -> People:
    """A payment gateway whose invoice addresses approve it once, and from which it takes all, again and again."""
    stage, chance = town.stage, town.stage.random
    operator, vault = stage.address(), stage.address()
    for _ in range(40):
        wallet, now, token = stage.address(), start + chance.randrange(60 * DAY), chance.choice(TOKENS)
        stage.act(now, operator, wallet, 3 * FEE)
        contract = bytes.fromhex(token[2:])
        stage.act(now + 60, wallet, contract, approvals=[(wallet, operator, token, EVER)])
        for _ in range(chance.randint(1, 5)):
            now += chance.randrange(HOUR, 5 * DAY)
            payer, amount = chance.choice(list(town.shops)), chance.randrange(10**7, 10**10)
            stage.act(now, payer, contract, logs=[(payer, wallet, token, amount)])
            stage.act(now + 600, operator, contract, logs=[(wallet, vault, token, amount)])
        yield wallet


def subscriptions(town: Town, start: int) -> People:
    """A processor takes what people owe it each month; some have no more than that left."""
    stage, chance = town.stage, town.stage.random
    operator, contract, shop = (stage.address() for _ in range(3))
    for one in people(town, start, 40):
        token = next(iter(one.tokens()), None)
        if token is None:
            continue
        one.approve(token, contract)
        fee = max(one.held[token] // chance.choice((1, 3, 12, 30)), 1)
        for _ in range(chance.randint(1, 8)):
            if one.held[token] >= fee:
                one.held[token] -= fee
                stage.act(one.wait(600).now, operator, contract, logs=[(one.address, shop, token, fee)])
                one.now += 30 * DAY
        yield one.address


def solvers(town: Town, start: int) -> People:
    """Orders that a solver settles: it takes the whole token and pays with another, in one transaction."""
    stage, chance = town.stage, town.stage.random
    solver, contract, relayer = (stage.address() for _ in range(3))
    for one in people(town, start, 40):
        for token in one.tokens():
            other = chance.choice([some for some in TOKENS if some != token])
            one.approve(token, relayer)
            logs = [(one.address, contract, token, one.held[token]), (contract, one.address, other, 10**9)]
            stage.act(one.wait(600).now, solver, contract, logs=logs)
            one.held[token] = 0
        yield one.address


def gasless_bridge(town: Town, start: int) -> People:
    """A relayer sends people's permits to a bridge, which takes all of a token; others pay the bridge themselves."""
    stage, chance = town.stage, town.stage.random
    relayer, bridge = stage.address(), stage.address()
    for one in people(town, start, 60):
        for token in one.tokens()[:1]:
            amount, gasless = one.held[token], chance.random() < 0.3
            approval, log = (one.address, bridge, token, EVER), (one.address, bridge, token, amount)
            stage.act(one.wait(600).now, relayer if gasless else one.address, bridge, logs=[log], approvals=[approval])
            one.held[token] = 0
        yield one.address


def migration(town: Town, start: int) -> People:
    """An issuer takes the old token from all who approved it, and gives them a new one a day later."""
    stage = town.stage
    operator, vault, new = stage.address(), stage.address(), "0x" + stage.address().hex()
    for one in people(town, start, 40):
        for token in one.tokens()[:1]:
            one.approve(token, operator)
            amount, contract = one.held[token], bytes.fromhex(token[2:])
            stage.act(one.wait(HOUR).now, operator, contract, logs=[(one.address, vault, token, amount)])
            stage.act(one.wait(DAY).now, operator, bytes.fromhex(new[2:]), logs=[(vault, one.address, new, amount)])
        yield one.address


def offers(town: Town, start: int) -> People:
    """Sellers take up the offers of bidders: what the bidder pays leaves by the seller's transaction, and what he gets
    is no fungible value. One seller takes many offers."""
    stage, chance = town.stage, town.stage.random
    market, bulk = stage.address(), stage.address()
    for one in people(town, start, 40):
        for token in one.tokens()[:1]:
            one.approve(token, market)
            seller = bulk if chance.random() < 0.3 else stage.address()
            amount = one.held[token] // chance.choice((1, 2, 5, 20))
            stage.act(one.wait(9 * DAY).now, seller, market, logs=[(one.address, seller, token, amount)])
        yield one.address


def sponsored(town: Town, start: int) -> People:
    """Accounts with honest code (EIP-7702): a relayer sends what the owner signed, payments to shops."""
    stage, chance, relayer = town.stage, town.stage.random, town.stage.address()
    for one in people(town, start, 40):
        for token in one.tokens():
            part = one.held[token] // chance.choice((1, 4, 10, 25))
            to = chance.choice(list(town.shops))
            stage.act(one.wait(5 * DAY).now, relayer, one.address, logs=[(one.address, to, token, part)])
        yield one.address


def gathering(town: Town, start: int) -> People:
    """People who put two to twelve wallets of their own together in a new one; half of them had linked these before."""
    chance = town.stage.random
    for _ in range(3):
        home, wallets = town.stage.address(), people(town, start, chance.randint(2, 12))
        now = max(one.now for one in wallets) + DAY
        if chance.random() < 0.5:
            for one, other in pairwise(wallets):
                one.pay(other.address, NATIVE, one.held[NATIVE] // 10)
                other.held[NATIVE] += one.held[NATIVE] // 10
        for one in wallets:
            one.now = now = now + 300
            _everything(one, home)
            yield one.address


def farm(town: Town, start: int) -> People:
    """One person's many wallets, set up by one, which gather what they were given."""
    stage, chance = town.stage, town.stage.random
    master, home = stage.address(), stage.address()
    for _ in range(40):
        one = Wallet(town, stage.address(), start + chance.randrange(3 * DAY))
        one.fund(NATIVE, ETHER // 10, master)
        one.fund(TOKENS[0], 10**9)
        one.live(4)
        one.now = start + 60 * DAY + chance.randrange(DAY)
        _everything(one, home)
        yield one.address


def presale(town: Town, start: int) -> People:
    """Many pay a new address of their own will, most of them a part, some all of the coin that they have."""
    chance, home = town.stage.random, town.stage.address()
    for one in people(town, start, 80):
        part = chance.choice((1, 2, 4, 10))
        one.pay(home, NATIVE, (one.held[NATIVE] - FEE) // part)
        yield one.address


def leaving(town: Town, start: int) -> People:
    """People who put all that they have on an exchange, each at an address of his own, which the exchange empties."""
    stage, hot = town.stage, town.stage.random.choice(list(town.exchanges))
    for one in people(town, start, 30):
        deposit = stage.address()
        coin = one.held[NATIVE]
        _everything(one, deposit)
        stage.act(one.now + 600, deposit, hot, max(coin - 10 * FEE, 1))
        yield one.address


def impatient(town: Town, start: int) -> People:
    """People who put their pay on an exchange as soon as it comes, all at one of its addresses."""
    chance, desk = town.stage.random, town.stage.address()
    for one in people(town, start, 30):
        for _ in range(chance.randint(1, 4)):
            one.now += 30 * DAY
            one.fund(NATIVE, chance.randrange(ETHER // 4, 2 * ETHER))
            if chance.random() < 0.3:
                one.now -= 2 * HOUR
            one.wait(90).pay(desk, NATIVE, one.held[NATIVE] - FEE)
        yield one.address


def _everything(one: Wallet, to: bytes) -> None:
    for token in one.tokens():
        one.pay(to, token, one.held[token])
        one.wait(200)
    one.pay(to, NATIVE, one.held[NATIVE] - FEE)


HONEST: tuple[Callable[[Town, int], People], ...] = (
    deposit_addresses, pulling_gateway, subscriptions, solvers, gasless_bridge, migration, offers, sponsored,
    gathering, farm, presale, leaving, impatient,
)  # fmt: skip
