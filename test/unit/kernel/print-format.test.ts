/** Print formats of events: expressions of C as kernels have them, and texts that are none. */
import { describe, expect, it } from 'vitest';
import type { EventField, EventFormat } from '../../../src/analysis/kernel/ftrace/event-formats.ts';
import { eventText, type EventTextSource } from '../../../src/analysis/kernel/ftrace/event-text.ts';
import { printFormatOf } from '../../../src/analysis/kernel/ftrace/print-format.ts';

const fields: readonly EventField[] = [
  { name: 'a', type: 'int', offset: 8, size: 4, isSigned: true },
  { name: 'b', type: 'unsigned long', offset: 16, size: 8, isSigned: false },
  { name: 'comm', type: 'char[8]', offset: 24, size: 8, isSigned: false },
  { name: 'words', type: 'u16[4]', offset: 32, size: 8, isSigned: false },
  { name: 'name', type: '__data_loc char[]', offset: 40, size: 4, isSigned: false },
  { name: 'rest', type: '__rel_loc char[]', offset: 44, size: 4, isSigned: false },
  { name: 'text', type: 'const char *', offset: 48, size: 8, isSigned: false },
  { name: 'raw', type: '__data_loc u8[]', offset: 56, size: 4, isSigned: false },
];

const data = new DataView(new ArrayBuffer(80));
data.setInt32(8, -2, true);
data.setBigUint64(16, 0x1_0000_0006n, true);
for (const [at, text] of [
  [24, 'shell'],
  [64, 'dyn\0'],
  [68, 'rel\0'],
] as const)
  new Uint8Array(data.buffer).set(Buffer.from(text), at);
[0x10, 0x20, 0x30, 0x40].forEach((value, at) => data.setUint16(32 + at * 2, value, true));
data.setUint32(40, (4 << 16) | 64, true);
// Counted from the end of its own field.
data.setUint32(44, (4 << 16) | (68 - 48), true);
data.setBigUint64(48, 0x1000n, true);
data.setUint32(56, (3 << 16) | 64, true);

const source = {
  memory: { cstring: (at: bigint) => (at === 0x1000n ? 'far away' : undefined) },
  functionAt: (at: bigint) => `function at ${at}`,
  symbolAt: (at: bigint) => `symbol at ${at}`,
  commOf: () => undefined,
  constantsOf: (names: ReadonlySet<string>) => new Map([['FIVE', 5n] as const].filter(([name]) => names.has(name))),
  options: new Set<string>(),
} as unknown as EventTextSource;

function textOf(printFormat: string, bytes = data): { readonly text: string; readonly missing?: string | undefined } {
  const format: EventFormat = { id: 1, name: 'e', system: 'test', fields, printFormat };
  return eventText({ cpu: 0, stamp: 0n, data: bytes, isLittle: true, type: 1, flags: 0, preemptCount: 0, pid: 0, format }, source);
}

describe('print formats', () => {
  it.each([
    ['"plain"', 'plain'],
    ['"a=%d b=%lx", REC->a, REC->b', 'a=-2 b=100000006'],
    ['"one " "text %d\\n", REC->a', 'one text -2'],
    ['"%s|%s|%s|%s", REC->comm, __get_str(name), __get_rel_str(rest), REC->text', 'shell|dyn|rel|far away'],
    ['"%d", 1 + 2 * 3 - 4 / 2 % 3', '5'],
    ['"%d %d %d", 1 << 4 | 1, 0xff & ~0xf, 6 ^ 3', '17 240 5'],
    ['"%d", -REC->a == 2 && !(REC->a > 0) || 0', '1'],
    ['"%s", REC->a < 0 ? REC->a == -2 ? "minus two" : "less" : "more"', 'minus two'],
    ['"%u %u", (unsigned int)REC->b, (u8)REC->a', '6 254'],
    ['"%d", (int)(unsigned long)REC->b', '6'],
    ['"%lld", (s64)REC->a', '-2'],
    ['"%s", __print_flags(REC->b, "|", { 1, "one" }, { 2, "two" }, { 4, "four" })', 'two|four|0x100000000'],
    ['"%s", __print_flags(0, "|", { 1, "one" })', ''],
    ['"%s %s", __print_symbolic(REC->a, { -2, "low" }), __print_symbolic(9, { 1, "one" })', 'low 0x9'],
    ['"%s", __print_symbolic(5, { FIVE, "five" }, { -1, ((void *)0) })', 'five'],
    ['"%d %d", REC->words[1], REC->words[1 + 2]', '32 64'],
    ['"%s %s", __print_hex(__get_dynamic_array(raw), 3), __print_hex_str(__get_dynamic_array(raw), 2)', '64 79 6e 6479'],
    ['"%s %d", __print_array(REC->words, 4, 2), __get_dynamic_array_len(raw)', '{0x10,0x20,0x30,0x40} 3'],
    ['"%ps %pS", (void *)REC->b, (void *)8', 'function at 4294967302 symbol at 8'],
    ["\"%c%d\", 'x', '\\n'", 'x10'],
    ['"%d", __builtin_expect(!!(REC->a), 0)', '1'],
  ])('%s', (format, text) => {
    expect(textOf(format)).toEqual({ text: `e: ${text}` });
  });

  it.each([
    ['a function that is not known', '"%d", my_function(REC->a)'],
    ['a name that is not known', '"%d", SIX'],
    ['a field that the event does not have', '"%d", REC->c'],
    ['an element of what is no array', '"%d", REC->a[0]'],
    ['no text', 'REC->a'],
    ['an open parenthesis', '"%d", (1 + 2'],
    ['a text that does not end', '"%d'],
    ['something after the end', '"%d", 1 2'],
    ['a sign that C does not have', '"%d", 1 @ 2'],
    ['parentheses without end', `"%d", ${'('.repeat(100_000)}`],
    ['signs without end', `"%d", ${'-'.repeat(100_000)}1`],
    ['choices without end', `"%d", ${'1 ? '.repeat(100_000)}`],
    ['casts without end', `"%d", ${'(int)'.repeat(100_000)}1`],
  ])('%s gives the fields, and says so', (_what, format) => {
    const { text, missing } = textOf(format);
    expect(text).toBe('e: a=-2 b=0x100000006 comm=shell words={0x10,0x20,0x30,0x40} name=dyn rest=rel text=0x1000 raw=0x30040');
    expect(missing).toContain('not understood');
  });

  it.each([
    ['a division by zero', '"%d", 1 / 0'],
    ['a shift beyond the word', '"%d", 1 << 64'],
    ['an element beyond the array', '"%d", REC->words[4]'],
    ['a text in place of a number', '"%d", REC->comm + 1'],
  ])('%s gives the fields, and says so', (_what, format) => {
    expect(textOf(format).missing).toContain('its fields are shown instead');
  });

  it('an event that is cut gives what there is, and says so', () => {
    const { text, missing } = textOf('"%s %d", __get_str(name), REC->a', new DataView(data.buffer, 0, 20));
    expect(text).toMatch(/^e: a=-2 b=\? comm= /);
    expect(missing).toContain('too short');
  });

  it('a format without a text is none', () => {
    expect(printFormatOf({ id: 1, name: 'e', system: '', fields, printFormat: undefined }, () => new Map())).toBeUndefined();
  });
});
