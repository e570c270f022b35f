"""Attacks, each with its truth: (kind, wallet) of everybody attacked."""

from collections.abc import Iterator

from cointrail.chains.asset import NATIVE
from cointrail.drills.attacks.people import DAY, Town, Wallet
from cointrail.drills.attacks.stage import EVER, FEE, Move

True_ = Iterator[tuple[str, bytes]]


def victims(town: Town, start: int, count: int) -> list[Wallet]:
    """People with lives of their own; one in ten is new and has done nothing yet."""
    chance = town.stage.random
    return [
        Wallet.born(town, start + chance.randrange(20 * DAY)).live(
            0 if chance.random() < 0.1 else chance.randint(2, 12)
        )
        for _ in range(count)
    ]


def drainer(town: Town, start: int) -> True_:
    """Approvals to a contract, and takings by its operator: at once, days later, or with a permit; split or whole."""
    stage, chance = town.stage, town.stage.random
    operator, contract, home, partner = (stage.address() for _ in range(4))
    split, how = chance.random() < 0.6, chance.choice(("contract", "contract", "operator"))
    spender, callee = (contract, contract) if how == "contract" else (operator, b"")
    for one in victims(town, start, chance.randint(4, 30)):
        taken = one.tokens()
        if not taken:
            continue
        permit, late = chance.random() < 0.25, chance.random() < 0.15
        if not permit:
            for token in taken:
                one.wait(300).approve(token, spender)
        if chance.random() < 0.1 and not permit:
            yield "approval", one.address  # never taken
            continue
        one.wait(40 * DAY if late else 900)
        approvals = [(one.address, spender, token, EVER) for token in taken] if permit else []
        logs: list[Move] = []
        for token in taken:
            amount = one.held[token] if chance.random() < 0.95 else one.held[token] // 2  # an allowance that was cut
            parts = (amount // 5, amount - amount // 5) if split else (0, amount)
            logs += [(one.address, to, token, part) for to, part in zip((partner, home), parts, strict=True) if part]
        if callee:
            stage.act(one.now, operator, callee, logs=logs, approvals=approvals)
        else:
            for log in logs:
                stage.act(one.wait(60).now, operator, bytes.fromhex(log[2][2:]), logs=[log])
        yield "drain", one.address


def handed_over(town: Town, start: int) -> True_:
    """Accounts that delegated to a thief's code (EIP-7702), from which his transactions take all tokens."""
    stage, chance = town.stage, town.stage.random
    operator, home = stage.address(), stage.address()
    for one in victims(town, start, chance.randint(4, 20)):
        if one.tokens():
            logs = [(one.address, home, token, one.held[token]) for token in one.tokens()]
            stage.act(one.wait(DAY).now, operator, one.address, logs=logs)
            yield "drain", one.address


def stolen_seeds(town: Town, start: int) -> True_:
    """Whole wallets, one after the other, to a new address; one thief in five takes a new address for each wallet."""
    stage, chance = town.stage, town.stage.random
    home, apart = stage.address(), chance.random() < 0.2
    for one in victims(town, start, chance.randint(6, 30)):
        to = stage.address() if apart else home
        one.wait(20 * DAY)
        for token in one.tokens():
            one.pay(to, token, one.held[token])
            one.now += chance.randrange(12, 300)
        one.pay(to, NATIVE, one.held[NATIVE] - FEE)
        yield "emptied", one.address


def sweeper(town: Town, start: int) -> True_:
    """Wallets whose coin is sent on at once: by the code they delegated to, or by a bot that has their keys."""
    stage, chance = town.stage, town.stage.random
    home, delegated = stage.address(), chance.random() < 0.6
    for one in victims(town, start, chance.randint(4, 25)):
        for _ in range(chance.randint(1, 6)):
            giver, amount = chance.choice([*town.exchanges, *town.shops]), chance.randrange(10**16, 3 * 10**18)
            one.wait(10 * DAY)
            if delegated:
                stage.act(one.now, giver, one.address, amount, calls=[(one.address, home, NATIVE, amount)])
            else:
                one.fund(NATIVE, 0)  # nothing: keeps the clock
                stage.act(one.now, giver, one.address, amount)
                one.held[NATIVE] += amount
                one.now += chance.choice((12, 12, 24, 36))
                one.pay(home, NATIVE, one.held[NATIVE] - FEE)
        yield "sweeper", one.address


ATTACKS = (drainer, handed_over, stolen_seeds, sweeper)
