/** `fileBytes`: bytes of a file that is not an open dump. */
import { memberPath } from '../../../files/member-path.ts';
import { defined } from '../../../shared/defined.ts';
import { openFile } from '../../source/file-source.ts';
import { wrapperOf } from '../../source/wrapper.ts';
import { readSource, type ReadAnswer } from './read.ts';

interface FileBytes extends ReadAnswer {
  readonly file: string;
  readonly size: number;
  readonly packedWith?: string;
}

const wrapperBytes = 512;

/** @throws DumpError io where it is not a file that can be read */
export function fileBytes({ path, offset, length }: { readonly path: string; readonly offset: number; readonly length: number }): FileBytes {
  const { file } = memberPath(path);
  const source = openFile(file, { cacheBlocks: 2 });
  try {
    const head = readSource(source, { address: 0n, length: Math.min(wrapperBytes, source.size) }).data;
    return { file, size: source.size, ...defined({ packedWith: wrapperOf(head)?.name }), ...readSource(source, { address: BigInt(offset), length }) };
  } finally {
    source.close();
  }
}
