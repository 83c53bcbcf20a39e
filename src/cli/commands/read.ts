import { parseAddress, resolveAddress } from '../../shared/address-expression.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { addressSpaces, schemaVersion, type AddressSpace, type CpuJson, type ReadJson } from '../../shared/model.ts';
import { hex } from '../../shared/units.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { hexRows } from '../text/structure-text.ts';

const stepBytes = 65536;

function wholeNumber(text: string, what: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new UsageError(`${what}: "${text}" is not a whole number (decimal, or hexadecimal with 0x)`);
  return value;
}

/** Value of a register by its short name; the PSW stands for its address. */
function registerValue(cpu: CpuJson | undefined, name: string): bigint | undefined {
  const numbered = /^(r|gpr|cr|c|ar|a)(\d{1,2})$/.exec(name);
  const list = numbered?.[1] === undefined ? undefined : { r: cpu?.gprs, gpr: cpu?.gprs, cr: cpu?.crs, c: cpu?.crs, ar: cpu?.acrs, a: cpu?.acrs }[numbered[1]];
  const text = name === 'psw' ? cpu?.psw?.address : name === 'prefix' ? cpu?.prefix : (list?.[Number(numbered?.[2])] ?? cpu?.registers?.[name]);
  return text === undefined ? undefined : BigInt(text);
}

async function addressIn(
  context: CommandContext,
  dump: string,
  typed: string,
  space: AddressSpace,
): Promise<{ space: AddressSpace; address: bigint; cpu?: number }> {
  const parsed = parseAddress(typed);
  if (!parsed.ok) throw new UsageError(`"${typed}" is no address: at character ${parsed.error.at + 1}, expected ${parsed.error.expected}`);
  const { cpus, numbering } = await context.engine.call('cpus', { dump });
  const cpuOf = (number: number): CpuJson | undefined => cpus.find((cpu) => cpu[numbering] === number);
  const resolved = resolveAddress(parsed.expression, space, {
    prefix: (number) => registerValue(cpuOf(number), 'prefix'),
    register(number, name) {
      const value = registerValue(cpuOf(number), name);
      return value === undefined ? undefined : { value, space: name === 'prefix' ? 'absolute' : 'virtual' };
    },
  });
  if ('why' in resolved) throw new UsageError(`"${typed}": ${resolved.why}`);
  return resolved;
}

export const readCommand: Command = {
  name: 'read',
  summary: 'bytes at an address',
  args: ['<file>', '<address>', '<length>'],
  options: [
    { flags: '--space <space>', description: `address space of a bare address: ${addressSpaces.join(', ')}`, default: 'absolute' },
    { flags: '--cpu <number>', description: 'CPU whose prefix a real address uses' },
    { flags: '--raw', description: 'write just the bytes' },
    { flags: '--fill <byte>', description: 'put this byte where the dump has none, instead of failing' },
  ],
  example: 'dumpbench read dump.s390 lowcore+0xe18 8',
  async run(context, [file = '', typed = '', lengthText = ''], options) {
    const { engine, io, output } = context;
    const length = wholeNumber(lengthText, 'length');
    const fill = options.fill === undefined ? undefined : wholeNumber(String(options.fill), '--fill');
    if (fill !== undefined && fill > 255) throw new UsageError(`--fill: ${fill} is not a byte`);
    const space = addressSpaces.find((one) => one === options.space);
    if (space === undefined) throw new UsageError(`--space: "${String(options.space)}" is none of ${addressSpaces.join(', ')}`);
    return withDump(context, file, async (dump) => {
      const place = await addressIn(context, dump, typed, space);
      const cpu = place.cpu ?? (options.cpu === undefined ? undefined : wholeNumber(String(options.cpu), '--cpu'));
      const parts: string[] = [];
      const absent: ReadJson['absent'] = [];
      for (let done = 0; done < length || (length === 0 && done === 0); done += stepBytes) {
        const address = place.address + BigInt(done);
        const step = Math.min(stepBytes, length - done);
        const part = await engine.call(
          'read',
          { dump, space: place.space, address, length: step, ...(cpu === undefined ? {} : { cpu }) },
          { signal: io.signal },
        );
        const [gap] = part.absent;
        if (gap !== undefined && fill === undefined) {
          throw new DumpError(
            'absent',
            { file, address: BigInt(gap.start) },
            `the dump has no bytes there: ${gap.state}`,
            `${length} bytes from ${hex(place.address)} on; --fill BYTE puts a byte in their place`,
          );
        }
        if (fill !== undefined) for (const hole of part.absent) part.data.fill(fill, Number(BigInt(hole.start) - address), Number(BigInt(hole.end) - address));
        absent.push(...part.absent);
        if (options.raw === true) io.outBytes(part.data);
        else if (output.json) parts.push(Buffer.from(part.data).toString('hex'));
        else io.out(step === 0 ? '' : hexRows(part.data, address, []));
        if (length === 0) break;
      }
      if (output.json && options.raw !== true)
        printJson(io, { schema: schemaVersion, space: place.space, address: hex(place.address), bytes: length, hex: parts.join(''), absent });
      return exitCodes.fine;
    });
  },
};
