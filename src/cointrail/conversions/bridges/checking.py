"""Whether what a rule of the table says refers to something that its events tell. Asked when it is read."""

from collections.abc import Mapping, Sequence

from cointrail.chains.abi.signature import Signature
from cointrail.conversions.bridges.special import GIVES

FIELDS = {
    "token", "amount", "vault", "sender", "recipient", "other_chain", "other_token", "other_amount", "key", "memo",
    "status",
}  # fmt: skip
AMOUNTS = ("amount", "other_amount")
GIVEN = frozenset({"@tx", "@chain", "@token", "@kappa"})  # without any event
NUMBER = "uint"
Fields = Mapping[str, str | Sequence[str]]


def check(signature: Signature, beside: Signature | None, special: str, own: str, leg: Fields) -> None:
    """ValueError that says what a rule gets wrong."""
    if special and special not in GIVES:
        raise ValueError(f"special {special!r} is none of {', '.join(GIVES)}")
    names = signature.names | dict.fromkeys(GIVES.get(special, ()), NUMBER)
    if beside is not None:
        names |= {f"with.{name}": kind for name, kind in beside.names.items()}
    if strange := set(leg) - FIELDS:
        raise ValueError(f"a leg has no {', '.join(sorted(map(str, strange)))}")
    if not isinstance(leg.get("key", []), list):
        raise ValueError("a key is a list of its parts")
    if own and names.get(own) != "address":
        raise ValueError(f"own {own!r} is no address of the event")
    for said in (*(value for name, value in leg.items() if name != "key"), *leg.get("key", ())):
        _meant(said, names)
    for name in AMOUNTS:
        kind = names.get(str(leg.get(name, "")), NUMBER)
        if not kind.startswith(NUMBER) or kind.endswith("]"):
            raise ValueError(f"{name} is no number of the event")


def _meant(said: object, names: Mapping[str, str]) -> None:
    if not isinstance(said, str):
        raise ValueError(f"{said!r} is no text")
    if said in GIVEN or said.startswith("="):
        return
    kind = names.get(said.removeprefix("#"))
    if kind is None:
        raise ValueError(f"{said!r} is no value of the event")
    if said.startswith("#") and (not kind.startswith(NUMBER) or kind.endswith("]")):
        raise ValueError(f"{said!r} is no number of a chain")
