// node idle.mjs: how many per cent of all processors idled in the last second, before a measurement starts.

import os from "node:os";
import {setTimeout as sleep} from "node:timers/promises";

const before = times();
await sleep(1000);
const after = times();
console.log(Math.round((100 * (after.idle - before.idle)) / (after.all - before.all)));

function times() {
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const cpus = os.cpus().map((cpu) => cpu.times);
    return {idle: sum(cpus.map((one) => one.idle)), all: sum(cpus.flatMap((one) => Object.values(one)))};
}
