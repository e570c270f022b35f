"""Does a holding behave like a service? The hub rule and its thresholds.

A thief's wallet receives stolen value, perhaps after a life of its own, and passes it on. A service goes on receiving
money from people who have nothing to do with the theft, and has paid many before. Other parts of the same theft, and
of other thefts, look like strangers too where the ledger does not show where they come from; so evidence from before
the theft began weighs more than evidence from after it.
"""

from dataclasses import dataclass, field

from cointrail.tracing.account import Account


@dataclass(frozen=True)
class Crowd:
    """How many people around a holding make it a service: those it paid, those who paid it, or some of both."""

    payees: int
    both: tuple[int, int]  # payees together with senders
    senders: int

    def says(self, payees: int, senders: int) -> bool:
        together = payees >= self.both[0] and senders >= self.both[1]
        return together or payees >= self.payees or senders >= self.senders


@dataclass(frozen=True)
class Behaviour:
    """The thresholds of the hub rule and the dust rule; one setting for all cases.

    A person counts with the sum of what went to or from the holding, when it is at least 1/`minor` of the holding's
    median outflow and 1/`trifle` of the mean stolen arrival; so dust, gas and spam weigh nothing however often
    they come. Senders whose money was reached by the theft do not count.
    """

    calm: int = 500  # wallets: nothing is judged while labels alone keep the reach at or below this
    degree: int = 50_000  # movements of a holding: a hub without a further look
    minor: int = 20
    trifle: int = 500
    strangers: int = 8  # senders after the first stolen arrival
    mixed: int = 2  # such senders, when together they gave `times` what came in with stolen value
    times: int = 2
    early: Crowd = Crowd(payees=8, both=(5, 3), senders=25)  # before the theft began
    before: Crowd = Crowd(payees=12, both=(6, 6), senders=30)  # before the first stolen arrival
    dust: int = 4_000  # an outflow below 1/dust of what came in with stolen value ...
    dust_usual: int = 100  # ... and below 1/dust_usual of the mean outflow is not followed
    rounds: int = 8  # reaches at most


@dataclass
class Suspect:
    """What the reach has seen of one holding: who moved how much from or to it, as far as it is clean."""

    arrival: int  # key of the first stolen arrival
    start: int  # key at which the theft began
    stolen: set[int] = field(default_factory=set)  # places of the inflows that were reached
    gross: int = 0  # sum of those inflows, whole
    seen: int = 0  # the first movement that is not in the sums yet
    after: dict[int, int] = field(default_factory=dict)  # senders after the first stolen arrival
    senders: dict[int, int] = field(default_factory=dict)  # senders before it
    payees: dict[int, int] = field(default_factory=dict)  # people paid before it
    early_senders: dict[int, int] = field(default_factory=dict)  # of both, those before the theft began
    early_payees: dict[int, int] = field(default_factory=dict)

    def see(self, account: Account, end: int) -> None:
        """Add the movements up to `end` to the sums. Inflows before `end` must have been reached by now or never."""
        for place in range(self.seen, end):
            key, peer, amount = account.keys[place], account.peers[place], account.amounts[place]
            if account.incoming[place]:
                if place in self.stolen:
                    continue
                sums, early = (self.after if key > self.arrival else self.senders), self.early_senders
            elif key < self.arrival:
                sums, early = self.payees, self.early_payees
            else:
                continue
            sums[peer] = sums.get(peer, 0) + amount
            if key < self.start:
                early[peer] = early.get(peer, 0) + amount
        self.seen = max(self.seen, end)


def service(account: Account, suspect: Suspect, end: int, rule: Behaviour) -> str | None:
    """Why a holding behaves like a service; None if it does not. Only movements up to place `end` count."""
    if not account.outs:
        return None
    suspect.see(account, end)
    least = max(account.usual_out // rule.minor, suspect.gross // (rule.trifle * max(1, len(suspect.stolen))), 1)
    if len(suspect.after) >= rule.mixed:
        clean = [amount for amount in suspect.after.values() if amount >= least]
        if len(clean) >= rule.strangers:
            return f"{len(clean)} unrelated senders after stolen value had come"
        if len(clean) >= rule.mixed and sum(clean) >= suspect.gross * rule.times:
            return f"{len(clean)} unrelated senders gave {rule.times} times what came in with stolen value"
    for crowd, paid, gave, when in (
        (rule.early, suspect.early_payees, suspect.early_senders, "before the theft"),
        (rule.before, suspect.payees, suspect.senders, "before stolen value came"),
    ):
        if crowd.says(len(paid), len(gave)):  # however much each of them moved
            payees, senders = _many(paid, least), _many(gave, least)
            if crowd.says(payees, senders):
                return f"{payees} people paid and {senders} senders {when}"
    return None


def _many(sums: dict[int, int], least: int) -> int:
    return sum(amount >= least for amount in sums.values())
