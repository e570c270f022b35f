"""What `schemathesis run` needs to know: valid addresses, and how clients of each API show who they are."""

import base64
import hashlib
import hmac
import os
import time
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from hypothesis import strategies as st

from cointrail.chains import format_address

schemathesis.openapi.format("crypto-address", st.binary(min_size=20, max_size=20).map(format_address))


class Caller(requests.auth.AuthBase):
    """Bearer keys natively, a signature in the shape of Elliptic, basic auth in the shape of TRM."""

    def __call__(self, request: Any) -> Any:
        key, id_, secret = (os.environ[f"COINTRAIL_TEST_{name}"] for name in ("KEY", "ID", "SIGN"))
        path = urlsplit(request.url).path
        if path.startswith("/public/"):
            request.headers["Authorization"] = "Basic " + base64.b64encode(f"{key}:{key}".encode()).decode()
        elif path.startswith("/v2/"):
            body = request.body or b"{}"
            body = body.encode() if isinstance(body, str) else body
            moment = str(time.time_ns() // 1_000_000)
            text = moment.encode() + request.method.encode() + path.lower().encode() + body
            sign = hmac.new(base64.b64decode(secret), text, hashlib.sha256).digest()
            request.headers["x-access-key"] = id_
            request.headers["x-access-timestamp"] = moment
            request.headers["x-access-sign"] = base64.b64encode(sign).decode()
        else:
            request.headers["Authorization"] = f"Bearer {key}"
        return request


schemathesis.auth.set_from_requests(Caller())  # type: ignore[attr-defined]
