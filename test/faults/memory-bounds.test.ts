/**
 * Memory for files of up to 64 MiB whose headers list as much as they can: what the whole process takes, above what the same program takes
 * for a small dump. How long it takes is no subject here.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { describeNeeding } from '../requirements.ts';
import { sample } from '../run-size.ts';
import { manyLoads, shuffledLoads } from '../perf/many-loads.ts';
import { manyNotes } from '../perf/many-notes.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { peakRuns } from './peak-run.ts';
import { alternatingBits, alternatingStates, longChain, manyRecords, manySegmentHeaders, smallCore } from './giants.ts';

const mebibyte = 2 ** 20;
/** What is promised above the start. */
const bound = 256 * mebibyte;
/** What the collector has not come to yet when the peak is taken: it differs from run to run, most on a busy machine. */
const margin = 32 * mebibyte;
const largest = 64 * mebibyte;

const folder = scratchFolder();

const peakOf = peakRuns(folder);

const inputs: Readonly<Record<string, { readonly build: () => Uint8Array; readonly commands: readonly (readonly string[])[] }>> = {
  '200,000 segments': { build: () => manyLoads(200_000), commands: [['info'], ['triage'], ['regions'], ['verify'], ['report']] },
  'a million segments': { build: () => manyLoads(1_000_000), commands: [['info'], ['verify', '--quick'], ['verify'], ['report', '--quick']] },
  '1,150,000 segments in no order that overlap': { build: () => shuffledLoads(1_150_000), commands: [['info'], ['triage'], ['regions'], ['verify']] },
  'a flattened stream of 3.8 million records': { build: () => manyRecords(3_800_000, false, smallCore()), commands: [['info'], ['verify']] },
  'a flattened stream of 3.8 million records that go backwards': { build: () => manyRecords(3_800_000, true, smallCore()), commands: [['info'], ['triage']] },
  'a chain of 3.8 million LKCD records': { build: () => longChain(3_800_000), commands: [['info'], ['verify', '--quick']] },
  'compressed segments with more entries than blocks': { build: () => manySegmentHeaders(8000, 1011), commands: [['info'], ['verify', '--quick']] },
  'bitmaps of 250 million bits that change from page to page': { build: () => alternatingBits(15_000, 2), commands: [['info'], ['triage'], ['regions']] },
  'one bitmap of 500 million bits that change from page to page': { build: () => alternatingBits(15_000, 1), commands: [['info'], ['verify', '--quick']] },
  'an encrypted dump of 3.9 million pages whose state changes from page to page': {
    build: () => alternatingStates(3_900_000),
    commands: [['info'], ['triage'], ['regions']],
  },
  '65,536 notes of registers': {
    build: () => manyNotes(65_536, { owner: 'CORE', type: 1, descBytes: 336 }),
    commands: [['info'], ['notes'], ['cpus'], ['triage'], ['backtrace'], ['verify', '--quick']],
  },
  '100,000 CPUs with four notes each': {
    build: () =>
      manyNotes(400_000, [
        { owner: 'CORE', type: 1, descBytes: 336 },
        { owner: 'LINUX', type: 0x305, descBytes: 4 },
        { owner: 'LINUX', type: 0x300, descBytes: 8 },
        { owner: 'LINUX', type: 0x304, descBytes: 128 },
      ]),
    commands: [['info'], ['notes'], ['cpus'], ['triage'], ['backtrace'], ['report', '--quick']],
  },
  '300,000 notes with names of 100 bytes': {
    build: () => manyNotes(300_000, { owner: 'x'.repeat(100), type: 77, descBytes: 20 }),
    commands: [['info'], ['triage'], ['notes'], ['cpus']],
  },
  '180,000 PRSTATUS': {
    build: () => manyNotes(180_000, { owner: 'CORE', type: 1, descBytes: 336 }),
    commands: [['info'], ['triage'], ['cpus'], ['regions'], ['verify']],
  },
  '400,000 notes': { build: () => manyNotes(400_000, { owner: 'CORE', type: 99, descBytes: 4 }), commands: [['info'], ['notes'], ['verify']] },
  'one note of 48 MiB': { build: () => manyNotes(1, { owner: 'VMCOREINFO', type: 0, descBytes: 48 << 20 }), commands: [['info'], ['notes'], ['triage']] },
};

let start = 0;
beforeAll(async () => {
  const path = join(folder, 'small');
  writeFileSync(path, buildCase('memory 64 KiB\ncpu prefix=0x8000\nload 0x0 0x1000\nformat elf-vmcore'));
  start = (await peakOf('info', path, '--json')).peak;
  expect(start).toBeGreaterThan(32 * mebibyte);
});

describe.each(Object.entries(inputs))('%s', (name, { build, commands }) => {
  const path = join(folder, name.replaceAll(/\W/g, '-'));
  beforeAll(() => {
    const bytes = build();
    expect(bytes.length).toBeLessThanOrEqual(largest);
    writeFileSync(path, bytes);
  });
  it.each(sample(commands, 2, `memory bounds of ${name}`))(
    '%s: at most 256 MiB above the start',
    async (...command) => {
      const { code, err, peak } = await peakOf(...command, path, '--json');
      expect([0, 1], err).toContain(code);
      expect((peak - start) / mebibyte).toBeLessThan((bound + margin) / mebibyte);
    },
    600_000,
  );
});

/** Two dumps that differ. */
const pairs: readonly (readonly [what: string, build: (which: 0 | 1) => Uint8Array])[] = [
  ['60,000 notes of no known kind', (which) => manyNotes(60_000, { owner: 'VENDOR', type: 99, descBytes: 400 + which })],
  ['a million segments', (which) => manyLoads(1_000_000 - which)],
];

it.each(pairs)(
  'compare of two dumps with %s: at most 256 MiB above the start',
  async (what, build) => {
    const paths = ([0, 1] as const).map((which) => {
      const path = join(folder, `${what.replaceAll(/\W/g, '-')}-${which}`);
      writeFileSync(path, build(which));
      return path;
    });
    const { code, err, peak } = await peakOf('compare', ...paths, '--json');
    expect(code, err).toBe(1);
    expect((peak - start) / mebibyte).toBeLessThan((bound + margin) / mebibyte);
  },
  600_000,
);

describeNeeding('xz', 'a packed file whose dictionary is as large as what is kept of it', () => {
  const packed = (name: string, bytes: number, ...options: readonly string[]): string => {
    const path = join(folder, name);
    const contents = Buffer.concat([smallCore(), Buffer.alloc(bytes)]);
    writeFileSync(path, execFileSync('xz', ['-c', '-T1', ...options], { input: contents, maxBuffer: largest }));
    return path;
  };

  it.each([
    ['one block', ['-9']],
    ['a block for every 90 MB', ['-9', '--block-size=90000000']],
  ])(
    'of xz -9, %s: at most 256 MiB above the start',
    async (name, options) => {
      const { code, err, peak } = await peakOf('info', packed(name.replaceAll(' ', '-'), 300 * mebibyte, ...options), '--json');
      expect(code, err).toBe(0);
      expect((peak - start) / mebibyte).toBeLessThan((bound + margin) / mebibyte);
    },
    600_000,
  );

  it('of 256 MiB is refused, without more memory', async () => {
    const { code, err, peak } = await peakOf('info', packed('large', 500 * mebibyte, '--lzma2=preset=0,dict=256MiB'), '--json');
    expect(err).toMatch(/a dictionary of 256 MiB, and at most 64 MiB are kept in memory/);
    expect(code).toBe(3);
    expect((peak - start) / mebibyte).toBeLessThan((bound + margin) / mebibyte);
  });
});
