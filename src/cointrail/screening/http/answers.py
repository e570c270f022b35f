"""What clients get, for the description of the API. The answers themselves are written from plain data."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["clear", "unknown", "review", "block"]
Decimal = str


class Answer(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(extra="forbid")


class SubjectAnswer(Answer):
    """Who was judged."""

    address: str
    chain: str
    caip10: str


class AssetAmount(Answer):
    """An amount in whole units."""

    asset: str
    symbol: str
    amount: Decimal


class Reason(Answer):
    """One rule that fired."""

    code: str
    rule: str
    kind: Literal["ownership", "counterparty", "indirect", "unknown"]
    severity: str
    action: Verdict
    direction: Literal["source", "destination"] | None
    categories: list[str]
    share: Decimal | None
    usd: Decimal | None
    amounts: list[AssetAmount]
    hops: int | None
    labels: list[str]
    text: str


class Change(Answer):
    """What would make it another verdict."""

    rules: list[str]
    verdict: Verdict
    text: str


class Range(Answer):
    """An amount: the least and the most under any lossless rule, and what the policy says."""

    low: Decimal | None
    point: Decimal
    high: Decimal | None
    policy: str | None


class ExposureAnswer(Answer):
    """What came from one category, or went to it, in one asset."""

    direction: Literal["source", "destination"]
    asset: str
    symbol: str
    judged: bool
    category: str | None
    counterparty: Range
    indirect: Range
    both: Range
    total: Decimal
    share: Decimal | None
    usd: Decimal | None
    counterparty_usd: Decimal | None
    indirect_usd: Decimal | None
    total_usd: Decimal | None
    hops: int


class LabelAnswer(Answer):
    """A claim about the address."""

    id: str
    entity: str
    category: str | None
    source_category: str | None
    status: str
    confidence: str | None
    confidence_level: str
    source: str
    url: str | None
    network: str | None
    valid_from: str | None
    valid_to: str | None


class Digests(Answer):
    """What it was made from."""

    ledger: str
    labels: str
    rules: str
    prices: str | None
    exposure_ledger: str | None
    exposure_labels: str | None


class RulesName(Answer):
    """A version of a rule set."""

    name: str
    version: str
    in_force: int = Field(description="how many of its rules counted at the time of the screening")


class Stake(Answer):
    """The part of the amount that is the counterparty's share under a rule, rounded down."""

    rule: str
    amount: Decimal


class MovementAnswer(Answer):
    """The transfer or withdrawal that the counterparty was judged for."""

    direction: Literal["received", "sent", "withdrawal"]
    asset: str
    symbol: str | None = Field(description="null if the ledger does not hold the asset")
    amount: Decimal
    usd: Decimal | None
    transaction: str | None
    in_ledger: bool | None = Field(description="null if no transaction was named")
    at_stake: list[Stake]


class ScreeningAnswer(Answer):
    """A verdict and everything that it rests on."""

    model_config = ConfigDict(title="Screening", extra="forbid")

    id: str
    created: str
    kind: Literal["address", "transfer", "withdrawal", "watch", "again"]
    reference: str | None
    schema_: str = Field(alias="schema")
    subject: SubjectAnswer
    as_of: str
    verdict: Verdict
    risk_score: int | None
    reasons: list[Reason]
    changes: list[Change]
    exposures: list[ExposureAnswer]
    labels: list[LabelAnswer]
    rules: RulesName
    exposures_to: str | None = Field(description="exposures are of everything up to this time, whatever `as_of`")
    digests: Digests
    stale: bool
    movement: MovementAnswer | None = None


class BulkAnswer(Answer):
    """The screenings in the order of the subjects."""

    verdicts: dict[str, int]
    screenings: list[ScreeningAnswer]


class ScreeningList(Answer):
    """Stored screenings, the newest first."""

    screenings: list[ScreeningAnswer]
    next: str | None = Field(description="give it as `before` for those that follow")


class ComparisonAnswer(Answer):
    """What changed between two screenings, and why."""

    before: str
    after: str
    comparison: dict[str, Any]
    screening: ScreeningAnswer


class PathMovement(Answer):
    """One transfer on the way."""

    transaction: str | None
    time: str | None
    from_: str | None = Field(alias="from")
    to: str | None
    amount: Decimal
    symbol: str


class Path(Answer):
    """One way in one asset, in the order of time."""

    rule: str
    direction: Literal["source", "destination"]
    asset: str
    complete: bool = Field(description="false: none was found within the limits of the search, and there may be one")
    movements: list[PathMovement]


class PathsAnswer(Answer):
    """The ways behind a screening."""

    screening: str
    ledger: str
    paths: list[Path]


class ExposuresAnswer(Answer):
    """All exposures of an address."""

    address: str
    chain: str
    policy: str | None
    exposures: list[ExposureAnswer]
    note: str | None = Field(description="what the exposures do not say")
    ledger: str
    labels: str


class LabelsAnswer(Answer):
    """All claims about an address."""

    address: str
    chain: str
    as_of: str
    labels: list[LabelAnswer]


class RulesAnswer(Answer):
    """The rules in force."""

    name: str
    version: str
    digest: str
    text: str


class Watchlist(Answer):
    """A list of addresses."""

    id: str
    name: str
    created: str
    addresses: int


class Watchlists(Answer):
    """All lists."""

    watchlists: list[Watchlist]


class Watched(Answer):
    """An address on a list, and the last screening of it."""

    address: str
    added: str
    screening: str
    verdict: Verdict


class WatchlistAnswer(Watchlist):
    """A list with its addresses."""

    watched: list[Watched]


class WatchChange(Answer):
    """A verdict on a watched address that changed, with causes."""

    created: str
    address: str
    before: str
    after: str
    comparison: dict[str, Any]


class WatchChanges(Answer):
    """The newest first."""

    changes: list[WatchChange]


class Rescreened(Answer):
    """How many addresses were screened again, and what changed."""

    screened: int
    verdicts: dict[str, int]
    changes: list[WatchChange]


class Health(Answer):
    """Whether it works."""

    status: Literal["ok", "failing"]
    version: str
    database: bool
    ledger: str
    labels: str
    rules: str
    stale: bool
