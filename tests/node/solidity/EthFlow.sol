// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./AcrossPool.sol";

interface Settling {
    function filledAmount(bytes calldata uid) external view returns (uint256);
}

/// Sells native coin through a settlement contract, as CoW Protocol's eth-flow does: an order is paid for and placed
/// here, its coins lie here with everybody's, and what is never filled goes back to who placed it.
contract EthFlow {
    struct Asked {
        address buyToken;
        address receiver;
        uint256 sellAmount;
        uint256 buyAmount;
        bytes32 appData;
        uint256 feeAmount;
        uint32 validTo;
        bool partiallyFillable;
        int64 quoteId;
    }

    struct Order {
        address sellToken;
        address buyToken;
        address receiver;
        uint256 sellAmount;
        uint256 buyAmount;
        uint32 validTo;
        bytes32 appData;
        uint256 feeAmount;
        bytes32 kind;
        bool partiallyFillable;
        bytes32 sellTokenBalance;
        bytes32 buyTokenBalance;
    }

    struct Signature {
        uint8 scheme;
        bytes data;
    }

    struct Owner {
        address who;
        uint32 validTo;
    }

    event OrderPlacement(address indexed sender, Order order, Signature signature, bytes data);
    event OrderInvalidation(bytes orderUid);
    event OrderRefund(bytes orderUid, address indexed refunder);

    bytes32 private constant TYPE = keccak256(
        "Order(address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,string sellTokenBalance,string buyTokenBalance)"
    );
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    address public immutable wrapped;
    address public immutable settlement;
    mapping(bytes32 => Owner) public owners;

    constructor(address wrapped_, address settlement_) {
        wrapped = wrapped_;
        settlement = settlement_;
    }

    receive() external payable {}

    function approve() external {
        Token(wrapped).approve(settlement, type(uint256).max);
    }

    function wrap(uint256 amount) external {
        Wrapped(wrapped).deposit{value: amount}();
    }

    function createOrder(Asked calldata asked) external payable {
        require(msg.value == asked.sellAmount + asked.feeAmount, "not paid");
        Order memory order = _order(asked);
        bytes32 digest = _digest(order);
        require(owners[digest].who == address(0), "placed before");
        owners[digest] = Owner(msg.sender, asked.validTo);
        Signature memory signature = Signature(0, abi.encodePacked(address(this)));
        emit OrderPlacement(msg.sender, order, signature, abi.encodePacked(asked.quoteId, asked.validTo));
    }

    function invalidateOrders(Asked[] calldata list) external {
        for (uint256 i = 0; i < list.length; i++) _invalidate(list[i]);
    }

    function uidOf(Asked calldata asked) external view returns (bytes memory) {
        return _uid(_digest(_order(asked)));
    }

    function _invalidate(Asked calldata asked) private {
        bytes32 digest = _digest(_order(asked));
        Owner memory owner = owners[digest];
        bool valid = owner.validTo >= block.timestamp;
        require(owner.who > address(1) && (!valid || owner.who == msg.sender), "not allowed");
        owners[digest].who = address(1);
        bytes memory uid = _uid(digest);
        if (valid) emit OrderInvalidation(uid);
        else emit OrderRefund(uid, msg.sender);
        uint256 filled = Settling(settlement).filledAmount(uid);
        uint256 fee = asked.feeAmount - asked.feeAmount * filled / asked.sellAmount;
        uint256 back = asked.sellAmount - filled + fee;
        if (address(this).balance < back) Wrapped(wrapped).withdraw(back - address(this).balance);
        (bool done, ) = payable(owner.who).call{value: back}("");
        require(done, "not paid back");
    }

    function _order(Asked calldata asked) private view returns (Order memory) {
        return Order(
            wrapped,
            asked.buyToken,
            asked.receiver,
            asked.sellAmount,
            asked.buyAmount,
            type(uint32).max,
            asked.appData,
            asked.feeAmount,
            keccak256("sell"),
            asked.partiallyFillable,
            keccak256("erc20"),
            keccak256("erc20")
        );
    }

    function _digest(Order memory order) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN, keccak256("Gnosis Protocol"), keccak256("v2"), block.chainid, settlement)
        );
        return keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(TYPE, order))));
    }

    function _uid(bytes32 digest) private view returns (bytes memory) {
        return abi.encodePacked(digest, address(this), type(uint32).max);
    }
}
