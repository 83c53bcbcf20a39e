/** The rows of meminfo.md section 6 that concern the os_info page, each as its own result. */
import type { Step } from '../../../shared/check-model.ts';
import { hex } from '../../../shared/units.ts';
import { OS_INFO_MAGIC, type OsInfoSearch } from '../../arch/s390x/os-info.ts';

export function osInfoSteps(search: OsInfoSearch): Step[] {
  if (search.stage === 'no-lowcore') return [{ check: 'pointer readable', passed: false, detail: `absolute 0xe18 is ${search.state}` }];
  const readable: Step = { check: 'pointer readable', passed: true, detail: 'absolute 0xe18 is in the dump' };
  if (search.stage === 'no-pointer') return [readable, { check: 'pointer not zero', passed: false, detail: 'absolute 0xe18 is zero' }];
  const nonzero: Step = { check: 'pointer not zero', passed: true, detail: hex(search.pointer) };
  if (search.stage === 'bad-pointer') return [readable, nonzero, { check: 'pointer aligned', passed: false, detail: search.what }];
  const aligned: Step = { check: 'pointer aligned', passed: true, detail: 'a multiple of 4096' };
  if (search.stage === 'no-page') return [readable, nonzero, aligned, { check: 'page in the dump', passed: false, detail: `it is ${search.state}` }];
  const { values, computed } = search;
  return [
    readable,
    nonzero,
    aligned,
    { check: 'page in the dump', passed: true, detail: 'all 4096 bytes' },
    { check: 'magic', passed: values.magic === OS_INFO_MAGIC, detail: hex(values.magic) },
    { check: 'checksum', passed: values.csum === computed, detail: `recorded ${hex(values.csum)}, computed ${hex(computed)}` },
    { check: 'version', passed: values.version_major <= 1, detail: `${values.version_major}.${values.version_minor}` },
  ];
}
