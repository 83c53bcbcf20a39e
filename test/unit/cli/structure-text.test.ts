/** What `notes`, `lowcore` and `cpus` print for people: nothing is lost on the way from the fields to the lines. */
import { describe, expect, it } from 'vitest';
import { describeNotes } from '../../../src/analysis/engine/machine/notes.ts';
import { fieldLines } from '../../../src/cli/text/field-rows.ts';
import { makeStyle } from '../../../src/cli/text/style.ts';
import { notesText } from '../../../src/cli/text/structure-text.ts';
import { caseSession } from '../../case-answers.ts';

const plain = makeStyle(false);
const printed = (text: string): string => notesText(describeNotes(caseSession('notes', text)).notes, plain);

describe('lines of fields', () => {
  const register = (index: number, value: string, text?: string) => ({
    name: `r[${index}]`,
    offset: 8 * index,
    size: 8,
    value,
    ...(text === undefined ? {} : { text }),
  });
  it('hold every value once, four registers a line, one where it has a meaning', () => {
    const fields = [...Array.from({ length: 6 }, (_, index) => register(index, `0x${index}0`)), register(6, '0x60', 'six'), register(8, '0x80')];
    const lines = fieldLines(fields, plain, '-').split('\n');
    expect(lines.map((line) => line.trim().split(/\s+/))).toEqual([
      ['0x0000', 'r[0..3]', '0x00', '0x10', '0x20', '0x30'],
      ['0x0020', 'r[4..5]', '0x40', '0x50'],
      ['0x0030', 'r[6]', '0x60', 'six'],
      ['0x0040', 'r[8]', '0x80'],
    ]);
  });
  it('say what is not there, and hide nothing that a name of a dump could hold', () => {
    expect(fieldLines([{ name: 'a\u001b[31m', offset: 0, size: 4 }], plain, '(none)')).toBe('  0x0000  a\\u{1b}[31m  (none)');
  });
});

describe('notes as text', () => {
  it('show the bytes of a note that is shorter than its structure, of one without a structure, and of an unknown one', () => {
    const text = printed(
      'memory 64 KiB\nload 0x0 0x1000\nnote CORE 1 "................................pid "\nnote LINUX 0x308 54 44 42\nnote GNU 3 de ad be ef\nformat elf-vmcore producer=kernel vmcoreinfo=no\n',
    );
    expect(text).toMatch(
      /NT_PRSTATUS[^]*pr_pid +\d+[^]*\(not in the note\)[^]*shown as bytes, because its size does not match the structure:\n[^]*2e 2e[^]*70 69 64 20/,
    );
    expect(text).toMatch(/NT_S390_TDB, transaction diagnostic block[^\n]*\n +0000 {2}54 44 42 +TDB/);
    expect(text).toMatch(/GNU unknown[^\n]*\n +0000 {2}de ad be ef/);
  });
  it('say so when there are none', () => {
    expect(notesText([], plain)).toBe('this dump has no ELF notes\n');
  });
});
