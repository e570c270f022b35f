"""Following stolen value: policies, walk, bounds, trail."""

from cointrail.tracing.theft import Theft
from cointrail.tracing.tracer import Settings, Trail, trace
from cointrail.tracing.writing import tell, write

__all__ = ["Settings", "Theft", "Trail", "tell", "trace", "write"]
