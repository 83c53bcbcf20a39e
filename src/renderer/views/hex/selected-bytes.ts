/** Actions on selected bytes: copying them, and finding them elsewhere. */
import { append } from '../../../shared/append.ts';
import type { ReadJson } from '../../../shared/memory-model.ts';
import { byteText } from '../../../shared/units.ts';
import { findStep } from '../../state/find-in-hex.ts';
import { handleOf } from '../../state/open-dump.ts';
import type { Position } from '../../state/position.ts';
import type { Workbench } from '../../workbench.ts';
import { copyFormats, copyText, type CopyFormat } from './copy-formats.ts';

/** Even in the longest format this is less than the clipboard call accepts. */
export const mostCopied = 512 * 1024;
/** One read of the engine. */
const readBytes = 65536;

type Copying = Pick<Workbench, 'engine' | 'shell' | 'dumps'>;

/** The bytes of a range of any length. */
export async function bytesAt(
  { engine, dumps }: Pick<Workbench, 'engine' | 'dumps'>,
  dump: string,
  position: Position,
): Promise<Pick<ReadJson, 'absent'> & { data: Uint8Array }> {
  const open = dumps.find(dump);
  const handle = open === undefined ? undefined : handleOf(open);
  if (handle === undefined) throw new Error('The dump is being opened.');
  const { space, address } = position;
  const owner = space === 'real' || space === 'virtual' ? { cpu: position.cpu ?? 0 } : {};
  const data = new Uint8Array(Math.max(1, position.length));
  const absent: ReadJson['absent'] = [];
  for (let at = 0; at < data.length; at += readBytes) {
    const part = await engine.call('read', { dump: handle, space, address: address + BigInt(at), length: Math.min(readBytes, data.length - at), ...owner });
    data.set(part.data, at);
    append(absent, part.absent);
  }
  return { data, absent };
}

/** @returns a sentence that says what was copied, or why nothing was */
export async function copySelection(copying: Copying, dump: string, position: Position, format: CopyFormat): Promise<string> {
  const length = Math.max(1, position.length);
  if (length > mostCopied) return `${byteText(length)} are too many to copy (at most ${byteText(mostCopied)}). Export them instead.`;
  const open = copying.dumps.find(dump);
  const { data, absent } = await bytesAt(copying, dump, position);
  const text = copyText(format, { position, data, absent, file: open?.name ?? '', identity: open?.identity ?? 'unknown' });
  await copying.shell.call('copyText', { text });
  return `Copied ${byteText(length)} as ${copyFormats.find(({ id }) => id === format)?.words ?? format}`;
}

/** The maximum number of bytes in a pattern. */
const mostSought = 256;

/** Searches for the selected bytes from the cursor on. @returns why it cannot, otherwise nothing */
export async function findSelected(workbench: Workbench, dump: string, owner: string, position: Position): Promise<string> {
  if (position.length > mostSought) return `At most ${mostSought} bytes can be searched for`;
  const { data, absent } = await bytesAt(workbench, dump, position);
  if (absent.length > 0) return 'Not all of the selected bytes are in the dump';
  const pattern = { type: 'bytes', pattern: [...data].map((value) => value.toString(16).padStart(2, '0')).join('') } as const;
  workbench.hexTabs.change(owner, { isFinding: true, pattern });
  await findStep(workbench, dump, owner, 1);
  // The first hit is the selection itself.
  await findStep(workbench, dump, owner, 1);
  return '';
}
