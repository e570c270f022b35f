// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

/// Takes one amount and pays it out to whoever knows the secret of a deposit: a hash lock where the real pools check a
/// proof that does not say which deposit it is. Events, payments and their order are those of the real ones.
contract MixingPool {
    event Deposit(bytes32 indexed commitment, uint32 leafIndex, uint256 timestamp);
    event Withdrawal(address to, bytes32 nullifierHash, address indexed relayer, uint256 fee);

    uint256 public denomination;
    uint32 public count;
    mapping(bytes32 => bool) public commitments;
    mapping(bytes32 => bool) public spent;

    constructor(uint256 denomination_) {
        denomination = denomination_;
    }

    function deposit(bytes32 commitment) external payable {
        require(msg.value == denomination, "another amount");
        require(!commitments[commitment], "there already");
        commitments[commitment] = true;
        emit Deposit(commitment, count++, block.timestamp);
    }

    function withdraw(bytes32 secret, address payable recipient, address payable relayer, uint256 fee) external {
        bytes32 commitment = keccak256(abi.encode(secret));
        bytes32 nullifier = keccak256(abi.encode(secret, "nullifier"));
        require(commitments[commitment] && !spent[nullifier], "no such deposit");
        require(fee <= denomination, "fee");
        spent[nullifier] = true;
        (bool paid,) = recipient.call{value: denomination - fee}("");
        require(paid, "not paid");
        if (fee > 0) {
            (paid,) = relayer.call{value: fee}("");
            require(paid, "relayer not paid");
        }
        emit Withdrawal(recipient, nullifier, relayer, fee);
    }
}
