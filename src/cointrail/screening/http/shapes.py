"""What clients may send. Everything is bounded, and control characters are nowhere."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.convertors import Convertor, register_url_convertor

from cointrail.chains.moment import LAST

MOST = 1000  # subjects of one request
PLAIN = r"^[^\x00-\x1f\x7f]*$"

LETTERS = re.compile(r"[0-9A-Za-z:]+")


# A format, as no regular expression holds checksums.
def _letters(text: str) -> str:
    if not LETTERS.fullmatch(text):
        raise ValueError("characters that no address has")
    return text


Address = Annotated[
    str,
    StringConstraints(min_length=1, max_length=130),
    AfterValidator(_letters),
    Field(
        json_schema_extra={"format": "crypto-address"},
        description="An address of the ledger's chain as people write it. Mixed case must carry its checksum.",
    ),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PLAIN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")]
Moment = Annotated[
    int,
    Field(ge=0, le=LAST, description="Seconds since 1970-01-01 UTC; now if left out."),
    BeforeValidator(lambda value: int(value) if isinstance(value, float) and value.is_integer() else value),
]
AssetName = Annotated[
    str,
    StringConstraints(pattern=r"^(0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33}|[0-9A-Za-z]{1,20})$"),
    Field(description="A contract, the native coin's symbol, or a code of the ledger; the native coin if left out."),
]
Amount = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,40}(\.[0-9]{1,18})?$"),
    Field(description="Whole units of the asset, as an exact decimal."),
]


class IdConvertor(Convertor[str]):
    """Lets an id stand in a path; anything else there is another path."""

    regex = "[0-9a-f]{32}"

    def convert(self, value: str) -> str:
        """The text of the path is the id."""
        return value

    def to_string(self, value: str) -> str:
        """The id is the text of the path."""
        return value


register_url_convertor("id", IdConvertor())

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
    asset: AssetName | None = None
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
