// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

/// A token that keeps 2 % of every transfer, rounded down, for its collector.
contract FeeToken is Token {
    uint256 constant FEE_PERCENT = 2;

    address public immutable collector;

    constructor(string memory symbol_, uint8 decimals_, address collector_) Token(symbol_, decimals_) {
        collector = collector_;
    }

    function _transfer(address from, address to, uint256 amount) internal override {
        uint256 fee = (amount * FEE_PERCENT) / 100;
        _move(from, collector, fee);
        _move(from, to, amount - fee);
    }
}
