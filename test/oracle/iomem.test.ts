import { guestText, wholeDumps } from '../dumps.ts';
import { iomem } from './iomem.ts';
import { casesOf, oracleSuite } from './oracle-suite.ts';

/** Only kernels that fill os_info entries 10 to 12 (6.10 and later) say where their image lies. */
const withoutImage = (text: string | undefined): string | undefined => text?.replaceAll(/^ +[0-9a-f-]+ : Kernel .*\n/gm, '');

/** A kernel with crashkernel memory; the others state nothing here. */
const stated = (text: string | undefined): string | undefined => (text?.includes('Crash kernel') === true ? text : undefined);

oracleSuite(
  iomem,
  // os_info exists on s390x only.
  casesOf(
    wholeDumps.filter(({ name }) => name.includes('s390')),
    ['iomem.txt'],
    (name, file) => stated(name.includes('k612') ? guestText(name, file) : withoutImage(guestText(name, file))),
  ),
);
