/** What the log says of the end is made once of each log. */
import { expect, it } from 'vitest';
import { logWords } from '../../../src/analysis/engine/triage/log-words.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';

const { signal } = new AbortController();
/** Nothing leads to its vmcoreinfo. */
const hidden = (): Session => {
  const system = s390xSystem({ state: 'kdump' });
  return sessionOn(memorySource('dump', elfVmcore({ ...system, memory: system.memory.fill(0xe0c, 8, 0) }, { producer: 'qemu' })));
};

it('is the same for all who ask, and another once another log is known', async () => {
  const session = hidden();
  const unread = logWords(session);
  expect(unread.isRead).toBe(false);
  expect(logWords(session)).toBe(unread);
  await session.findKernel(signal);
  const read = logWords(session);
  expect(read.notes?.panic?.text).toContain('Kernel panic');
  expect(logWords(session)).toBe(read);
});
