// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

/// Settles orders of several owners in one transaction sent by a solver, as CoW Protocol does: sold tokens are
/// pulled in, what is missing is bought elsewhere, bought tokens are paid out.
contract Batch {
    struct Order {
        address owner;
        address receiver;
        address sellToken;
        address buyToken;
        uint256 sellAmount; // with the fee
        uint256 buyAmount;
        uint256 feeAmount; // in the sold token; stays here
        bytes uid;
    }

    struct Interaction {
        address target;
        bytes data;
    }

    event Trade(
        address indexed owner,
        address sellToken,
        address buyToken,
        uint256 sellAmount,
        uint256 buyAmount,
        uint256 feeAmount,
        bytes orderUid
    );
    event Settlement(address indexed solver);

    mapping(bytes => uint256) public filledAmount; // of what was sold, without the fee

    function settle(Order[] calldata orders, Interaction[] calldata interactions) external {
        for (uint256 i = 0; i < orders.length; i++) {
            Order calldata order = orders[i];
            require(Token(order.sellToken).transferFrom(order.owner, address(this), order.sellAmount), "not paid in");
            filledAmount[order.uid] += order.sellAmount - order.feeAmount;
            emit Trade(
                order.owner,
                order.sellToken,
                order.buyToken,
                order.sellAmount,
                order.buyAmount,
                order.feeAmount,
                order.uid
            );
        }
        for (uint256 i = 0; i < interactions.length; i++) {
            (bool done, ) = interactions[i].target.call(interactions[i].data);
            require(done, "an interaction failed");
        }
        for (uint256 i = 0; i < orders.length; i++) {
            address to = orders[i].receiver == address(0) ? orders[i].owner : orders[i].receiver;
            require(Token(orders[i].buyToken).transfer(to, orders[i].buyAmount), "not paid out");
        }
        emit Settlement(msg.sender);
    }
}
