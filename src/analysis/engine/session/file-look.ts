/** What a file begins as, for a list to choose from: a dump, an archive, or one of them packed. Nothing is opened. */
import { defined } from '../../../shared/defined.ts';
import { isDumpError } from '../../../shared/dump-error.ts';
import type { DumpFormat } from '../../formats/dump-format.ts';
import { recognise } from '../../formats/index.ts';
import { paced } from '../../jobs/steps.ts';
import { openFile } from '../../source/file-source.ts';
import { memorySource } from '../../source/memory-source.ts';
import { unpackedHead } from '../../source/unpacked-head.ts';
import { wrapperOf, type Wrapper } from '../../source/wrapper.ts';

/** What a file begins as. */
export interface FileLook {
  readonly path: string;
  readonly bytes: number;
  readonly title: string;
  /** Of a dump that is not packed. */
  readonly format?: DumpFormat['id'];
  readonly packedWith?: string;
  readonly folder?: string;
}

const headBytes = 4096;
const isArchive = ({ name }: Wrapper): boolean => name === 'tar' || name === 'zip';

/** No more than the first piece is unpacked. */
async function insideOf(path: string, wrapper: Wrapper, signal: AbortSignal): Promise<string | undefined> {
  const file = openFile(path, { cacheBlocks: 2, evidence: false });
  try {
    const head = await unpackedHead(file, path, wrapper, headBytes);
    const archive = wrapperOf(head.subarray(0, 512));
    if (archive !== undefined && isArchive(archive)) return `${archive.name} archive`;
    return (await paced(recognise(memorySource(path, head)), signal))?.title;
  } catch (error) {
    if (isDumpError(error)) return undefined;
    throw error;
  } finally {
    file.close();
  }
}

/** Undefined for what begins as no dump and no archive. @throws DumpError io, Cancelled */
export async function lookAtFile(path: string, folder: string | undefined, signal: AbortSignal): Promise<FileLook | undefined> {
  const file = openFile(path, { cacheBlocks: 2, evidence: false });
  try {
    const about = { path, bytes: file.size, ...defined({ folder }) };
    const format = await paced(recognise(file), signal);
    if (format !== undefined) return { ...about, title: format.title, format: format.id };
    const head = new Uint8Array(Math.min(512, file.size));
    file.readInto(0, head);
    const wrapper = wrapperOf(head);
    if (wrapper === undefined) return undefined;
    if (isArchive(wrapper)) return { ...about, title: `${wrapper.name} archive` };
    const title = wrapper.opens ? await insideOf(path, wrapper, signal) : undefined;
    return title === undefined ? undefined : { ...about, title, packedWith: wrapper.name };
  } finally {
    file.close();
  }
}
