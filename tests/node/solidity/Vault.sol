// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

/// Shares in a pot of one token, as ERC-4626 has them. Whoever pays into the pot makes every share worth more.
contract Vault is Token {
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares
    );

    Token public immutable asset;

    constructor(string memory symbol_, uint8 decimals_, Token asset_) Token(symbol_, decimals_) {
        asset = asset_;
    }

    function totalAssets() public view returns (uint256) {
        return asset.balanceOf(address(this));
    }

    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        shares = totalSupply == 0 ? assets : (assets * totalSupply) / totalAssets();
        require(asset.transferFrom(msg.sender, address(this), assets), "not paid");
        _mint(receiver, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets) {
        require(msg.sender == owner, "not the owner");
        assets = (shares * totalAssets()) / totalSupply;
        _burn(owner, shares);
        require(asset.transfer(receiver, assets), "not paid");
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
    }
}
