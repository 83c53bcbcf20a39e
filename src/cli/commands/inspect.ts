import { defined } from '../../shared/defined.ts';
import { isDumpError } from '../../shared/dump-error.ts';
import type { InterpretationJson, LayoutListJson, StructViewJson } from '../../shared/inspect-model.ts';
import { addressSpaces } from '../../shared/model.ts';
import { byteText, hex } from '../../shared/units.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { namesOf, withDump } from '../open-dump.ts';
import { fieldLines } from '../text/field-rows.ts';
import type { Style } from '../text/style.ts';
import { hexRows } from '../text/structure-text.ts';
import { columns } from '../text/table.ts';
import { cpuOption, type Place } from './address-argument.ts';
import { kernelAddressIn } from './kernel-address.ts';

function layoutsText({ layouts }: LayoutListJson, style: Style): string {
  const groups = [...new Set(layouts.map(({ group }) => group))];
  const blocks = groups.map((group) => {
    const own = layouts.filter((one) => one.group === group);
    return `${style.strong(group)}\n${columns(own.map(({ name, size }) => [visibleLine(name), byteText(size)]))}`;
  });
  return `${blocks.join('\n')}\n`;
}

type At = Pick<Place, 'space' | 'address'> & { readonly dump: string; readonly cpu?: number };

/** As many bytes as the longest interpretation takes. */
const shownBytes = 16;

function readingsText(readings: readonly InterpretationJson[], style: Style): string {
  if (readings.length === 0) return 'no other interpretation of these bytes makes sense\n';
  const rows = readings.map(({ name, text, place }) => [
    style.dim(visibleLine(name)),
    visibleLine(text),
    place === undefined ? '' : style.dim(`${place.space}:${place.address}`),
  ]);
  return `${columns(rows)}\n`;
}

/** The address, what the kernel calls it, the bytes there, and how they can be interpreted. */
async function placeText(context: CommandContext, at: At, readings: readonly InterpretationJson[]): Promise<string> {
  const { engine, io, style } = context;
  const { dump, space, address } = at;
  const name = space === 'virtual' ? (await namesOf(context, dump, [address])).get(hex(address)) : undefined;
  const left = (1n << 64n) - address;
  const length = left < BigInt(shownBytes) ? Number(left) : shownBytes;
  const { data, absent } = await engine.call('read', { ...at, length }, { signal: io.signal });
  const [gap] = absent;
  const head = `${style.strong(`${space} ${hex(address)}`)}${name === undefined ? '' : `  ${visibleLine(name)}`}\n${hexRows(data, address, absent)}`;
  return `${head}${gap?.start === hex(address) ? `the dump has no bytes there: ${gap.state}\n` : readingsText(readings, style)}`;
}

const structureText = ({ name, size, fields }: StructViewJson, style: Style): string =>
  `${style.strong(visibleLine(name))}${style.dim(`, ${size} bytes`)}\n${fieldLines(fields, style, '(not in the dump)')}\n`;

/** A declared structure of that name, else a type of the kernel. */
async function laidOver({ engine, io }: CommandContext, at: At, name: string): Promise<StructViewJson> {
  const { layouts } = await engine.call('layouts', { dump: at.dump }, { signal: io.signal });
  if (layouts.some((one) => one.name === name)) return engine.call('viewAs', { ...at, layout: name }, { signal: io.signal });
  try {
    return await engine.call('viewAsType', { ...at, type: name }, { signal: io.signal });
  } catch (error) {
    if (!isDumpError(error)) throw error;
    throw new UsageError(
      `--as: "${name}" is not one of the declared structures ("dumpbench inspect FILE" lists them), and cannot be used as a kernel type: ${error.what}`,
    );
  }
}

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'what is at an address or symbol, and how its bytes can be interpreted; with --as, decoded as a structure; without an address, the known structures',
  args: ['<file>', '[address]'],
  ofKernel: true,
  options: [
    { flags: '--as <structure>', description: 'a declared structure ("lowcore (6.1)", os_info, Elf64_Ehdr...) or a kernel struct' },
    {
      flags: '--space <space>',
      description: `address space of a bare address: ${addressSpaces.join(', ')}`,
      default: 'absolute',
      values: { words: () => addressSpaces },
    },
    { flags: '--cpu <number>', description: 'CPU whose prefix applies to a real address, and whose page tables to a virtual one' },
  ],
  example: `dumpbench inspect dump.s390 cpu0.r15
  dumpbench inspect dump.s390 modules
  dumpbench inspect dump.s390 cpu0.lowcore --as 'lowcore (6.1)'`,
  async run(context, [file = '', typed], options) {
    const { engine, io, output, style } = context;
    const named = cpuOption(options);
    const structure = options.as === undefined ? undefined : String(options.as);
    const space = addressSpaces.find((one) => one === options.space);
    if (space === undefined) throw new UsageError(`--space: "${String(options.space)}" is not one of ${addressSpaces.join(', ')}`);
    if (typed === undefined && structure !== undefined) throw new UsageError('--as wants the address where the structure lies');
    const { answer, text } = await withDump(context, file, async (dump) => {
      if (typed === undefined) {
        const answer = await engine.call('layouts', { dump }, { signal: io.signal });
        return { answer, text: layoutsText(answer, style) };
      }
      const place = await kernelAddressIn(context, dump, typed, { cpu: named, space });
      const cpu = place.cpu ?? (place.space === 'real' ? 0 : undefined);
      const at = { dump, space: place.space, address: place.address, ...defined({ cpu }) };
      if (structure !== undefined) {
        const answer = await laidOver(context, at, structure);
        return { answer, text: structureText(answer, style) };
      }
      const answer = await engine.call('inspect', at, { signal: io.signal });
      return { answer, text: output.json ? '' : await placeText(context, at, answer.readings) };
    });
    if (output.json) printJson(io, answer);
    else io.out(text);
    return exitCodes.fine;
  },
};
