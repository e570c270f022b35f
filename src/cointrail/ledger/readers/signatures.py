"""The events whose meaning is read here: those that move a token."""

from cointrail.ledger.rows import ADDRESS_BYTES

# keccak("Transfer(address,address,uint256)"); ERC-721 has the same, with the token's number as a fourth topic.
TRANSFER = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
TRANSFER_TOPICS, TOKEN_TOPICS = 3, 4

# keccak("Deposit(address,uint256)") and keccak("Withdrawal(address,uint256)"), of WETH9, which mints without a Transfer
DEPOSIT = bytes.fromhex("e1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c")
WITHDRAWAL = bytes.fromhex("7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65")
WRAPPER_TOPICS = 2

NOBODY = bytes(ADDRESS_BYTES)  # where ERC-20 tokens are minted from and burned to
