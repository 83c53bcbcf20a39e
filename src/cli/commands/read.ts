import { numberingWords } from '../../shared/cpu-registers.ts';
import { defined } from '../../shared/defined.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { type ReadJson } from '../../shared/memory-model.ts';
import { addressSpaces, schemaVersion } from '../../shared/model.ts';
import { hex } from '../../shared/units.ts';
import type { Command } from '../command.ts';
import { cpuOption, wholeNumber } from './address-argument.ts';
import { kernelAddressIn } from './kernel-address.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';
import { hexRows } from '../text/structure-text.ts';

const stepBytes = 65536;
/** A JSON document is completed before it is written; text and --raw are written as they are read. */
const maxJsonBytes = 16 * 1024 * 1024;

/** Adds gaps, joining those that continue across a step. */
function addAbsent(absent: ReadJson['absent'], more: ReadJson['absent']): void {
  for (const gap of more) {
    const last = absent.at(-1);
    if (last?.end === gap.start && last.state === gap.state) last.end = gap.end;
    else absent.push({ ...gap });
  }
}

export const readCommand: Command = {
  name: 'read',
  summary: 'bytes at an address, which may be a symbol',
  args: ['<file>', '<address>', '<length>'],
  ofKernel: true,
  options: [
    {
      flags: '--space <space>',
      description: `address space of a bare address: ${addressSpaces.join(', ')}`,
      default: 'absolute',
      values: { words: () => addressSpaces },
    },
    { flags: '--cpu <number>', description: 'CPU whose prefix applies to a real address, and whose page tables to a virtual one' },
    { flags: '--raw', description: 'write only the bytes' },
    { flags: '--fill <byte>', description: 'use this value for bytes that are not in the dump, instead of failing' },
  ],
  example: 'dumpbench read dump.s390 lowcore+0xe18 8',
  async run(context, [file = '', typed = '', lengthText = ''], options) {
    const { engine, io, output, style } = context;
    const named = cpuOption(options);
    const length = wholeNumber(lengthText, 'length');
    const fill = options.fill === undefined ? undefined : wholeNumber(String(options.fill), '--fill');
    if (fill !== undefined && fill > 255) throw new UsageError(`--fill: ${fill} is not a byte`);
    const space = addressSpaces.find((one) => one === options.space);
    if (space === undefined) throw new UsageError(`--space: "${String(options.space)}" is not one of ${addressSpaces.join(', ')}`);
    if (options.raw === true && output.json) throw new UsageError('--raw and --json: name one of them');
    if (output.json && length > maxJsonBytes) throw new UsageError(`length: at most ${maxJsonBytes} bytes with --json; --raw has no limit`);
    const progress = progressLine(io, output);
    const work = async (dump: string): Promise<number> => {
      const place = await kernelAddressIn(context, dump, typed, { cpu: named, space });
      // Real addresses are always some CPU's: without a choice those of CPU 0, as in the window.
      const cpu = place.cpu ?? (place.space === 'real' ? 0 : undefined);
      const whose = cpu === undefined ? {} : { cpu, numbering: place.numbering };
      if (cpu !== undefined && !output.json && options.raw !== true && length > 0)
        io.out(`${style.dim(`${place.space} addresses of CPU ${cpu} (${numberingWords[place.numbering]})`)}\n`);
      const parts: string[] = [];
      const absent: ReadJson['absent'] = [];
      for (let done = 0; done < length || (length === 0 && done === 0); done += stepBytes) {
        const address = place.address + BigInt(done);
        const step = Math.min(stepBytes, length - done);
        const part = await engine
          .call('read', { dump, space: place.space, address, length: step, ...defined({ cpu }) }, { signal: io.signal, onProgress: progress.update })
          .finally(progress.clear);
        const [gap] = part.absent;
        if (gap !== undefined && fill === undefined) {
          throw new DumpError(
            'absent',
            { file, address: BigInt(gap.start) },
            `the dump has no bytes there: ${gap.state}`,
            `${length} bytes from ${hex(place.address)}; --fill BYTE supplies a value for missing ones`,
          );
        }
        if (fill !== undefined) for (const hole of part.absent) part.data.fill(fill, Number(BigInt(hole.start) - address), Number(BigInt(hole.end) - address));
        addAbsent(absent, part.absent);
        if (options.raw === true) io.outBytes(part.data);
        else if (output.json) parts.push(Buffer.from(part.data).toString('hex'));
        else io.out(step === 0 ? '' : hexRows(part.data, address, []));
        if (length === 0) break;
      }
      if (output.json)
        printJson(io, { schema: schemaVersion, space: place.space, address: hex(place.address), ...whose, bytes: length, hex: parts.join(''), absent });
      return exitCodes.fine;
    };
    return withDump(context, file, work, { inPart: true });
  },
};
