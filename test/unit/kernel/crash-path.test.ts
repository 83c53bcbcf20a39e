/** Which frames every crash has, on traces as the kernels print them. */
import { describe, expect, it } from 'vitest';
import { crashEntry } from '../../../src/analysis/engine/triage/crash-entry.ts';
import { crashPath, functionName, idlesIn, panics, restarts } from '../../../src/analysis/kernel/stacks/crash-path.ts';

/** "panic" is a return address, "!name" where something interrupted. */
const trace = (text: string) =>
  text.split(' ').map((name) => ({ kind: name.startsWith('!') ? 'interrupted' : 'return', symbol: `${name.replace('!', '')}+0x12` }));

const cases: readonly (readonly [what: string, trace: string, first: string | undefined, isCause: boolean])[] = [
  [
    's390x kdump after sysrq c',
    '__do_machine_kdump __machine_kdump __machine_kexec pcpu_delegate __crash_kexec panic sysrq_handle_crash __handle_sysrq write_sysrq_trigger',
    'sysrq_handle_crash',
    true,
  ],
  [
    's390x kdump on another CPU',
    '__do_machine_kdump __machine_kexec restart_int_handler !smp_handle_ext_call do_ext_interrupt !arch_cpu_idle do_idle',
    'arch_cpu_idle',
    false,
  ],
  [
    's390x bad pointer',
    'disabled_wait panic die do_no_context do_dat_exception __do_pgm_check pgm_check_handler !ext4_readdir iterate_dir',
    'ext4_readdir',
    true,
  ],
  [
    'x86_64 bad pointer',
    'machine_kexec __crash_kexec crash_kexec oops_end page_fault_oops exc_page_fault asm_exc_page_fault !null_open do_sys_open',
    'null_open',
    true,
  ],
  [
    'aarch64 bad pointer',
    'machine_kexec __crash_kexec crash_kexec die die_kernel_fault __do_kernel_fault do_page_fault do_mem_abort el1_abort el1h_64_sync_handler el1h_64_sync sysrq_trigger',
    'sysrq_trigger',
    true,
  ],
  [
    's390x PSW restart',
    '__do_machine_kdump __machine_kexec __crash_kexec crash_kexec __do_restart restart_int_handler !arch_cpu_idle do_idle',
    'arch_cpu_idle',
    false,
  ],
  ['compiled pieces', 'panic.cold hung_task kthread', 'hung_task', true],
  ['panic in a fault of a user task', 'panic out_of_memory handle_mm_fault do_exception pgm_check_handler', 'out_of_memory', true],
  ['a CPU that works', 'arch_cpu_idle do_idle', undefined, false],
  ['a function that only calls others', 'vfs_write ksys_write', undefined, false],
];

describe('a function that shows how the end came', () => {
  const entryOf = (name: string) =>
    crashEntry([{ cpu: 0, end: 'complete', detail: '', frames: [{ kind: 'return', address: '0x1000', symbol: `${name}+0x12` }] }]);

  it.each([...panics])('%s is a panic for the path and for the entry', (name) => {
    expect(entryOf(name)).toEqual({ kind: 'panic', symbol: name, cpu: 0 });
    expect(crashPath(trace(`__crash_kexec ${name} __do_restart`))?.isCause).toBe(true);
  });

  it.each([...restarts])('%s is a PSW restart for the path and for the entry', (name) => {
    expect(entryOf(name)).toEqual({ kind: 'restart', symbol: name, cpu: 0 });
    expect(crashPath(trace(`__crash_kexec crash_kexec ${name} restart_int_handler`))?.isCause).toBe(false);
  });
});

describe('the way of a crash', () => {
  it.each(cases)('%s', (_, text, first, isCause) => {
    const frames = trace(text);
    const path = crashPath(frames);
    expect(path === undefined ? undefined : functionName(frames[path.length]?.symbol)).toBe(first);
    if (path !== undefined) expect(path.isCause).toBe(isCause);
  });

  it('takes names without offset, module and compiler’s suffix', () => {
    expect(['panic+0x10c', 'vpanic.isra.0+0x1', 'open+0x4 [ext4]'].map((name) => functionName(name))).toEqual(['panic', 'vpanic', 'open']);
    expect(crashPath([])).toBeUndefined();
    expect(crashPath([{ kind: 'running' }])).toBeUndefined();
    expect(crashPath(trace('panic'))).toEqual({ length: 1, isCause: true });
  });
});

describe('a CPU that idles', () => {
  it('is in a function that waits, on any machine', () => {
    for (const text of ['psw_idle_exit arch_cpu_idle do_idle', 'cpu_do_idle arch_cpu_idle', 'mwait_idle do_idle']) expect(idlesIn(text.split(' '))).toBe(true);
    expect(idlesIn(['schedule', 'do_idle'])).toBe(false);
    expect(idlesIn(['cpu_do_idle', 'play_idle_precise'])).toBe(false);
  });
});
