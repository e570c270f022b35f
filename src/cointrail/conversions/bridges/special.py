"""What a signature cannot say: memos, messages and payloads inside events. All of it is hostile until it is read.

Every function takes the values of an event by name, with its chain and contract as this.chain and this.contract, and
gives more of them; None says that the event is no transfer.
`Malformed` says that it is not what its signature promises.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cointrail.chains.abi.signature import Malformed
from cointrail.conversions.bridges import cow, memo
from cointrail.conversions.bridges.leg import INTERNAL, REFUND

Values = dict[str, Any]
WORD = 32
BURN_BODY = 4 + 6 * WORD  # of CCTP v2: version, token, recipient, amount, sender, largest fee, fee
MESSAGE_HEAD = 4 + WORD + 4 + 4 + WORD  # of Nomad: origin, sender, nonce, destination, recipient
TRANSFER_BODY = 1 + WORD + WORD + 2 + WORD + 2  # of Wormhole's token bridge: type, amount, token, chain, to, chain
TRANSFERS = (1, 3)  # its payload types: a transfer, and one with a payload of its own
WHOLE = 10**18  # of the shares that Across v2 tells
NO_MEMO = "unreadable_memo"


def thorchain_in(values: Values) -> Values | None:
    """Where the memo of a payment into a vault sends the value; kinds that send it nowhere are deposits too."""
    read = memo.read(values["memo"])
    if read is not None and read.kind == "migrate":
        return {"@status": INTERNAL}
    if read is None or read.kind in memo.WITH_HASH or (read.kind in memo.TO_SOMEBODY and not read.valid_address):
        return {"@finding": NO_MEMO}
    if read.kind not in memo.TO_SOMEBODY:
        return {}
    # An aggregator on the far side pays in another token, which the memo only abbreviates.
    token = None if read.aggregator else read.asset or None
    return {"@recipient": read.address, "@other_chain": read.asset_chain, "@other_token": token}


def thorchain_out(values: Values) -> Values | None:
    """Which payment into a vault a payment out of it answers."""
    read = memo.read(values["memo"])
    if read is not None and read.kind == "migrate":
        return {"@status": INTERNAL}
    if read is None or read.kind not in memo.WITH_HASH:
        return {"@finding": NO_MEMO}
    return {"@key": read.hash, "@status": REFUND if read.kind == "refund" else ""}


def cctp_burn(values: Values) -> Values | None:
    """The burn message of CCTP v2 in the body of the message that was received."""
    body = values["with.messageBody"]
    if len(body) < BURN_BODY:
        raise Malformed(f"a burn message of {len(body)} bytes")
    words = [body[4 + WORD * n : 4 + WORD * (n + 1)] for n in range(6)]
    return {
        "burnToken": words[0],
        "burned": int.from_bytes(words[2], "big"),
        "burner": words[3],
        "maxFee": int.from_bytes(words[4], "big"),
    }


def nomad(values: Values) -> Values | None:
    """The chain and number of a Nomad message, by which it is received on the other side."""
    message = values["with.message"]
    if len(message) < MESSAGE_HEAD:
        raise Malformed(f"a message of {len(message)} bytes")
    origin, nonce = message[:4], message[4 + WORD : 8 + WORD]
    return {"originAndNonce": int.from_bytes(origin + nonce, "big")}


def nomad_origin(values: Values) -> Values | None:
    """The chain that a Nomad message comes from."""
    return {"origin": values["originAndNonce"] >> 32}


def wormhole(values: Values) -> Values | None:
    """A transfer in the payload of a Wormhole message; other messages are none."""
    payload = values["payload"]
    if not payload or payload[0] not in TRANSFERS:
        return None
    if len(payload) < TRANSFER_BODY:
        raise Malformed(f"a transfer of {len(payload)} bytes")
    end = TRANSFER_BODY - 2
    return {"recipient": payload[end - WORD : end], "toChain": int.from_bytes(payload[end:TRANSFER_BODY], "big")}


def less_fee(values: Values) -> Values | None:
    """What was paid out when the event tells the amount before the fee."""
    if values["fee"] > values["amount"]:
        raise Malformed("a fee larger than the amount")
    return {"paid": values["amount"] - values["fee"]}


def swapped(values: Values) -> Values | None:
    """Which token was given by an event that names the one before the swap: not known if there was a swap."""
    return {"given": None if values["swapSuccess"] else values["token"]}


def across_fill(values: Values) -> Values | None:
    """What a fill of Across v2 paid, after the fees and adjustments that it tells; a part of a deposit has no key, as
    there are others."""
    fees = values["realizedLpFeePct"] + values.get("appliedRelayerFeePct", values.get("updatedRelayerFeePct", 0))
    adjusted = WHOLE + values.get("payoutAdjustmentPct", 0)
    if fees > WHOLE or adjusted < 0:
        raise Malformed("fees larger than the amount")
    paid = values["fillAmount"] * (WHOLE - fees) // WHOLE * adjusted // WHOLE
    return {"paid": paid} if values["fillAmount"] == values["amount"] else {"paid": paid, "@key": ""}


def refunded(values: Values) -> Values | None:
    """A withdrawal from a pool of cBridge that gives a transfer back; others are liquidity that is taken out."""
    return {} if any(values["refid"]) else None


def succeeded(values: Values) -> Values | None:
    """What failed on the other side gave nothing to anybody."""
    return {} if values["success"] else None


def first_of_path(values: Values) -> Values | None:
    """The token that is given on a route."""
    if not values["path"]:
        raise Malformed("a route without tokens")
    return {"token": values["path"][0]}


def cow_placed(values: Values) -> Values | None:
    """The id of an order of CoW Protocol that a contract places as its owner, and what was paid for it with the fee."""
    return {
        "uid": cow.uid(values, values["this.chain"], values["this.contract"]),
        "paid": values["sellAmount"] + values["feeAmount"],
    }


def cow_settled(values: Values) -> Values | None:
    """Nothing more: only that the id is one, and of the owner that is named or tells of it."""
    uid, owner = values["orderUid"], values.get("owner")
    told = bytes.fromhex(owner[2:]) if owner else values["this.contract"]
    if len(uid) != cow.LENGTH or uid[cow.WORD : cow.WORD + cow.OWNER] != told:
        raise Malformed(f"an order id of {len(uid)} bytes that does not name its owner")
    return {}


# What each of them adds to the values of the event, apart from fields of the leg.
GIVES: Mapping[str, tuple[str, ...]] = {
    "across_fill": ("paid",),
    "cctp_burn": ("burnToken", "burned", "burner", "maxFee"),
    "cow_placed": ("uid", "paid"),
    "cow_settled": (),
    "first_of_path": ("token",),
    "less_fee": ("paid",),
    "nomad": ("originAndNonce",),
    "nomad_origin": ("origin",),
    "refunded": (),
    "succeeded": (),
    "swapped": ("given",),
    "thorchain_in": (),
    "thorchain_out": (),
    "wormhole": ("recipient", "toChain"),
}
KEYED = frozenset({"thorchain_out"})  # those that give the key
SPECIAL: Mapping[str, Callable[[Values], Values | None]] = {
    "across_fill": across_fill,
    "cctp_burn": cctp_burn,
    "cow_placed": cow_placed,
    "cow_settled": cow_settled,
    "first_of_path": first_of_path,
    "less_fee": less_fee,
    "nomad": nomad,
    "nomad_origin": nomad_origin,
    "refunded": refunded,
    "succeeded": succeeded,
    "swapped": swapped,
    "thorchain_in": thorchain_in,
    "thorchain_out": thorchain_out,
    "wormhole": wormhole,
}
