"""Settlement: what the movements of one transaction come to, for everybody who lost or gained by them."""

from cointrail.conversions.settlement.movement import Movement
from cointrail.conversions.settlement.piece import RULES, Piece
from cointrail.conversions.settlement.settle import Settled, Terms, settle

__all__ = ["RULES", "Movement", "Piece", "Settled", "Terms", "settle"]
