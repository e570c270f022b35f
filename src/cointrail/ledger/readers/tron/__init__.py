"""Tron as its nodes, TronGrid and Tronscan tell it in JSON: transactions, their receipts, and transfers."""
