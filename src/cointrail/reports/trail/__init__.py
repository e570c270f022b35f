"""The page a person looks at: report.html, one file that opens offline."""

from cointrail.reports.trail.page import write_page

__all__ = ["write_page"]
