/**
 * What a boot-menu entry "kdump" of the stand-alone tools decides (meminfo.md sections 6 and 7; s390-tools
 * zipl/boot/kdump.c): a kernel from disk is started when os_info is right, else a disabled wait with a code.
 */
import type { StandaloneKdump, Step } from '../../../shared/check-model.ts';
import { hex } from '../../../shared/units.ts';
import { againstArea } from './crashkernel-area.ts';
import { OS_INFO_MAGIC, type OsInfoSearch } from './os-info.ts';
import { standaloneKdumpWait, waitCodeText } from './wait-codes.ts';

const stop = (steps: readonly Step[], code: number): StandaloneKdump => ({
  outcome: 'disabled-wait',
  failedCheck: steps.at(-1)?.check ?? 'os_info',
  waitCode: hex(code),
  steps: [...steps, { check: 'disabled wait', detail: `code ${hex(code)}: ${waitCodeText(code)}` }],
});

/**
 * Replays checks 2 to 8 in the order of the stand-alone tools.
 * @param machineEnd where the memory of the machine ends, where the dump shows all of it
 */
export function replayStandaloneKdump(search: OsInfoSearch, machineEnd: bigint | undefined): StandaloneKdump {
  const steps: Step[] = [];
  const step = (check: string, passed: boolean, detail: string): boolean => {
    steps.push({ check, passed, detail });
    return passed;
  };
  if (search.stage === 'no-lowcore') {
    return {
      outcome: 'unknown',
      failedCheck: 'os_info pointer',
      steps: [{ check: 'os_info pointer', detail: `absolute 0xe18 is ${search.state} in this dump` }],
    };
  }
  if (
    !step(
      'os_info pointer',
      search.stage !== 'no-pointer',
      search.stage === 'no-pointer' ? 'absolute 0xe18 is zero' : `absolute 0xe18 holds ${hex(search.pointer)}`,
    )
  ) {
    return stop(steps, standaloneKdumpWait.missing);
  }
  if (search.stage === 'no-pointer') return stop(steps, standaloneKdumpWait.missing);
  if (!step('os_info alignment', search.stage !== 'bad-pointer', search.stage === 'bad-pointer' ? search.what : `${hex(search.pointer)} is page-aligned`)) {
    return stop(steps, standaloneKdumpWait.missing);
  }
  if (search.stage === 'no-page') {
    // The tool reads real memory; a page that only the dump left out says nothing about what it would have found.
    return {
      outcome: 'unknown',
      failedCheck: 'os_info page',
      steps: [...steps, { check: 'os_info page', detail: `the page at ${hex(search.pointer)} is ${search.state} in this dump` }],
    };
  }
  if (search.stage === 'bad-pointer') return stop(steps, standaloneKdumpWait.missing);
  const { values, computed } = search;
  if (!step('os_info magic', values.magic === OS_INFO_MAGIC, `${hex(values.magic)}, expected ${hex(OS_INFO_MAGIC)} ("OSINFOSZ")`))
    return stop(steps, standaloneKdumpWait.missing);
  if (!step('os_info checksum', values.csum === computed, `recorded ${hex(values.csum)}, computed ${hex(computed)}`))
    return stop(steps, standaloneKdumpWait.checksum);
  if (!step('os_info version', values.version_major <= 1, `${values.version_major}.${values.version_minor}, readers accept 1`))
    return stop(steps, standaloneKdumpWait.version);
  const crashkernel = `${hex(values.crashkernel_addr)} + ${hex(values.crashkernel_size)}`;
  if (!step('crashkernel memory', values.crashkernel_addr !== 0n, values.crashkernel_addr === 0n ? 'none reserved' : crashkernel))
    return stop(steps, standaloneKdumpWait.noCrashkernel);
  // The tools look at no more than that it is not zero: what they come to in memory that is not there is not known.
  const against = againstArea({ base: values.crashkernel_addr, size: values.crashkernel_size }, machineEnd);
  if (against !== undefined)
    return {
      outcome: 'unknown',
      failedCheck: 'place of crashkernel memory',
      steps: [...steps, { check: 'place of crashkernel memory', passed: false, detail: `${against}; the tools do not look at that` }],
    };
  return { outcome: 'start-kdump', steps };
}
