// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./MixingPool.sol";

/// Passes deposits and withdrawals on to a pool, several at once if asked.
contract MixingRouter {
    function deposit(MixingPool pool, bytes32[] calldata commitments) external payable {
        uint256 each = pool.denomination();
        for (uint256 i = 0; i < commitments.length; i++) {
            pool.deposit{value: each}(commitments[i]);
        }
        if (address(this).balance > 0) {
            (bool back,) = msg.sender.call{value: address(this).balance}("");
            require(back, "not given back");
        }
    }

    function withdraw(MixingPool pool, bytes32 secret, address payable recipient, address payable relayer, uint256 fee)
        external
    {
        pool.withdraw(secret, recipient, relayer, fee);
    }
}
