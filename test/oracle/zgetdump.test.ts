import { damagedText, derivedDumps, oracleText, wholeDumps } from '../dumps.ts';
import { casesOf, oracleSuite } from './oracle-suite.ts';
import { zgetdump } from './zgetdump.ts';

const versions = ['zgetdump-2.16.txt', 'zgetdump-2.35.txt'];

/** What it prints about a dump that it reads; refusals and crashes state nothing. */
const answer = (text: string | undefined): string | undefined => (text?.includes('General dump info:') === true ? text : undefined);

const section = (text: string | undefined, name: string): string | undefined => text?.split(/^== /m).find((part) => part.startsWith(name));

/** QEMU's own files are refused; what is known of them comes from a copy with a mended header. */
const mended = (name: string): string => name.replace(/\.elf$/, '.fixed.elf');

oracleSuite(zgetdump, [
  ...casesOf(wholeDumps, versions, (name, version) => answer(oracleText(name, version)) ?? answer(oracleText(mended(name), version))),
  // Version 2.16 says of the malformed header alone that it is a user space core dump, and nothing more that could be compared.
  ...casesOf(
    derivedDumps.filter(({ name }) => name.endsWith('.s390')),
    ['zgetdump 2.35 -i', 'zgetdump 2.16 -i'],
    (name, version) => answer(section(damagedText(name), version)),
  ),
]);
