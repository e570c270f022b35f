// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

/// Reads many balances in one call. The asset of the native coin is the zero address.
contract Census {
    /// The balances of every holder in every asset, holder by holder.
    function balances(address[] calldata holders, address[] calldata assets) external view returns (uint256[] memory) {
        uint256[] memory found = new uint256[](holders.length * assets.length);
        uint256 place;
        for (uint256 h = 0; h < holders.length; h++) {
            for (uint256 a = 0; a < assets.length; a++) {
                found[place++] = assets[a] == address(0) ? holders[h].balance : Token(assets[a]).balanceOf(holders[h]);
            }
        }
        return found;
    }
}
