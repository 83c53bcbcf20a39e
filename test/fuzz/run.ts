/**
 * `npm run fuzz -- --hours N [--door NAME]... [--seed S]`: tries inputs at the doors until N hours of processor time are used. What fails is made
 * smaller and kept in test/fuzz/kept, which `npm test` replays. Ctrl+C ends it with the table of what was done until then.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { doorNamed, doors } from './doors/index.ts';
import { keepCase } from './kept-cases.ts';
import { minimised } from './minimise.ts';
import type { Input, Tally } from './tries.ts';
import { askBatch } from './watched-batch.ts';

const { values } = parseArgs({
  options: { hours: { type: 'string' }, door: { type: 'string', multiple: true }, seed: { type: 'string' } },
});
const hours = Number(values.hours);
if (!(hours > 0)) {
  console.error('usage: npm run fuzz -- --hours N [--door NAME]... [--seed S]');
  process.exit(2);
}
const seed = values.seed === undefined ? randomInt(1, 0x7fffffff) : Number(values.seed) >>> 0;
const chosen = values.door === undefined ? doors : values.door.map(doorNamed);

/** Seconds of processor time of one child: what leaks shows, and a crash loses little. */
const batchSeconds = 60;
/** A crash is tried again in a process of its own each time. */
const mostCrashAttempts = 30;

interface Sum extends Tally {
  readonly failures: number;
  readonly seconds: number;
}
const sums = new Map<string, Sum>(chosen.map(({ name }) => [name, { inputs: 0, calls: 0, refused: 0, peakBytes: 0, failures: 0, seconds: 0 }]));
const sumOf = (name: string): Sum => sums.get(name) ?? { inputs: 0, calls: 0, refused: 0, peakBytes: 0, failures: 0, seconds: 0 };
const add = (name: string, more: Partial<Sum>): void => {
  const old = sumOf(name);
  sums.set(name, {
    inputs: old.inputs + (more.inputs ?? 0),
    calls: old.calls + (more.calls ?? 0),
    refused: old.refused + (more.refused ?? 0),
    failures: old.failures + (more.failures ?? 0),
    seconds: old.seconds + (more.seconds ?? 0),
    peakBytes: Math.max(old.peakBytes, more.peakBytes ?? 0),
  });
};

const stopped = new AbortController();
const seen = new Set<string>();
function keep(key: string, input: Input, found: string): void {
  if (seen.has(`${input.door} ${key}`)) return;
  seen.add(`${input.door} ${key}`);
  const [line = ''] = found.split('\n');
  console.error(`FAILED ${input.door}: ${found}\nkept in ${keepCase(input, line)}`);
}

/** The input that ended a process: found again by its number, and made smaller with a process for each attempt. */
async function keepCrash(door: string, number: number, died: string): Promise<void> {
  let input: Input | undefined;
  await askBatch(door, seed, { ask: 'input', number }, (message) => {
    if (message.say === 'input') input = message.input;
  });
  if (input === undefined) return;
  const whole = input;
  const fails = async (steps: Input['steps']): Promise<boolean> =>
    !stopped.signal.aborted && (await askBatch(door, seed, { ask: 'attempt', input: { ...whole, steps } }, () => undefined)).died !== undefined;
  const steps = (await fails(whole.steps)) ? await minimised(whole.steps, fails, mostCrashAttempts) : whole.steps;
  keep(died.split('\n')[0] ?? '', { ...whole, steps }, died);
}

async function batch(name: string, milliseconds: number): Promise<void> {
  const first = sumOf(name).inputs;
  const end = await askBatch(name, seed, { ask: 'spend', first, milliseconds }, (message) => {
    if (message.say === 'done') add(name, { ...message.tally, seconds: message.milliseconds / 1000 });
    if (message.say !== 'failed') return;
    add(name, { failures: 1 });
    if (message.input !== undefined) keep(message.key, message.input, message.text);
  });
  if (end.died === undefined) return;
  const tried = end.number === undefined ? 0 : end.number + 1 - first;
  add(name, { inputs: tried, failures: 1, seconds: end.seconds });
  if (end.number === undefined) throw new Error(`${name} cannot be opened: ${end.died}`);
  await keepCrash(name, end.number, end.died);
}

const rows = (): string[][] => [
  ['door', 'inputs', 'calls', 'refused', 'failures', 'peak memory', 'processor time'],
  ...[...sums].map(([name, sum]) => [
    name,
    ...[sum.inputs, sum.calls, sum.refused, sum.failures].map((one) => one.toLocaleString('en')),
    `${(sum.peakBytes / 2 ** 20).toFixed(0)} MiB`,
    `${(sum.seconds / 60).toFixed(1)} min`,
  ]),
];
function table(): string {
  const all = rows();
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
    .join('\n');
}

const stop = (): void => {
  // A second time it ends at once.
  if (stopped.signal.aborted) process.exit(130);
  stopped.abort();
  console.error('ending after this batch');
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);

console.error(`seed ${seed}`);
const spent = (): number => [...sums.values()].reduce((sum, { seconds }) => sum + seconds, 0);
while (!stopped.signal.aborted && spent() < hours * 3600) {
  // The door that has had least of its share.
  const [door] = chosen.toSorted((a, b) => sumOf(a.name).seconds / a.seconds - sumOf(b.name).seconds / b.seconds);
  if (door === undefined) break;
  const seconds = Math.min(batchSeconds, Math.max(1, hours * 3600 - spent()));
  await batch(door.name, seconds * 1000);
  const { inputs, failures } = sumOf(door.name);
  console.error(`${door.name}: ${inputs} inputs, ${failures} failures; ${(spent() / 3600).toFixed(2)} h`);
}
console.log(table());
process.exitCode = [...sums.values()].some(({ failures }) => failures > 0) ? 1 : 0;
