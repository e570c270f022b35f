"""The ledger of claims about thefts: what each source says, when it said so, and the crime report that follows."""

from cointrail.incidents.catalogue import catalogue
from cointrail.incidents.claim import Claim
from cointrail.incidents.incident import Incident

__all__ = ["Claim", "Incident", "catalogue"]
