/** The simulation of a fleet against what can be said without it. */
import { expect, it } from 'vitest';
import { simulateFleet, type FleetRates, type FleetRun } from '../../perf/fleet-simulation.ts';

const gibibyte = 2 ** 30;
const run: FleetRun = { bytes: 1024 * gibibyte, workers: 8, rangeBytes: 16 * gibibyte, storage: Infinity };
const rates: FleetRates = { worker: gibibyte, job: 0, merge: 0 };

it('takes as long as the bytes of a worker, or as the storage needs for all', () => {
  expect(simulateFleet(run, rates).seconds).toBeCloseTo(128, 3);
  expect(simulateFleet({ ...run, storage: 2 * gibibyte }, rates).seconds).toBeCloseTo(512, 3);
  expect(simulateFleet({ ...run, workers: 1 }, rates).seconds).toBeCloseTo(1024, 3);
  // Of nine ranges over eight workers the last one is alone.
  expect(simulateFleet({ ...run, bytes: 9 * 16 * gibibyte }, rates).seconds).toBeCloseTo(32, 3);
  expect(simulateFleet(run, { ...rates, merge: 1 / gibibyte }).seconds).toBeCloseTo(128 + 1024, 3);
});

it('names what it waits for', () => {
  expect(simulateFleet(run, rates).bottleneck).toBe('workers');
  expect(simulateFleet({ ...run, storage: 2 * gibibyte }, rates).bottleneck).toBe('storage');
  expect(simulateFleet(run, { ...rates, job: 100 }).bottleneck).toBe('queue');
  expect(simulateFleet(run, { ...rates, merge: 1 / gibibyte }).bottleneck).toBe('merge');
});
