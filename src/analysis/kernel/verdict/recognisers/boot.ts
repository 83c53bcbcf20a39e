/** Panics before the first process ran: no root file system, or anything else of the boot. */
import { endsThrough, logProof, plain, siteOf, stackProof } from '../end-of-system.ts';
import type { Recogniser } from '../recogniser.ts';

/** init/do_mounts.c. */
const mounting = new Set(['mount_root_generic', 'mount_block_root', 'mount_root', 'prepare_namespace', 'mount_nodev_root', 'do_mount_root']);
const rootLine = /VFS: Unable to mount root|Unable to mount root fs/;

export const rootFileSystem: Recogniser = {
  id: 'root-file-system',
  classes: ['root-file-system'],
  about: 'The stack of the panic goes through the functions that mount the root file system; else the panic line says that it cannot be mounted.',
  recognise(evidence) {
    const { panic } = evidence;
    const through = endsThrough(evidence, mounting);
    const isPanic = evidence.entry?.kind === 'panic' || panic !== undefined;
    if (!isPanic || (through === undefined && !(panic !== undefined && rootLine.test(panic.text)))) return [];
    const frames = siteOf(evidence, panic);
    return [
      { class: 'root-file-system', tie: 'end', what: 'Root file system cannot be mounted', frames, evidence: [...stackProof(evidence), ...logProof(panic)] },
    ];
  },
};

/** Functions that only a booting kernel runs (init/main.c); do_one_initcall() also runs that of a module which is loaded later. */
const booting = new Set(['kernel_init', 'kernel_init_freeable', 'start_kernel', 'do_initcalls', 'do_basic_setup']);
const bootLine = /No working init found|Requested init .* failed|No init found/;

export const earlyBoot: Recogniser = {
  id: 'early-boot',
  classes: ['early-boot'],
  about:
    'A panic while system_state is not yet running, or from a function that only boots (kernel_init, do_initcalls); what kind of panic it was comes first where it is known.',
  recognise(evidence) {
    const { panic, entry, systemState } = evidence;
    if (panic === undefined && entry?.kind !== 'panic') return [];
    const isBooting = systemState === 'booting' || systemState === 'scheduling' || systemState === 'freeing initmem';
    if (!isBooting && endsThrough(evidence, booting) === undefined && !(panic !== undefined && bootLine.test(panic.text))) return [];
    const message = plain((panic?.text ?? '').replace('Kernel panic - not syncing: ', ''));
    const state: { text: string }[] = systemState === undefined ? [] : [{ text: `system_state is ${systemState}` }];
    return [
      {
        class: 'early-boot',
        tie: 'end',
        what: `Panic during boot${message === '' ? '' : ` (${message})`}`,
        frames: siteOf(evidence, panic),
        evidence: [...state, ...stackProof(evidence), ...logProof(panic)],
      },
    ];
  },
};
