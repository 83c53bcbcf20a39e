/** Draws and makes changes of documents (JSON): members that go, come, or hold something else, and then bytes of the text. */
import type { SeededRandom } from '../../src/samples/seeded-random.ts';
import { drawByteSteps, withByteSteps } from './byte-steps.ts';
import type { DocumentStep, Step } from './step.ts';

type Path = DocumentStep['path'];

/** Everything in a document, the document itself first. */
function* placesIn(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) yield* placesIn(one, [...path, Array.isArray(value) ? Number(key) : key]);
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (one, key) => (typeof one === 'object' && one !== null && Object.hasOwn(one, key) ? (one as Record<string, unknown>)[key] : undefined),
    value,
  );

/** Values on which programs stumble. */
const odd: readonly unknown[] = [
  null, true, false, 0, -1, 1.5, 1e308, -0, 2 ** 31, 2 ** 53, 2 ** 53 + 2, '', ' ', '0', '-1', '0x0', '0xffffffffffffffff', '0x10000000000000000', 'NaN', 'null', 'true',
  '\u0000', '\ud800', '\u202e\u2066', '\u001b[31m', 'a\nb\rc', '../../x', '__proto__', 'constructor', 'toString', '<script>', '=1+1', '9'.repeat(400), 'é'.repeat(5000),
  [], {}, [[]], [null], { __proto__: null }, { constructor: 1 }, { length: 2 ** 32 }, '2026-02-30T25:61:61Z', '9999999-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z',
]; // prettier-ignore

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Another value for a place: an odd one, one that is near, or one from elsewhere in the document. */
function otherValue(document: unknown, old: unknown, places: readonly Path[], random: SeededRandom): unknown {
  const kind = random.below(8);
  if (kind === 0) return at(document, places[random.below(places.length)] ?? []);
  if (kind === 1 && random.below(4) === 0) return nested(1 + random.below(300));
  if (kind < 5 && typeof old === 'number') return old + random.below(5) - 2;
  if (kind < 5 && typeof old === 'string' && old !== '') {
    const place = random.below(old.length);
    return random.below(2) === 0 ? old.slice(0, place) : old.slice(0, place) + String.fromCharCode(random.below(0x250)) + old.slice(place + 1);
  }
  return odd[random.below(odd.length)];
}

function drawOne(document: unknown, places: readonly Path[], random: SeededRandom): DocumentStep {
  const path = places[random.below(places.length)] ?? [];
  switch (random.below(8)) {
    case 0:
      return { do: 'drop', path };
    case 1:
      return { do: 'double', path, times: 1 + random.below(random.below(8) === 0 ? 1000 : 3) };
    case 2:
      return { do: 'put', path: [...path, ['extra', '__proto__', 'length', '0'][random.below(4)] ?? 'extra'], value: odd[random.below(odd.length)] };
    default:
      return { do: 'put', path, value: otherValue(document, at(document, path), places, random) };
  }
}

/** One change to four of a document, and now and then some of its text. */
export function drawDocumentSteps(document: unknown, random: SeededRandom): readonly Step[] {
  const places = [...placesIn(document)];
  const steps: Step[] = Array.from({ length: 1 + random.below(4) }, () => drawOne(document, places, random));
  if (random.below(8) > 0) return steps;
  const bytes = Buffer.from(JSON.stringify(document));
  return [...steps, ...drawByteSteps({ name: 'text', bytes, fields: [], records: [] }, [], random)];
}

function changed(document: unknown, step: DocumentStep): unknown {
  const key = step.path.at(-1);
  if (key === undefined) return step.do === 'put' ? step.value : document;
  const holder = at(document, step.path.slice(0, -1));
  if (typeof holder !== 'object' || holder === null || (Array.isArray(holder) && typeof key !== 'number')) return document;
  if (step.do === 'put') Object.defineProperty(holder, key, { value: structuredClone(step.value), enumerable: true, configurable: true, writable: true });
  else if (step.do === 'drop') Reflect.deleteProperty(holder, key);
  else if (Array.isArray(holder) && typeof key === 'number') {
    const member: unknown = holder[key];
    holder.splice(key, 0, ...Array.from({ length: Math.min(step.times, 1000) }, () => structuredClone(member)));
  }
  // A hole that a dropped member of a list leaves is none in JSON.
  if (step.do === 'drop' && Array.isArray(holder)) return withoutHoles(document, step.path.slice(0, -1), holder);
  return document;
}

function withoutHoles(document: unknown, path: Path, holder: readonly unknown[]): unknown {
  const dense = holder.filter((_, index) => index in holder);
  const key = path.at(-1);
  if (key === undefined) return dense;
  const above = at(document, path.slice(0, -1));
  if (typeof above === 'object' && above !== null) (above as Record<string, unknown>)[key] = dense;
  return document;
}

const isDocumentStep = (step: Step): step is DocumentStep => step.do === 'put' || step.do === 'drop' || step.do === 'double';

/** The changed document. Steps of other kinds are left out. */
export function withDocumentSteps(document: unknown, steps: readonly Step[]): unknown {
  let now: unknown = structuredClone(document);
  for (const step of steps) if (isDocumentStep(step)) now = changed(now, step);
  return now;
}

/** The text of the changed document, its bytes changed after that. */
export function changedText(document: unknown, steps: readonly Step[]): string {
  // JSON has no text for a value that is undefined.
  const text = JSON.stringify(withDocumentSteps(document, steps)) as string | undefined;
  const bytes = withByteSteps(
    Buffer.from(text ?? ''),
    steps.filter((step) => !isDocumentStep(step)),
    () => new Uint8Array(0),
  );
  return Buffer.from(bytes).toString('utf8');
}
