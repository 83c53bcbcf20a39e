/** `disassemble` at an address where no instruction can begin. */
import { describe, expect, it } from 'vitest';
import type { DisassemblyJson } from '../../../src/shared/code-model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const { healthy } = commandFiles(scratchFolder());
const disassemble = (...rest: string[]) => runInProcess(['disassemble', healthy, ...rest]);

describe('an odd address on s390x', () => {
  it.each(['absolute:0x1201', '0x1'])('%s: the instructions at the even address before it are shown, and this is reported', async (odd) => {
    const { code, out, err } = await disassemble(odd, '--json');
    const { instructions, missing } = JSON.parse(out) as DisassemblyJson;
    const even = odd === '0x1' ? '0x0' : '0x1200';
    expect([code, instructions[0]?.address]).toEqual([0, even]);
    const at = odd.replace('absolute:', '');
    const why = `instructions begin at even addresses, so those starting at ${even} are shown`;
    expect(missing).toEqual([{ what: `an instruction at ${at}`, why }]);
    expect(err).toBe(`not shown: an instruction at ${at}: ${why}\n`);
  });

  it('has no number of instructions', async () => {
    expect(await disassemble('absolute:0x1201', '--count', '2')).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(/not an address of code.*a multiple of 2/) as unknown,
    });
  });

  it('at an even address nothing is said', async () => {
    expect(await disassemble('absolute:0x1200')).toMatchObject({ code: 0, err: '' });
  });
});
