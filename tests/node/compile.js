// Compile the standard JSON input on stdin, e.g. {"language": "Solidity", ...}; the output goes to stdout.
const solc = require("solc");
const input = require("fs").readFileSync(0, "utf8");
process.stdout.write(solc.compile(input));
