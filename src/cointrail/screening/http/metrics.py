"""What Prometheus may read: counts and times, no addresses and no keys."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS = frozenset({"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "cointrail_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "cointrail_request_seconds", "Time to the answer.", ("route",), buckets=SECONDS, registry=self.registry
        )
        self._verdicts = Counter("cointrail_verdicts", "Verdicts given.", ("verdict",), registry=self.registry)
        self.failures = Counter(
            "cointrail_refresh_failures", "Changed files that could not be used.", registry=self.registry
        )
        self.stale = Gauge(
            "cointrail_exposures_stale",
            "1 while transfers or exposures are older than the disk.",
            registry=self.registry,
        )
        self.waiting = Gauge("cointrail_writes_waiting", "Batches not yet written.", registry=self.registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def verdict(self, verdict: str, times: int = 1) -> None:
        """A verdict was given."""
        self._verdicts.labels(verdict).inc(times)

    def text(self) -> bytes:
        """In the format of Prometheus."""
        return generate_latest(self.registry)
