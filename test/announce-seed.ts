/** One seed for everything that is drawn at random in a run, printed once at its start. */
import { randomInt } from 'node:crypto';

export default function announceSeed(): void {
  const given = process.env.DUMPBENCH_SEED;
  // The workers are started after this and inherit it.
  process.env.DUMPBENCH_SEED = given === undefined || given === '' ? String(randomInt(1, 0x7fffffff)) : given;
  process.stdout.write(`seed ${process.env.DUMPBENCH_SEED} (DUMPBENCH_SEED=${process.env.DUMPBENCH_SEED} repeats this run)\n`);
}
