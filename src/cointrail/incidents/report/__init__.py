"""The yearly crime report as data: everything that pages and tables show, computed from claims."""

from cointrail.incidents.report.report import report

__all__ = ["report"]
