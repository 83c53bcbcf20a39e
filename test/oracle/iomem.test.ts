import { guestText, wholeDumps } from '../dumps.ts';
import { iomem } from './iomem.ts';
import { casesOf, oracleSuite } from './oracle-suite.ts';

/** A kernel with crashkernel memory; the others state nothing here. */
const stated = (text: string | undefined): string | undefined => (text?.includes('Crash kernel') === true ? text : undefined);

oracleSuite(
  iomem,
  // os_info exists on s390x only.
  casesOf(
    wholeDumps.filter(({ name }) => name.includes('s390')),
    ['iomem.txt'],
    (name, file) => stated(guestText(name, file)),
  ),
);
