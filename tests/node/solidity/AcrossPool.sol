// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

interface Wrapped {
    function deposit() external payable;
    function withdraw(uint256 amount) external;
}

/// Takes deposits for another chain and pays, from a relayer's pocket, what was deposited there.
/// Addresses are 32 bytes wide in its events, as other chains have longer ones. Deposits of native coin are
/// wrapped; fills in the wrapped coin are paid out unwrapped.
contract AcrossPool {
    struct Relay {
        bytes32 depositor;
        bytes32 recipient;
        bytes32 exclusiveRelayer;
        bytes32 inputToken;
        bytes32 outputToken;
        uint256 inputAmount;
        uint256 outputAmount;
        uint256 originChainId;
        uint256 depositId;
        uint32 fillDeadline;
        uint32 exclusivityDeadline;
        bytes message;
    }

    struct Execution {
        bytes32 updatedRecipient;
        bytes32 updatedMessageHash;
        uint256 updatedOutputAmount;
        uint8 fillType;
    }

    event FundsDeposited(
        bytes32 inputToken,
        bytes32 outputToken,
        uint256 inputAmount,
        uint256 outputAmount,
        uint256 indexed destinationChainId,
        uint256 indexed depositId,
        uint32 quoteTimestamp,
        uint32 fillDeadline,
        uint32 exclusivityDeadline,
        bytes32 indexed depositor,
        bytes32 recipient,
        bytes32 exclusiveRelayer,
        bytes message
    );

    event FilledRelay(
        bytes32 inputToken,
        bytes32 outputToken,
        uint256 inputAmount,
        uint256 outputAmount,
        uint256 repaymentChainId,
        uint256 indexed originChainId,
        uint256 indexed depositId,
        uint32 fillDeadline,
        uint32 exclusivityDeadline,
        bytes32 exclusiveRelayer,
        bytes32 indexed relayer,
        bytes32 depositor,
        bytes32 recipient,
        bytes32 messageHash,
        Execution relayExecutionInfo
    );

    address public immutable wrapped;
    uint256 public numberOfDeposits;
    mapping(bytes32 => bool) public filled;

    constructor(address wrapped_) {
        wrapped = wrapped_;
    }

    receive() external payable {}

    function deposit(
        bytes32 depositor,
        bytes32 recipient,
        bytes32 inputToken,
        bytes32 outputToken,
        uint256 inputAmount,
        uint256 outputAmount,
        uint256 destinationChainId,
        bytes32 exclusiveRelayer,
        uint32 quoteTimestamp,
        uint32 fillDeadline,
        uint32 exclusivityDeadline,
        bytes calldata message
    ) external payable {
        if (msg.value > 0) {
            require(_address(inputToken) == wrapped && msg.value == inputAmount, "value is not the input");
            Wrapped(wrapped).deposit{value: msg.value}();
        } else {
            require(Token(_address(inputToken)).transferFrom(msg.sender, address(this), inputAmount), "not paid");
        }
        emit FundsDeposited(
            inputToken,
            outputToken,
            inputAmount,
            outputAmount,
            destinationChainId,
            numberOfDeposits++,
            quoteTimestamp,
            fillDeadline,
            exclusivityDeadline,
            depositor,
            recipient,
            exclusiveRelayer,
            message
        );
    }

    /// The same relay is paid once only. One that differs in anything is another relay, even with the same deposit
    /// id: nothing on this chain knows which of them was deposited.
    function fillRelay(Relay calldata relay, uint256 repaymentChainId, bytes32 repaymentAddress) external {
        require(block.timestamp <= relay.fillDeadline, "too late");
        bytes32 key = keccak256(abi.encode(relay, block.chainid));
        require(!filled[key], "filled before");
        filled[key] = true;
        _pay(_address(relay.outputToken), payable(_address(relay.recipient)), relay.outputAmount);
        bytes32 digest = relay.message.length == 0 ? bytes32(0) : keccak256(relay.message);
        emit FilledRelay(
            relay.inputToken,
            relay.outputToken,
            relay.inputAmount,
            relay.outputAmount,
            repaymentChainId,
            relay.originChainId,
            relay.depositId,
            relay.fillDeadline,
            relay.exclusivityDeadline,
            relay.exclusiveRelayer,
            repaymentAddress,
            relay.depositor,
            relay.recipient,
            digest,
            Execution(relay.recipient, digest, relay.outputAmount, 0)
        );
    }

    function _pay(address token, address payable to, uint256 amount) private {
        if (token != wrapped) {
            require(Token(token).transferFrom(msg.sender, to, amount), "not paid");
            return;
        }
        require(Token(token).transferFrom(msg.sender, address(this), amount), "not paid");
        Wrapped(wrapped).withdraw(amount);
        (bool done, ) = to.call{value: amount}("");
        require(done, "the recipient refuses");
    }

    function _address(bytes32 wide) private pure returns (address) {
        require(uint256(wide) >> 160 == 0, "not an address of this chain");
        return address(uint160(uint256(wide)));
    }
}
