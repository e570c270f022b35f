"""From the fields of a row or a tag to a label. What the readers of all formats share."""

import re
from collections.abc import Mapping
from functools import lru_cache
from sys import intern

from cointrail.chains import tron
from cointrail.chains.address import WRAPPING, parse_address, parse_any
from cointrail.chains.chain import chain as chain_by_name
from cointrail.chains.moment import parse_time
from cointrail.labels.categories import category
from cointrail.labels.label import Label
from cointrail.labels.listings import listed
from cointrail.labels.networks import chain_of, elsewhere

OPEN = ("", "null", "none", "~")  # a time that is not given
SANCTIONS = "sanctions"  # of the taxonomy
AUTHORITIES = ("OFAC",)  # whose dates of listing are known
ENTITY_LENGTH = 1000  # longer texts are not names, but files that were cut wrongly
EVM_FORM = re.compile(r"(?:0[xX]|\\[xX]).{40}")


def claim(fields: Mapping[str, str], file: str) -> Label | None:
    """The label that the fields say, None when they speak of another kind of chain.

    Fields: address, entity, and where known category, actor, confidence, source, url, network, currency, valid_from,
    valid_to, lastmod, authority. A label without a source has its file as the source; one of an authority's list, or
    an undated one that repeats it, has the dates of its listing, where they are known. Raises ValueError with the
    reason when the address, the entity or a time cannot be used.
    """
    text = fields.get("address", "").strip(WRAPPING)
    if not text:
        raise ValueError("it has no address")
    network, currency = fields.get("network", "").strip(), fields.get("currency", "").strip()
    term = network or currency
    chain = chain_of(term)
    address = None if elsewhere(term) else _address(text, term, chain)
    if address is None:
        return None  # a known chain of another kind, or a coin that lives on several
    entity = fields.get("entity", "").strip()
    if not entity:
        raise ValueError("it does not say who holds the address")
    if len(entity) > ENTITY_LENGTH or "\n" in entity:
        raise ValueError("the name runs over several lines or is too long: is a quote missing?")
    valid_from, valid_to = _time(fields, "valid_from"), _time(fields, "valid_to")
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        raise ValueError("it ends before it begins")
    source = fields.get("source", "").strip() or file
    url = fields.get("url", "").strip() or (source if source.startswith(("https://", "http://")) else "")
    authority = fields.get("authority") or ("" if valid_from or valid_to else _authority(fields, entity, source, file))
    if authority:
        valid_from, valid_to = listed(authority, address) or (valid_from, valid_to)
    return Label(
        address=address,
        network=chain or (intern(network.lower()) if network else None),
        entity=intern(entity),
        category=_text(fields, "category"),
        actor=_text(fields, "actor"),
        confidence=_text(fields, "confidence"),
        source=intern(source),
        url=intern(url) or None,
        valid_from=valid_from,
        valid_to=valid_to,
        lastmod=_time(fields, "lastmod"),
        file=file,
        written=None if EVM_FORM.fullmatch(text) or tron.parse(text) else text,
    )


def _authority(fields: Mapping[str, str], entity: str, source: str, file: str) -> str:
    """Whose list an undated claim of a sanction repeats; "" for what is no such claim, or does not say."""
    known = category(fields.get("category") or "")
    said = (entity,) if known is None or known.native != SANCTIONS else (entity, fields["category"], source, file)
    return next((name for text in said for name in AUTHORITIES if name in text.upper()), "")


def _address(text: str, term: str, chain: str | None) -> bytes | None:
    """The address as its chain writes it; None where it is none of the chain's, or the chain is not known.

    Public lists hold many broken addresses of other chains than the EVM's; they are passed over like those of chains
    that are not known.
    """
    family = chain_by_name(chain).family if chain else "evm" if not term or EVM_FORM.fullmatch(text) else ""
    if family == "evm" and (chain or EVM_FORM.fullmatch(text)):
        return parse_address(text)
    if family == "utxo" and EVM_FORM.fullmatch(text):
        return None
    try:
        return parse_any(text)
    except ValueError:
        if term:
            return None
        raise


def _text(fields: Mapping[str, str], name: str) -> str | None:
    value = fields.get(name)
    return intern(value.strip()) or None if value else None


def _time(fields: Mapping[str, str], name: str) -> int | None:
    value = fields.get(name)
    if not value:
        return None
    try:
        return _moment(value)
    except ValueError as error:
        raise ValueError(f"{name.replace('_', ' ')}: {error}") from error


@lru_cache(4096)  # dates repeat from row to row
def _moment(text: str) -> int | None:
    return None if text.strip().lower() in OPEN else parse_time(text)
