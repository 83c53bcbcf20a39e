/** Makes an input that fails smaller, as long as it fails: first fewer changes, then smaller ones. */
import type { Step } from './step.ts';

/** Without one half, one quarter, … of the changes. */
function* fewer(steps: readonly Step[]): Generator<readonly Step[]> {
  for (let size = Math.ceil(steps.length / 2); size >= 1 && steps.length > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < steps.length; at += size) yield [...steps.slice(0, at), ...steps.slice(at + size)];
}

const halves = (hex: string): readonly string[] => {
  const middle = 2 * Math.floor(hex.length / 4);
  return hex.length <= 2 ? [] : [hex.slice(0, middle), hex.slice(0, -2)];
};
const smallerNumbers = (value: number): readonly number[] => [...new Set([0, 1, Math.floor(value / 2), value - 1])].filter((one) => one >= 0 && one < value);

/** Smaller values of the same kind: for documents and parameters. */
function smallerValues(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return value === '' ? [] : ['', value.slice(0, Math.floor(value.length / 2)), value.slice(0, -1)];
  if (typeof value === 'number') return Number.isSafeInteger(value) ? smallerNumbers(value) : [0];
  if (Array.isArray(value))
    return [
      ...value.map((_, at) => value.toSpliced(at, 1) as unknown),
      ...value.flatMap((one, at) => smallerValues(one).map((smaller) => value.toSpliced(at, 1, smaller) as unknown)),
    ];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  return [
    ...entries.map((_, at) => Object.fromEntries(entries.toSpliced(at, 1))),
    ...entries.flatMap(([key, one]) => smallerValues(one).map((smaller) => ({ ...value, [key]: smaller }))),
  ];
}

function smallerSteps(step: Step): readonly Step[] {
  switch (step.do) {
    case 'set': {
      const later = step.hex.length > 2 ? [{ ...step, at: step.at + 1, hex: step.hex.slice(2) }] : [];
      return [...halves(step.hex).map((hex) => ({ ...step, hex })), ...later];
    }
    case 'insert':
      return halves(step.hex).map((hex) => ({ ...step, hex }));
    case 'repeat':
      return [...smallerNumbers(step.times).map((times) => ({ ...step, times })), ...smallerNumbers(step.bytes).map((bytes) => ({ ...step, bytes }))];
    case 'double':
      return smallerNumbers(step.times).map((times) => ({ ...step, times }));
    case 'remove':
    case 'splice':
    case 'swap':
      return smallerNumbers(step.bytes).map((bytes) => ({ ...step, bytes }));
    case 'put':
      return smallerValues(step.value).map((value) => ({ ...step, value }));
    case 'call':
      return smallerValues(step.params).map((params) => ({ ...step, params }));
    case 'cut':
    case 'drop':
      return [];
  }
}

function* smaller(steps: readonly Step[]): Generator<readonly Step[]> {
  for (const [at, step] of steps.entries()) for (const one of smallerSteps(step)) yield steps.toSpliced(at, 1, one);
}

/**
 * @param fails whether the same fault shows
 * @param most how often it is asked
 */
export async function minimised(steps: readonly Step[], fails: (steps: readonly Step[]) => Promise<boolean>, most = 400): Promise<readonly Step[]> {
  let best = steps;
  let asked = 0;
  for (const reduce of [fewer, smaller])
    for (let isSmaller = true; isSmaller;) {
      isSmaller = false;
      for (const one of reduce(best)) {
        if ((asked += 1) > most) return best;
        if (!(await fails(one))) continue;
        best = one;
        isSmaller = true;
        break;
      }
    }
  return best;
}
