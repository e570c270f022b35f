"""What clients may send. Everything is bounded, and control characters are nowhere."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from cointrail.chains.moment import LAST

MOST = 1000  # subjects of one request
PLAIN = r"^[^\x00-\x1f\x7f]*$"

# Formats that a regular expression cannot hold: checksums.
Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=130, pattern=r"^[0-9A-Za-z:]+$"),
    Field(
        json_schema_extra={"format": "crypto-address"},
        description="An address of the ledger's chain as people write it. Mixed case must carry its checksum.",
    ),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")]
Moment = Annotated[int, Field(ge=0, le=LAST, description="Seconds since 1970-01-01 UTC; now if left out.")]
Amount = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,40}(\.[0-9]{1,30})?$"),
    Field(description="Whole units of the asset, as an exact decimal."),
]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^(0x)?[0-9a-f]{64}$")]


class Shape(BaseModel):
    """Unknown fields are refused: a misspelt one would be ignored in silence."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Subject(Shape):
    """An address to screen."""

    address: Address
    reference: Text | None = Field(None, description="Your own, kept with the screening.")


class ScreeningRequest(Subject):
    """One address, as of a time."""

    as_of: Moment | None = None


class BulkRequest(Shape):
    """Many addresses, as of one time. One that is no address refuses them all."""

    subjects: Annotated[list[Subject], Field(min_length=1, max_length=MOST)]
    as_of: Moment | None = None


class Movement(Shape):
    """Money that came or is to go. The counterparty is judged: it is who paid, or who is to be paid."""

    counterparty: Address
    asset: Text | None = Field(None, description="Contract or symbol of the native coin; the native coin if left out.")
    amount: Amount
    reference: Text | None = None


class Transfer(Movement):
    """A transfer that was received or sent."""

    direction: Literal["received", "sent"]
    transaction: Hash | None = Field(None, description="Its hash, to look it up in the ledger.")


class TransferBulk(Shape):
    """Many transfers."""

    transfers: Annotated[list[Transfer], Field(min_length=1, max_length=MOST)]


class Withdrawal(Movement):
    """A withdrawal that was asked for and not made yet."""


class WithdrawalBulk(Shape):
    """Many withdrawals."""

    withdrawals: Annotated[list[Withdrawal], Field(min_length=1, max_length=MOST)]


class WatchlistRequest(Shape):
    """A list of addresses that are screened again whenever something behind it changes."""

    name: Name
