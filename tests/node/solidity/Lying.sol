// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.0;

/// Says whatever it is told to say: events of bridges and tokens with nothing behind them.
contract Lying {
    /// An event with these topics and this data, as if it were this contract's own business.
    function say(bytes32[] calldata topics, bytes calldata data) external {
        bytes memory body = data;
        uint256 count = topics.length;
        bytes32[4] memory topic;
        for (uint256 i = 0; i < count; i++) topic[i] = topics[i];
        assembly {
            let start := add(body, 32)
            let size := mload(body)
            let a := mload(topic)
            let b := mload(add(topic, 32))
            let c := mload(add(topic, 64))
            let d := mload(add(topic, 96))
            switch count
            case 0 { log0(start, size) }
            case 1 { log1(start, size, a) }
            case 2 { log2(start, size, a, b) }
            case 3 { log3(start, size, a, b, c) }
            default { log4(start, size, a, b, c, d) }
        }
    }
}
