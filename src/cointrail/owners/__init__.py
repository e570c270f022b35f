"""Who owns addresses: clusters, each with the rule and the transaction that joined it."""

from cointrail.owners.build import Owners, owners
from cointrail.owners.clusters import Clusters, Step
from cointrail.owners.guards import Guards, Reason, Refusal
from cointrail.owners.joins import Joins
from cointrail.owners.rules import Rule
from cointrail.owners.ties import Ties

__all__ = ["Clusters", "Guards", "Joins", "Owners", "Reason", "Refusal", "Rule", "Step", "Ties", "owners"]
