// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

/// What users of THORChain call: native coin goes on to the vault, tokens stay here in the vault's name.
/// The asset of the native coin is the zero address.
contract ThorRouter {
    event Deposit(address indexed to, address indexed asset, uint256 amount, string memo);
    event TransferOut(address indexed vault, address indexed to, address asset, uint256 amount, string memo);

    mapping(address => mapping(address => uint256)) public vaultAllowance;

    function depositWithExpiry(
        address payable vault,
        address asset,
        uint256 amount,
        string calldata memo,
        uint256 expiration
    ) external payable {
        require(block.timestamp < expiration, "expired");
        uint256 arrived;
        if (asset == address(0)) {
            arrived = msg.value;
            require(vault.send(arrived), "the vault refuses");
        } else {
            require(msg.value == 0, "two assets");
            uint256 before = Token(asset).balanceOf(address(this));
            require(Token(asset).transferFrom(msg.sender, address(this), amount), "not paid");
            arrived = Token(asset).balanceOf(address(this)) - before; // less than amount where a token takes a fee
            vaultAllowance[vault][asset] += arrived;
        }
        emit Deposit(vault, asset, arrived, memo);
    }

    /// The caller is the vault that pays. Native coin that the recipient refuses goes back to the vault.
    function transferOut(address payable to, address asset, uint256 amount, string calldata memo) external payable {
        uint256 left = amount;
        if (asset == address(0)) {
            left = msg.value;
            if (!to.send(left)) payable(msg.sender).transfer(left);
        } else {
            vaultAllowance[msg.sender][asset] -= amount;
            require(Token(asset).transfer(to, amount), "not paid");
        }
        emit TransferOut(msg.sender, to, asset, left, memo);
    }
}
