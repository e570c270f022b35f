"""Is this approval what its signer thinks it is? Safe transactions, messages and permits, judged."""

from cointrail.guard.check import Judgement, check
from cointrail.guard.history import History, of_ledger
from cointrail.guard.intent import Intent, parse_intent, read_intent
from cointrail.guard.reading import read_requests, requests
from cointrail.guard.reason import Reason
from cointrail.guard.request import Confirmation, Request, Transaction
from cointrail.guard.state import State, parse_state, read_state

__all__ = [
    "Confirmation", "History", "Intent", "Judgement", "Reason", "Request", "State", "Transaction", "check", "of_ledger",
    "parse_intent", "parse_state", "read_intent", "read_requests", "read_state", "requests",
]  # fmt: skip
