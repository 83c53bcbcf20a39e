/** The fuzzer itself: it finds a fault that is planted, makes the input small, draws the same for the same seed, and survives what ends a process. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/samples/seeded-random.ts';
import { drawByteSteps, withByteSteps, type ByteBase } from './byte-steps.ts';
import { changedText, drawDocumentSteps } from './document-steps.ts';
import type { OpenDoor } from './door.ts';
import { minimised } from './minimise.ts';
import type { Step } from './step.ts';
import { faultKey, inputOf, spend, type Input } from './tries.ts';

const base: ByteBase = { name: 'base', bytes: new Uint8Array(64).fill(1), fields: [{ offset: 8, size: 4 }], records: [{ offset: 16, size: 8 }, { offset: 24, size: 8 }] }; // prettier-ignore
const other: ByteBase = { name: 'other', bytes: new Uint8Array(64).fill(2), fields: [], records: [] };
const bytesOf = (name: string): Uint8Array => (name === 'base' ? base : other).bytes;

/** Fails where the first byte of its field has its highest bit set. */
const planted: OpenDoor = {
  bases: ['base'],
  draw: (_, random) => drawByteSteps(base, [other], random),
  attempt(_, steps) {
    const bytes = withByteSteps(base.bytes, steps, bytesOf);
    if ((bytes[8] ?? 0) >= 0x80) throw new TypeError('planted');
    return Promise.resolve({ outcome: bytes.length < 64 ? 'refused' : 'answered', calls: 1 });
  },
};
const fails = (steps: readonly Step[]): Promise<boolean> => planted.attempt('base', steps).then(() => false, () => true); // prettier-ignore

describe('the fuzzer', () => {
  it('finds what is planted, and makes it one change of one byte', async () => {
    const found: Input[] = [];
    const attempt: OpenDoor['attempt'] = async (name, steps) => planted.attempt(name, steps);
    const tally = await spend('planted', { ...planted, attempt }, { first: 0, milliseconds: 0, least: 500 }, { failed: (input) => void found.push(input) });
    expect(tally).toMatchObject({ inputs: 500, calls: 500 - found.length });
    expect(tally.refused).toBeGreaterThan(0);
    expect(found.length).toBeGreaterThan(0);
    const [first] = found;
    const asked: OpenDoor = { ...planted, attempt };
    const small = await minimised(first?.steps ?? [], (steps) => asked.attempt('base', steps).then(() => false, () => true)); // prettier-ignore
    expect(small).toHaveLength(1);
    expect(withByteSteps(base.bytes, small, bytesOf)[8]).toBeGreaterThanOrEqual(0x80);
  });

  it('draws the same input for the same number, whatever was drawn before', () => {
    expect(inputOf('planted', planted, 7)).toEqual(inputOf('planted', planted, 7));
    expect(inputOf('planted', planted, 7)).not.toEqual(inputOf('planted', planted, 8));
  });

  it('leaves an input as it is that does not fail with less', async () => {
    const steps: readonly Step[] = [{ do: 'set', at: 8, hex: '80' }];
    expect(await minimised(steps, async (fewer) => fewer.length > 0 && (await fails(fewer)))).toEqual(steps);
  });

  it('moves, repeats, and takes over records', () => {
    const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5);
    const changed = (step: Step): number[] => [...withByteSteps(bytes, [step], () => Uint8Array.of(7, 8, 9))];
    expect(changed({ do: 'swap', at: 1, bytes: 2, next: 3 })).toEqual([0, 3, 4, 5, 1, 2]);
    expect(changed({ do: 'repeat', at: 1, bytes: 2, times: 2 })).toEqual([0, 1, 2, 1, 2, 1, 2, 3, 4, 5]);
    expect(changed({ do: 'splice', at: 4, base: 'other', from: 1, bytes: 9 })).toEqual([0, 1, 2, 3, 8, 9]);
    expect(changed({ do: 'remove', at: 4, bytes: 9 })).toEqual([0, 1, 2, 3]);
    expect(changed({ do: 'insert', at: 9, hex: '0a0b' })).toEqual([0, 1, 2, 3, 4, 5, 10, 11]);
    expect(changed({ do: 'cut', at: 2 })).toEqual([0, 1]);
    expect([...bytes]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('changes documents without touching the base', () => {
    const document = { list: [1, { a: 'x' }], text: 'y' };
    const text = JSON.stringify(document);
    expect(changedText(document, [{ do: 'drop', path: ['list', 0] }])).toBe('{"list":[{"a":"x"}],"text":"y"}');
    expect(changedText(document, [{ do: 'double', path: ['list', 0], times: 2 }])).toBe('{"list":[1,1,1,{"a":"x"}],"text":"y"}');
    expect(changedText(document, [{ do: 'put', path: ['list', 1, '__proto__'], value: 1 }])).toBe('{"list":[1,{"a":"x","__proto__":1}],"text":"y"}');
    for (let number = 0; number < 200; number += 1) changedText(document, drawDocumentSteps(document, seededRandom(number)));
    expect(JSON.stringify(document)).toBe(text);
  });

  it('distinguishes faults by what they are, not by their numbers', () => {
    expect(faultKey(new TypeError('bad offset 0x10'))).toBe(faultKey(new TypeError('bad offset 0x20')));
    expect(faultKey(new TypeError('bad offset 0x10'))).not.toBe(faultKey(new RangeError('bad offset 0x10')));
  });
});
