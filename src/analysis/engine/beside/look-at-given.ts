/** As what a file can be attached that a person hands over: what its name says counts first, then what it begins with. */
import { basename } from 'node:path';
import { fileHead } from '../../../files/folder-look.ts';
import type { AttachmentKind } from '../../../shared/attachment.ts';
import { defined } from '../../../shared/defined.ts';
import { knownFiles } from './beside-kinds.ts';

const headBytes = 1 << 16;
/** Kinds that show what they are under any name. A log or an archive could be anything. */
const plain: ReadonlySet<AttachmentKind> = new Set(['systemMap', 'vmcoreinfo']);

/** The headers of dumps have zeros, and lines of vmcoreinfo may follow soon after. */
const beginsAsText = (head: Buffer): boolean => !head.subarray(0, 64).includes(0);

/** Without `attach` it is something else, or cannot be read: whoever opens it hears why. */
export async function lookAtGiven(path: string): Promise<{ readonly path: string; readonly attach?: AttachmentKind }> {
  const head = await fileHead(path, headBytes);
  if (head === undefined) return { path };
  const name = basename(path);
  const named = knownFiles.find(({ names, look }) => names.test(name) && look(head) !== undefined);
  const found = named ?? (beginsAsText(head) ? knownFiles.find(({ attach, look }) => plain.has(attach) && look(head) !== undefined) : undefined);
  return { path, ...defined({ attach: found?.attach }) };
}
