/** Selected bytes as text to paste elsewhere. Absent bytes are marked, never written as zero. */
import { defined } from '../../../shared/defined.ts';
import type { ReadJson } from '../../../shared/memory-model.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { positionText, type Position } from '../../state/position.ts';
import { hexText } from './inspect-bytes.ts';

export const copyFormats = [
  { id: 'hex', title: 'Hex digits', words: 'hex digits' },
  { id: 'c', title: 'C array', words: 'a C array' },
  { id: 'json', title: 'JSON', words: 'JSON' },
  { id: 'markdown', title: 'Markdown', words: 'Markdown' },
] as const;
export type CopyFormat = (typeof copyFormats)[number]['id'];

export interface CopiedBytes {
  readonly position: Position;
  readonly data: Uint8Array;
  readonly absent: ReadJson['absent'];
  readonly file: string;
  readonly identity: string;
}

/** Which dump, which space, which address: enough to find the bytes again later. */
export const citation = ({ file, identity, position, data }: CopiedBytes): string =>
  `${visibleText(file)} (dump ${identity.slice(0, 16)}), ${positionText(position)}, ${data.length} bytes`;

const gone = ({ data, absent, position }: CopiedBytes): readonly boolean[] => {
  const missing = new Array<boolean>(data.length).fill(false);
  for (const { start, end } of absent) missing.fill(true, Number(BigInt(start) - position.address), Number(BigInt(end) - position.address));
  return missing;
};

function cArray(copied: CopiedBytes): string {
  const missing = gone(copied);
  const cells = [...copied.data].map((value, index) => (missing[index] === true ? '/* absent */ 0x00' : `0x${value.toString(16).padStart(2, '0')}`));
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += 12) lines.push(`  ${cells.slice(at, at + 12).join(', ')},`);
  // The file's name must not be able to end the comment.
  return `/* ${citation(copied).replaceAll('*/', '* /')} */\nstatic const unsigned char bytes[${copied.data.length}] = {\n${lines.join('\n')}\n};`;
}

function json(copied: CopiedBytes): string {
  const { file, identity, position, data, absent } = copied;
  const { space, cpu, address } = position;
  return JSON.stringify(
    {
      file,
      identity,
      space,
      ...defined({ cpu }),
      address: `0x${address.toString(16)}`,
      length: data.length,
      hex: hexText(data, address, absent).replaceAll(/\s/g, ''),
      absent,
    },
    undefined,
    2,
  );
}

/** Lines as in `hexdump -C`. */
function markdown(copied: CopiedBytes): string {
  const missing = gone(copied);
  const lines: string[] = [];
  for (let at = 0; at < copied.data.length; at += 16) {
    const row = [...copied.data.subarray(at, at + 16)];
    const digits = row.map((value, index) => (missing[at + index] === true ? '--' : value.toString(16).padStart(2, '0'))).join(' ');
    const text = row
      .map((value, index) => (missing[at + index] !== true && value >= 0x20 && value < 0x7f && value !== 0x60 ? String.fromCharCode(value) : '.'))
      .join('');
    lines.push(`${(copied.position.address + BigInt(at)).toString(16).padStart(16, '0')}  ${digits.padEnd(47)}  ${text}`);
  }
  return `${citation(copied).replaceAll(/[\\`*_<>[\]|]/g, (mark) => `\\${mark}`)}\n\n\`\`\`\n${lines.join('\n')}\n\`\`\``;
}

export function copyText(format: CopyFormat, copied: CopiedBytes): string {
  switch (format) {
    case 'hex':
      return hexText(copied.data, copied.position.address, copied.absent);
    case 'c':
      return cArray(copied);
    case 'json':
      return json(copied);
    case 'markdown':
      return markdown(copied);
  }
}
