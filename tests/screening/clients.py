"""Clients of two vendors' APIs, written from their published lists of fields and nothing of ours.

Every field is read strictly: what is missing, or of another type than the vendor says, is an error.
"""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]


def typed(value: Any, kind: Any, where: str) -> Any:
    """The value, if it is of that type: a class, `X | None`, [X], or a mapping of fields to types."""
    if isinstance(kind, dict):
        assert isinstance(value, dict), where
        for name, inner in kind.items():
            assert name in value, f"{where}.{name} is missing"
            typed(value[name], inner, f"{where}.{name}")
    elif isinstance(kind, tuple):  # alternatives
        assert any(_fits(value, one, where) for one in kind), f"{where}: {value!r}"
    elif isinstance(kind, list):
        assert isinstance(value, list), where
        for number, one in enumerate(value):
            typed(one, kind[0], f"{where}[{number}]")
    else:
        assert isinstance(value, kind) and not (kind is int and isinstance(value, bool)), f"{where}: {value!r}"
    return value


def _fits(value: Any, kind: Any, where: str) -> bool:
    try:
        typed(value, type(None) if kind is None else kind, where)
    except AssertionError:
        return False
    return True


NUMBER = (int, float)
MAYBE = (int, float, None)
USD = {"usd": MAYBE}
CONTRIBUTION: Json = {
    "entities": [{"name": str, "category": str, "is_primary_entity": bool, "is_vasp": bool}],
    "contribution_percentage": MAYBE, "contribution_value": USD,
    "counterparty_percentage": MAYBE, "counterparty_value": USD,
    "indirect_percentage": MAYBE, "indirect_value": USD,
    "is_screened_address": bool, "min_number_of_hops": int,
}  # fmt: skip
EVALUATION: Json = {
    "rule_id": str, "rule_name": str, "rule_type": str, "rule_history_id": str, "risk_score": MAYBE,
    "matched_elements": [{
        "category": str, "category_id": str, "contribution_percentage": MAYBE, "contribution_value": USD,
        "contributions": [{
            "entity": str, "entity_id": str, "min_number_of_hops": int,
            "risk_triggers": {"name": str, "category": str, "is_sanctioned": bool, "country": [str]},
        }],
    }],
    "matched_behaviors": [{}],
}  # fmt: skip
WALLET: Json = {
    "id": str, "type": str, "subject": {"asset": str, "type": str, "hash": str},
    "customer": {"id": str, "reference": (str, None)},
    "blockchain_info": {"cluster": {"inflow_value": USD, "outflow_value": USD}},
    "created_at": str, "updated_at": str, "analysed_at": str,
    "analysed_by": {"id": str, "email": (str, None), "type": str},
    "asset_tier": str,
    "cluster_entities": [{
        "name": str, "category": str, "category_id": str, "entity_id": str, "actor_id": (str, None),
        "is_primary_entity": bool, "is_vasp": bool, "is_after_sanction_date": bool,
    }],
    "risk_score": MAYBE, "risk_score_detail": {"source": MAYBE, "destination": MAYBE},
    "evaluation_detail": {"source": [EVALUATION], "destination": [EVALUATION]},
    "contributions": {"source": [CONTRIBUTION], "destination": [CONTRIBUTION]},
    "detected_behaviors": [{}], "changes": {"risk_score_change": MAYBE},
    "workflow_status": str, "process_status": str, "triggered_rules": [str], "screening_id": str,
    "screening_source": str, "error": (dict, None),
}  # fmt: skip
INDICATOR: Json = {
    "category": str, "categoryId": str, "categoryRiskScoreLevel": int, "categoryRiskScoreLevelLabel": str,
    "incomingVolumeUsd": (str, None), "outgoingVolumeUsd": (str, None), "totalVolumeUsd": (str, None),
    "riskType": str,
}  # fmt: skip
ENTITY: Json = {
    "category": str, "categoryId": str, "entity": str, "riskScoreLevel": int, "riskScoreLevelLabel": str,
    "trmAppUrl": (str, None), "trmUrn": (str, None),
}  # fmt: skip
SCREENED: Json = {
    "accountExternalId": (str, None), "address": str, "addressSubmitted": str, "chain": str,
    "addressIncomingVolumeUsd": (str, None), "addressOutgoingVolumeUsd": (str, None),
    "addressTotalVolumeUsd": (str, None), "addressRiskIndicators": [INDICATOR], "entities": [ENTITY],
    "trmAppUrl": (str, None),
}  # fmt: skip


@dataclass
class Elliptic:
    """Signs each request: base64(HMAC-SHA256(base64dec(secret), time in ms + METHOD + lower(path) + (body or {})))."""

    base: str
    key: str
    secret: str
    shift: int = 0  # milliseconds that its clock is ahead

    def ask(self, method: str, path: str, body: bytes = b"", **more: str) -> httpx.Response:
        """One signed request; `more` replaces headers."""
        moment = str(time.time_ns() // 1_000_000 + self.shift)
        text = moment + method + path.lower() + (body.decode() or "{}")
        sign = hmac.new(base64.b64decode(self.secret), text.encode(), hashlib.sha256).digest()
        headers = {
            "content-type": "application/json", "x-access-key": self.key,
            "x-access-sign": base64.b64encode(sign).decode(), "x-access-timestamp": moment,
        } | {name.replace("_", "-"): value for name, value in more.items()}  # fmt: skip
        return httpx.request(method, self.base + path, content=body, headers=headers)

    def wallet(self, address: str, reference: str | None = None) -> Json:
        """Screen a wallet; the answer with every field that the vendor lists."""
        subject = {"asset": "holistic", "blockchain": "holistic", "type": "address", "hash": address}
        body = {"subject": subject, "type": "wallet_exposure", "customer_reference": reference}
        answer = self.ask("POST", "/v2/wallet/synchronous", json.dumps(body).encode())
        answer.raise_for_status()
        found: Json = typed(answer.json(), WALLET, "wallet")
        return found


@dataclass
class Trm:
    """Basic auth with the key as user and as password."""

    base: str
    key: str

    def addresses(self, *addresses: str) -> list[Json]:
        """Screen addresses."""
        body = [{"address": one, "chain": "ethereum", "accountExternalId": f"account {one[-4:]}"} for one in addresses]
        answer = httpx.post(
            f"{self.base}/public/v2/screening/addresses", json=body, auth=httpx.BasicAuth(self.key, self.key)
        )
        answer.raise_for_status()
        found: list[Json] = typed(answer.json(), [SCREENED], "addresses")
        return found
