"""Who owns addresses: clusters, each with the rule and the transaction that joined it."""

from cointrail.owners.clusters import Clusters, Step
from cointrail.owners.guards import Guards, Refusal
from cointrail.owners.rules import Rule
from cointrail.owners.ties import Ties

__all__ = ["Clusters", "Guards", "Refusal", "Rule", "Step", "Ties"]
