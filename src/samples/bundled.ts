import { applyDamage } from './damage.ts';
import { writeDumperTraces } from './dumper-traces.ts';
import { elfVmcore } from './elf-vmcore.ts';
import { s390Standalone } from './s390-standalone.ts';
import { s390xSystem } from './s390x-system.ts';

export interface BundledSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** One sentence for people. */
  readonly description: string;
}

const machine = { cpuCount: 3, registers: 'believable', reiplEntry: true } as const;

/** A panic on CPU 1 that the kdump kernel saved: everything that can be checked is right. */
function healthy(): Uint8Array {
  return elfVmcore(s390xSystem({ ...machine, firstCpu: 1, state: 'kdump' }));
}

/**
 * The same machine a day later: something wrote into the loaded kdump kernel and into os_info, so the panicking CPU found a wrong
 * digest and stopped in a disabled wait; an operator started the stand-alone dumper from disk.
 */
function damaged(): Uint8Array {
  const system = s390xSystem({ ...machine, state: 'disabled-wait', time: 1773566813 });
  applyDamage(system, 'kdump-overwritten');
  applyDamage(system, 'osinfo-checksum');
  writeDumperTraces(system.memory);
  return s390Standalone(system, { producer: 'zipl' });
}

/** The sample dumps that the product brings along; the same bytes on every call and machine. At most 8 MiB each. */
export function bundledSamples(): readonly BundledSample[] {
  return [
    {
      name: 'sample-healthy.vmcore',
      bytes: healthy(),
      description: 'ELF dump of a small s390x Linux 6.1 with 3 CPUs, saved by kdump after a panic; nothing is damaged.',
    },
    {
      name: 'sample-damaged.s390',
      bytes: damaged(),
      description:
        'Stand-alone dump of the same machine: the loaded kdump kernel was overwritten, the os_info checksum is wrong, and one CPU sits in a disabled wait.',
    },
  ];
}
