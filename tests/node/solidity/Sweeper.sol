// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

/// Code that an account is made to delegate to (EIP-7702): whatever coin comes in goes on at once.
contract Sweeper {
    address payable immutable home;

    constructor(address payable home_) {
        home = home_;
    }

    receive() external payable {
        (bool done, ) = home.call{value: address(this).balance}("");
        require(done);
    }
}
