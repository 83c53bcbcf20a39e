/** Saved logs of every crash dump that is here: makedumpfile's and the guest's own agree with memory, and those of other boots do not. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attach } from '../../src/analysis/engine/session/attach.ts';
import type { GivenLog } from '../../src/analysis/kernel/given/given-log.ts';
import type { Session } from '../../src/analysis/engine/session/session.ts';
import { crashDumps, crashOracle, haveDump } from '../dumps.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { withSession } from './oracle-suite.ts';

const never = new AbortController().signal;
const folder = scratchFolder();

async function heldAgainst(session: Session, text: string): Promise<GivenLog | undefined> {
  const file = join(folder, 'vmcore-dmesg.txt');
  writeFileSync(file, text);
  return (await attach(session, { dmesg: file }, never)).attached[0]?.log;
}

/** Of one system and with a log of its own. */
const entries = crashDumps.filter(({ name }) => crashOracle(name, 'dmesg-kdump.txt') === undefined && crashOracle(name, 'dmesg.txt') !== undefined);
const of = (name: string, file: string): string => crashOracle(name, file) ?? '';

describe('saved logs and the log in memory', () => {
  it.each(entries.map((entry, at) => [entry.name, entry, entries[(at + 1) % entries.length]?.name ?? ''] as const))('%s', async (name, entry, next) => {
    if (!haveDump(entry.name)) return;
    await withSession(entry, async (session) => {
      for (const file of ['dmesg.txt', 'guest/dmesg.txt']) {
        const text = of(name, file);
        if (text === '') continue;
        const { proof, contradiction } = (await heldAgainst(session, text)) ?? {};
        expect({ file, proof, contradiction }).toEqual({ file, proof: 'log', contradiction: undefined });
      }
      // The same machine and kernel, a moment later; and another crash.
      for (const text of [of(name, 'kdump/kdump-dmesg.txt'), name === next ? '' : of(next, 'dmesg.txt')]) {
        if (text === '') continue;
        const held = await heldAgainst(session, text);
        expect(held?.contradiction).toMatch(/another boot|kernel release/);
        expect(held?.proof).toBeUndefined();
      }
    });
  });
});
