"""Following stolen value: policies, walk, bounds, trail."""

from cointrail.tracing.theft import Theft
from cointrail.tracing.tracer import Settings, Trail, trace
from cointrail.tracing.writing import Told, save, tell, write

__all__ = ["Settings", "Theft", "Told", "Trail", "save", "tell", "trace", "write"]
