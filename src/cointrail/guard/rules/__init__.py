"""The rules: each is a function from a subject to reasons, its thresholds on top of its file."""

from collections.abc import Callable, Iterator

from cointrail.guard.reason import Reason
from cointrail.guard.rules import (
    allowances,
    binding,
    blind,
    confirmations,
    delegates,
    exposures,
    intended,
    labels,
    order,
    payments,
    powers,
    refunds,
    simulated,
)
from cointrail.guard.subject import Subject

Rule = Callable[[Subject], Iterator[Reason]]

RULES: tuple[Rule, ...] = (
    binding.hash_mismatch, binding.chain_mismatch, binding.operation, binding.only_hash, binding.version,
    confirmations.confirmation_stranger, confirmations.confirmation_not_owner, confirmations.confirmation_malformed,
    confirmations.confirmation_twice, confirmations.confirmation_unproven, confirmations.eth_sign, confirmations.owners,
    delegates.delegatecall_unpinned,
    delegates.delegatecall_unseen, delegates.delegatecall_token, delegates.delegatecall_code,
    delegates.delegatecall_function, delegates.delegatecall_inside, delegates.batch_by_call, delegates.helper,
    simulated.safe_storage, simulated.power_moved, simulated.simulation_differs, simulated.loss_hidden,
    simulated.gain_hidden,
    simulated.payment_missing, simulated.simulation_fails, simulated.simulation_incomplete, simulated.simulation_blind,
    powers.safe_power, powers.admin_power,
    intended.intent_other, intended.intent_extra, intended.intent_unmet, intended.intent_met,
    allowances.allowance, allowances.allowance_hidden, refunds.refund,
    labels.label, exposures.exposure,
    payments.lookalike, payments.recipient_new, payments.recipient_young, payments.amount, payments.payment_empty,
    payments.payment_strange, payments.token_unknown,
    order.nonce_used, order.nonce_later, order.nonce_twice, order.executed,
    blind.call_unknown, blind.contract_new, blind.swap_careless, blind.undecodable, blind.nested,
    blind.approves_hash, blind.signs_message, blind.not_simulated,
)  # fmt: skip
"""All rules. A rule's name is that of its function."""
