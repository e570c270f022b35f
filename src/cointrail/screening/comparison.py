"""A screening beside a later one of the same address: what changed, and why."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from cointrail.screening.rule import Rules
from cointrail.screening.worth import percent

Content = Mapping[str, Any]


def compare(before: Content, after: Content, old: Rules | None, new: Rules) -> dict[str, Any]:
    """What differs between two results, with a cause for every reason that came, went or changed.

    A cause is a `rule`, a `label`, a `path` (money moved, or moved differently, in the ledger), a `price`, or the
    `time`. `old` is the rule set of the first result, None where it is not known any more.
    """
    reasons = _difference(_by(before["reasons"], _reason_key), _by(after["reasons"], _reason_key))
    labels = _difference(_by(before["labels"], _label_key), _by(after["labels"], _label_key))
    exposures = _difference(_by(before["exposures"], _part_key), _by(after["exposures"], _part_key))
    rules = _rules(old, new)
    causes: list[dict[str, str]] = []
    for kind in ("added", "gone", "changed"):
        for entry in reasons[kind]:
            one = entry["after"] if kind == "changed" else entry
            for cause in _causes(one, entry if kind == "changed" else None, before, after, labels, rules):
                if cause not in causes:
                    causes.append(cause)
    return {
        "changed": before["verdict"] != after["verdict"] or any(reasons.values()),
        "verdict": {"before": before["verdict"], "after": after["verdict"]},
        "risk_score": {"before": before["risk_score"], "after": after["risk_score"]},
        "causes": causes,
        "reasons": reasons,
        "labels": labels,
        "exposures": exposures,
        "rules": rules,
    }


def _reason_key(one: Content) -> tuple[str, ...]:
    assets = "" if one["usd"] is not None else ",".join(amount["asset"] for amount in one["amounts"])
    return one["code"], one["direction"] or "", assets


def _label_key(one: Content) -> tuple[str, ...]:
    return (one["entity"], one["source"], one["source_category"] or "", one["network"] or "")


def _part_key(one: Content) -> tuple[str, ...]:
    return one["direction"], one["asset"], one["category"] or ""


def _by(entries: Iterable[Content], key: Any) -> dict[tuple[str, ...], Content]:
    return {key(one): one for one in entries}


def _difference(old: Mapping[Any, Content], new: Mapping[Any, Content]) -> dict[str, list[Any]]:
    both = [key for key in new if key in old and old[key] != new[key]]
    return {
        "added": [one for key, one in new.items() if key not in old],
        "gone": [one for key, one in old.items() if key not in new],
        "changed": [{"before": old[key], "after": new[key]} for key in both],
    }


def _rules(old: Rules | None, new: Rules) -> dict[str, list[str]]:
    if old is None or old.digest == new.digest:
        return {"added": [], "gone": [], "changed": []}
    was, now = ({rule.id: rule for rule in rules.rules} for rules in (old, new))
    return {
        "added": [one for one in now if one not in was],
        "gone": [one for one in was if one not in now],
        "changed": [one for one in now if one in was and was[one] != now[one]],
    }


def _causes(
    reason: Content, change: Content | None, before: Content, after: Content, labels: Content, rules: Content
) -> list[dict[str, str]]:
    id_ = reason["rule"]
    words = {"added": "is new", "gone": "is not there any more", "changed": "was changed"}
    told = [{"cause": "rule", "text": f"rule {id_} {word}"} for kind, word in words.items() if id_ in rules[kind]]
    if told:
        return told
    if reason["kind"] == "ownership":
        found = _label_causes(labels, set(reason["categories"]))
        return found or [{"cause": "time", "text": f"rule {id_} counts at one of the two times only"}]
    return [_amount_cause(reason, change, before, after)]


def _label_causes(labels: Content, categories: set[str]) -> list[dict[str, str]]:
    told = []
    for kind, word in (("added", "is new or holds now"), ("gone", "holds no more")):
        for one in labels[kind]:
            if one["category"] in categories:
                told.append(f"label of {one['source']} ({one['entity']}, {one['category']}) {word}")
    for pair in labels["changed"]:
        was, now = pair["before"], pair["after"]
        if now["category"] in categories or was["category"] in categories:
            if was["status"] != now["status"]:
                what = f"is {now['status']}, it was {was['status']}"
            else:
                what = f"was changed ({', '.join(key for key in now if now[key] != was[key] and key != 'id')})"
            told.append(f"label of {now['source']} ({now['entity']}, {now['category']}) {what}")
    return [{"cause": "label", "text": text} for text in told]


def _amount_cause(reason: Content, change: Content | None, before: Content, after: Content) -> dict[str, str]:
    was, now = before["digests"], after["digests"]
    what = f"{reason['kind']} share under rule {reason['rule']}"
    if change is not None:
        shares = (percent(Fraction(change[side]["share"])) for side in ("before", "after"))
        what += " went from {} to {}".format(*shares)
    else:
        what += f" is {percent(Fraction(reason['share']))} where the rule fires"
    if was["exposure_ledger"] != now["exposure_ledger"]:
        return {"cause": "path", "text": f"{what}: the ledger has other transfers"}
    if was["exposure_labels"] != now["exposure_labels"]:
        return {"cause": "label", "text": f"{what}: labels of addresses that it dealt with changed"}
    if was["prices"] != now["prices"]:
        return {"cause": "price", "text": f"{what}: prices changed"}
    if before["exposures"] == after["exposures"] and before["labels"] != after["labels"]:
        return {"cause": "label", "text": f"{what}: its own labels changed"}
    return {"cause": "time", "text": f"{what}: it was judged as of another time"}
