/** Which list of page hashes belongs to which dump. */
import { pageSize } from '../../src/shared/units.ts';
import { guestOracle } from '../dumps.ts';
import { parsePageHashes, type PageHashes } from './page-hashes.ts';

export interface PageList {
  /** Name of the text. */
  readonly file: string;
  /** The list names every page that the dump holds; else it is silent about the others. */
  readonly complete: boolean;
  /** Pages that the converter of the dump changed: save areas into which it wrote the registers. */
  readonly changed: ReadonlySet<number>;
  readonly pages: () => PageHashes;
}

const pagesSuffix = 'libkdumpfile-pages';

/** Another list with the same contents, as the guest's folder notes it. */
function sameAs(name: string, file: string): string | undefined {
  const prefix = `${file}.xz: the same page list as `;
  const line = guestOracle(name, 'same-pages.txt')
    ?.split('\n')
    .find((one) => one.startsWith(prefix));
  return line?.slice(prefix.length).replace(/\.xz$/, '');
}

function listFile(name: string, moment: string, writer: string): string | undefined {
  switch (moment) {
    case 's1':
      return 's1-qemu.pages.sha256';
    case 's5':
      return `s5-qemu.fixed.elf.${pagesSuffix}`;
    case 's3': {
      const own = `s3-${writer.includes('elf-d') ? writer : 'vmcore.elf'}.${pagesSuffix}`;
      return sameAs(name, own) ?? own;
    }
    case 'x1':
      // The filtered dump was made from this one: it holds some of the same pages.
      return writer === 'vmcore.elf' ? `x1-kdump-zlib-d31.${pagesSuffix}` : undefined;
    default:
      return undefined;
  }
}

/** Undefined when there is no list of the same memory. */
export function pageListOf(name: string): PageList | undefined {
  const [, moment = '', writer = ''] = /-([a-z]\d)-(.+)$/.exec(name) ?? [];
  const file = listFile(name, moment, writer);
  const text = file === undefined ? undefined : guestOracle(name, file);
  if (file === undefined || text === undefined) return undefined;
  const standalone = writer.endsWith('.s390');
  const differing = standalone && moment !== 's3' ? (guestOracle(name, `${moment}-elf-vs-standalone.txt`) ?? '') : '';
  return {
    file,
    // A stand-alone dump has no holes: memory that the kernel left out reads as zeros. zgetdump 2.16 adds a range of its own.
    complete: moment !== 'x1' && !(standalone && moment === 's3') && !writer.includes('zgetdump216'),
    changed: new Set([...differing.matchAll(/^page 0x([0-9a-f]+):/gm)].map(([, address = '0']) => Number.parseInt(address, 16) / pageSize)),
    pages: () => parsePageHashes(text),
  };
}
