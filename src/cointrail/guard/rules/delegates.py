"""Delegatecalls: foreign code that runs as the Safe itself, with everything that the Safe has."""

from collections.abc import Iterator

from eth_hash.auto import keccak

from cointrail.guard.calls import Call
from cointrail.guard.contracts import DELEGATE, Pinned, pinned
from cointrail.guard.reason import INFO, REVIEW, STOP, Reason
from cointrail.guard.request import DELEGATECALL
from cointrail.guard.subject import Subject, show

USES = {  # which functions of a pinned helper may be run as the Safe
    "MultiSendCallOnly": "unpack", "MultiSend": "unpack", "SignMessageLib": "message", "SafeMigration": "singleton",
    "SafeToL2Migration": "singleton", "CreateCall": "create",
}  # fmt: skip
TOKEN_KINDS = ("payment", "allowance")


def delegatecall_unpinned(s: Subject) -> Iterator[Reason]:
    """A delegatecall to anything but Safe's own helpers."""
    for call in _delegated(s):
        if pinned(call.to, *DELEGATE) is None:
            text = (
                f"A delegatecall runs the code of {show(call.to)} as the Safe itself. It can take everything and"
                " replace the Safe; that contract is none of Safe's own helpers."
            )
            yield Reason("delegatecall_unpinned", STOP, text, _evidence(call))


def delegatecall_code(s: Subject) -> Iterator[Reason]:
    """A helper whose code is not the published one."""
    for call, helper in _helped(s):
        account = s.state.accounts.get(call.to) if s.state is not None else None
        if account is None:
            if s.state is not None and not s.state.told:
                text = f"The code of {helper.contract} at {show(call.to)} is not in the state. Is it the published one?"
                yield Reason("delegatecall_code", REVIEW, text, _evidence(call))
        elif keccak(account.code) != helper.code_hash:
            text = f"{show(call.to)} should be {helper.contract} {helper.version}, but its code is another."
            yield Reason("delegatecall_code", STOP, text, _evidence(call))


def delegatecall_function(s: Subject) -> Iterator[Reason]:
    """A helper that is called in a way for which it is not made."""
    for call, helper in _helped(s):
        if USES.get(helper.contract) != call.kind or not call.kind:
            text = f"{helper.contract} is run as the Safe by a function that it is not made for."
            yield Reason("delegatecall_function", STOP, text, _evidence(call))
        elif call.kind == "unpack" and not call.holds:
            text = f"{helper.contract} is given a batch that cannot be unpacked."
            yield Reason("delegatecall_function", STOP, text, _evidence(call))
        elif call.kind == "create":
            text = f"{helper.contract} makes a new contract in the name of the Safe. What is its code for?"
            yield Reason("delegatecall_function", REVIEW, text, _evidence(call))


def delegatecall_unseen(s: Subject) -> Iterator[Reason]:
    """Confirmations of such a delegatecall by devices that showed one opaque hash: nobody has seen what it is."""
    blind = [one for one in s.signers if one.method == "eth_sign"]
    if blind and any(pinned(call.to, *DELEGATE) is None for call in _delegated(s)):
        text = (
            f"{len(blind)} confirmed this by eth_sign: their devices cannot have shown them that it is a delegatecall."
        )
        yield Reason("delegatecall_unseen", STOP, text, {"confirmations": len(blind)})


def delegatecall_token(s: Subject) -> Iterator[Reason]:
    """What reads like a token transfer, but runs as the Safe: it moves no token. So were Bybit's signers deceived."""
    for call in _delegated(s):
        if call.kind in TOKEN_KINDS and call.function is not None:
            text = (
                f"It reads like `{call.function.name}` of a token, but as a delegatecall it moves no token: the name"
                " only hides what the code does."
            )
            yield Reason("delegatecall_token", STOP, text, _evidence(call))


def delegatecall_inside(s: Subject) -> Iterator[Reason]:
    """A delegatecall inside a batch that refuses them fails as a whole."""
    refusing = {
        call.place
        for call, helper in _helped(s)
        if helper.contract == "MultiSendCallOnly" and call.operation == DELEGATECALL
    }
    for call in _delegated(s):
        if call.place and call.place.rpartition(".")[0] in refusing:
            text = "A batch that allows calls only holds a delegatecall: it would fail. Why is it there?"
            yield Reason("delegatecall_inside", STOP, text, _evidence(call))


def batch_by_call(s: Subject) -> Iterator[Reason]:
    """A batch helper that is called instead of run: its calls would not be the Safe's."""
    for call in s.calls.every:
        if call.operation != DELEGATECALL and (helper := pinned(call.to, *DELEGATE)) is not None:
            grave = STOP if call.value else REVIEW
            text = (
                f"{helper.contract} is called, not run as the Safe: nothing happens in its name, and coins stay there."
            )
            yield Reason("batch_by_call", grave, text, _evidence(call))


def helper(s: Subject) -> Iterator[Reason]:
    """Which of Safe's helpers is used."""
    for call, known in _helped(s):
        yield Reason("helper", INFO, f"Uses Safe's own {known.contract} {known.version}.", _evidence(call))


def _delegated(s: Subject) -> Iterator[Call]:
    return (call for call in s.calls.every if call.operation == DELEGATECALL)


def _helped(s: Subject) -> Iterator[tuple[Call, Pinned]]:
    for call in _delegated(s):
        if (known := pinned(call.to, *DELEGATE)) is not None:
            yield call, known


def _evidence(call: Call) -> dict[str, str]:
    return {"call": call.place, "to": show(call.to), "selector": "0x" + call.data[:4].hex()}
