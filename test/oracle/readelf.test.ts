import { damagedText, derivedDumps, oracleText, wholeDumps } from '../dumps.ts';
import { readelf } from './readelf.ts';
import { casesOf, oracleSuite } from './oracle-suite.ts';

/** Part of a text of several tools, from `== NAME` on. */
const section = (text: string | undefined, name: string): string | undefined => text?.split(/^== /m).find((part) => part.startsWith(name));

/** Damaged files that we refuse to open have nothing to compare. */
const refused = /header-phoff|empty|header-magic/;

oracleSuite(readelf, [
  ...casesOf(wholeDumps, ['readelf.txt'], oracleText),
  ...casesOf(
    derivedDumps.filter(({ name }) => name.endsWith('.elf') && !refused.test(name)),
    ['readelf -hlW'],
    (name, label) => section(damagedText(name), label),
  ),
]);
