"""Following stolen value: policies, walk, bounds, trail."""

from cointrail.tracing.results import write
from cointrail.tracing.theft import Theft
from cointrail.tracing.tracer import Settings, Trail, trace

__all__ = ["Settings", "Theft", "Trail", "trace", "write"]
