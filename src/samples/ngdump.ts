import { createHash } from 'node:crypto';

import { ascii } from './byte-writer.ts';
import { elfVmcore } from './elf-vmcore.ts';
import { ext4Image, type Ext4Options } from './ext4-image.ts';
import type { System } from './system.ts';

export interface NgdumpOptions extends Ext4Options {
  /** A partition that is prepared but holds no dump yet. */
  readonly prepared?: boolean;
  /** Recorded digest; the dump file's own unless given. */
  readonly sha256?: string;
  readonly fileName?: string;
}

/** The partition image of an NGDump: an ext4 file system with `ngdump.meta` and the ELF dump (s390-dump.md section 9). */
export function ngdump(system: System, options: NgdumpOptions = {}): Uint8Array {
  if (options.prepared === true) return ext4Image([{ name: 'ngdump.meta', data: ascii('version=1\n') }]);
  const dump = elfVmcore(system);
  const name = options.fileName ?? 'dump.elf';
  const digest = options.sha256 ?? createHash('sha256').update(dump).digest('hex');
  const meta = `version=1\nfile=${name}\nsha256sum=${digest}\n`;
  return ext4Image(
    [
      { name: 'ngdump.meta', data: ascii(meta) },
      { name, data: dump },
    ],
    options,
  );
}
