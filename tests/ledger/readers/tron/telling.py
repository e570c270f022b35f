"""Tron's JSON as nodes, TronGrid and Tronscan tell it, written by plain code."""

from hashlib import sha256
from typing import Any

from cointrail.chains import tron

Json = dict[str, Any]

USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"
USDT_RAW = bytes.fromhex("a614f803b6fd780986a42c78ec9c7f77e6ded13c")
TRANSFER = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
MOMENT = 1_700_000_003_000  # milliseconds
BLOCK = 56_000_000


def who(number: int) -> bytes:
    return sha256(b"tron %d" % number).digest()[:20]


def base58(number: int) -> str:
    return tron.address(who(number))


def hexes(number: int) -> str:
    """An address as a node writes it: 41 before it."""
    return "41" + who(number).hex()


def tx_id(name: str) -> str:
    return sha256(name.encode()).hexdigest()


def transaction(name: str, kind: str, result: str = "SUCCESS", **value: Any) -> Json:
    """A transaction as it stands in a block; `timestamp` is what its sender claims and means nothing."""
    parameter = {"value": value, "type_url": f"type.googleapis.com/protocol.{kind}"}
    claimed = {"contract": [{"parameter": parameter, "type": kind}], "timestamp": 17, "expiration": 99}
    return {"ret": [{"contractRet": result}], "txID": tx_id(name), "raw_data": claimed, "raw_data_hex": "0a02"}


def transfer(name: str, sender: int, recipient: int, amount: int, result: str = "SUCCESS") -> Json:
    return transaction(name, "TransferContract", result, owner_address=hexes(sender), to_address=hexes(recipient),
                       amount=amount)  # fmt: skip


def call(name: str, sender: int, value: int | None = None, result: str = "SUCCESS") -> Json:
    more = {} if value is None else {"call_value": value}
    contract = "41" + USDT_RAW.hex()
    return transaction(
        name,
        "TriggerSmartContract",
        result,
        owner_address=hexes(sender),
        contract_address=contract,
        data="a9059cbb",
        **more,
    )


def block(*transactions: Json, number: int = BLOCK) -> Json:
    head = {"number": number, "timestamp": MOMENT, "witness_address": hexes(90), "version": 29}
    told = {"blockID": f"{number:016x}" + "ab" * 24, "block_header": {"raw_data": head, "witness_signature": "00"}}
    return told | ({"transactions": list(transactions)} if transactions else {})


def log(sender: int, recipient: int, amount: int, contract: bytes = USDT_RAW) -> Json:
    """An event as a receipt has it: the contract without 41, no 0x anywhere."""
    topics = [TRANSFER, *("00" * 12 + who(side).hex() for side in (sender, recipient))]
    return {"address": contract.hex(), "topics": topics, "data": f"{amount:064x}"}


def inside(sender: int, recipient: int, amount: int, **more: Any) -> Json:
    return {
        "hash": tx_id(f"inside {sender} {recipient}"),
        "caller_address": hexes(sender),
        "transferTo_address": hexes(recipient),
        "callValueInfo": [{"callValue": amount}] if amount else [{}],
        "note": "63616c6c",
    } | more


def receipt(name: str, fee: int = 0, logs: tuple[Json, ...] = (), **more: Any) -> Json:
    """What gettransactioninfobyid answers; numbers that are 0 are left out."""
    told: Json = {"id": tx_id(name), "blockNumber": BLOCK, "blockTimeStamp": MOMENT, "contractResult": [""]}
    if fee:
        told["fee"] = fee
    if logs:
        told["log"] = list(logs)
    return told | {"receipt": {"net_usage": 345}} | more


def grid(told: Json, fee: int = 0, **more: Any) -> Json:
    """A transaction as TronGrid lists it of an account."""
    ret = [told["ret"][0] | {"fee": fee}]
    place = {"blockNumber": BLOCK, "block_timestamp": MOMENT, "energy_fee": 0, "net_fee": 0, "energy_usage_total": 0}
    return told | {"ret": ret, "signature": ["00"]} | place | more


def token(name: str, sender: int, recipient: int, amount: int, **more: Any) -> Json:
    """A row of TronGrid's TRC-20 transfers."""
    info = {"symbol": "USDT", "address": USDT, "decimals": 6, "name": "Tether USD"}
    sides = {"from": base58(sender), "to": base58(recipient), "type": "Transfer", "value": str(amount)}
    return {"transaction_id": tx_id(name), "token_info": info, "block_timestamp": MOMENT} | sides | more


def scan_token(name: str, sender: int, recipient: int, amount: int, **more: Any) -> Json:
    """A row of Tronscan's TRC-20 transfers."""
    return {
        "transaction_id": tx_id(name), "status": 0, "block_ts": MOMENT, "from_address": base58(sender),
        "to_address": base58(recipient), "block": BLOCK, "contract_address": USDT, "quant": str(amount),
        "confirmed": True, "contractRet": "SUCCESS", "finalResult": "SUCCESS", "revert": False,
    } | more  # fmt: skip


def scan_coin(name: str, sender: int, recipient: int, amount: int, **more: Any) -> Json:
    return {
        "transactionHash": tx_id(name), "block": BLOCK, "timestamp": MOMENT, "transferFromAddress": base58(sender),
        "transferToAddress": base58(recipient), "amount": amount, "tokenName": "_", "confirmed": True,
        "contractRet": "SUCCESS", "revert": False,
    } | more  # fmt: skip
