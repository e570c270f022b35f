"""From the files and nodes of Bitcoin and its kin to rows and outputs of a ledger."""
