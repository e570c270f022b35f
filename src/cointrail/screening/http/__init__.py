"""The HTTP API: native endpoints, and adapters that speak as Elliptic and TRM do."""

from cointrail.screening.http.app import listening, make_app, serve

__all__ = ["listening", "make_app", "serve"]
