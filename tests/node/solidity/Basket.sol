// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

interface Router {
    function swapExactTokensForTokens(
        uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to, uint256 deadline
    ) external returns (uint256[] memory);

    function swapExactTokensForETH(
        uint256 amountIn, uint256 amountOutMin, address[] calldata path, address to, uint256 deadline
    ) external returns (uint256[] memory);
}

/// Several swaps for its caller in one transaction: each pulls a token of the caller and pays the caller.
contract Basket {
    struct Swap {
        uint256 amount;
        address[] path; // from the token sold to the token bought
        bool native; // pay the last token of the path, the wrapped coin, unwrapped
    }

    Router public immutable router;

    constructor(Router router_) {
        router = router_;
    }

    function swap(Swap[] calldata swaps) external {
        for (uint256 i = 0; i < swaps.length; i++) {
            Token sold = Token(swaps[i].path[0]);
            uint256 amount = swaps[i].amount;
            require(sold.transferFrom(msg.sender, address(this), amount), "not paid");
            sold.approve(address(router), amount);
            if (swaps[i].native) {
                router.swapExactTokensForETH(amount, 0, swaps[i].path, msg.sender, block.timestamp);
            } else {
                router.swapExactTokensForTokens(amount, 0, swaps[i].path, msg.sender, block.timestamp);
            }
        }
    }
}
