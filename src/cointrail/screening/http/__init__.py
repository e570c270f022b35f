"""The HTTP API: native endpoints, and adapters that speak as Elliptic and TRM do."""

from cointrail.screening.http.app import make_app, serve

__all__ = ["make_app", "serve"]
