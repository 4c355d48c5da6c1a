// Prints the draws of a WebAssembly file:  node run.mjs FILE
import { readFileSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
const start = instance.exports.draws();
const memory = new Uint8Array(instance.exports.memory.buffer);
process.stdout.write(memory.subarray(start, memory.indexOf(0, start)));
