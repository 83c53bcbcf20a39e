/**
 * The partition image of an NGDump (list-directed dump to SCSI, NVMe or ECKD): an ext4 file system with the ELF dump and a text
 * file that names it and its SHA-256 (formats/s390-dump.md section 9).
 */
import { DumpError, isDumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import type { Steps } from '../jobs/steps.ts';
import { view } from '../layout/struct.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import { broken, no, yes, type DumpFormat, type DumpImage } from './dump-format.ts';
import { elfVmcore } from './elf-vmcore.ts';
import { looksLikeExt4, openExt4, type Ext4 } from './ext4-file.ts';
import { ext4Superblock, ext4SuperblockAt } from './ext4-layout.ts';
import { pvElf } from './pv-elf.ts';

const metaName = 'ngdump.meta';
const maxMetaBytes = 65536;

/** Lines `key=value`. */
function readMeta(meta: ByteSource): ReadonlyMap<string, string> {
  const text = Buffer.from(readExactly(meta, 0, Math.min(meta.size, maxMetaBytes), metaName)).toString('utf8');
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return values;
}

function* needFile(system: Ext4, name: string, image: ByteSource): Steps<ByteSource> {
  const found = yield* system.file(name);
  if (found === undefined)
    throw new DumpError('corrupt', { file: image.name }, `${metaName} names the dump "${name}", but the file system has no such file`, 'the dump file');
  return found;
}

function* openInner(source: ByteSource): Steps<DumpImage> {
  const head = readExactly(source, 0, Math.min(4096, source.size), 'the head of the dump in the file system');
  for (const format of [pvElf, elfVmcore]) {
    const probe = format.probe(head, source);
    if (probe.answer === 'yes') return yield* format.open(source);
    if (probe.answer === 'broken') throw new DumpError('corrupt', { file: source.name, offset: probe.offset }, probe.what, probe.expected);
  }
  throw new DumpError('corrupt', { file: source.name, offset: 0 }, 'the dump in the file system is not an ELF core', 'an s390x ELF core');
}

function* open(source: ByteSource): Steps<DumpImage> {
  const system = openExt4(source);
  const meta = readMeta(yield* needFile(system, metaName, source));
  const name = meta.get('file');
  if (name === undefined || name === '')
    throw new DumpError(
      'absent',
      { file: source.name },
      `the partition is prepared for NGDump, but holds no dump: ${metaName} names no file`,
      'a line file=NAME',
    );
  const dump = yield* needFile(system, name, source);
  const inner = yield* openInner(dump);
  const recorded = /^[0-9a-f]{64}$/i.exec(meta.get('sha256sum') ?? '')?.[0].toLowerCase();
  const findings: Finding[] = [...inner.findings];
  if (system.needsRecovery) {
    findings.push({
      id: 'container-complete/file-system',
      severity: 'warning',
      title: 'The file system was not unmounted',
      detail: 'its journal holds changes that are not looked at here: parts of the dump may not be in their place',
    });
  }
  const version = /^\d{1,9}$/.exec(meta.get('version') ?? '')?.[0];
  const superblock = readExactly(source, ext4SuperblockAt, ext4Superblock.size, 'the superblock');
  return {
    ...inner,
    format: 'ngdump',
    container: { ...inner.container, ...(version === undefined ? {} : { version: Number(version) }), producer: fact('NGDump', metaName) },
    recordedDigest: { sha256: recorded, source: dump },
    structures: [view(ext4Superblock, superblock), ...inner.structures],
    findings,
  };
}

export const ngdump: DumpFormat = {
  id: 'ngdump',
  title: 'NGDump partition',
  about: 'a list-directed dump to SCSI, NVMe or ECKD',
  extensions: ['ngdump', 'img'],
  fileType: { extension: 'ngdump', mimeType: 'application/x-ngdump', title: 'NGDump partition' },
  probe: (head) => (looksLikeExt4(head) ? yes : no),
  *lookDeeper(source) {
    try {
      return (yield* openExt4(source).file(metaName)) === undefined ? no : yes;
    } catch (error) {
      if (!isDumpError(error)) throw error;
      return broken(ext4SuperblockAt, `the ext4 file system cannot be read: ${error.what}`, `a file system that holds ${metaName}`);
    }
  },
  open,
};
