import { damagedText, derivedDumps, oracleText, wholeDumps } from '../dumps.ts';
import { kdumpFacts } from './kdump-facts.ts';
import { casesOf, oracleSuite } from './oracle-suite.ts';

/** The container's own fact does not hold for the same memory in the other container. */
const withoutElf = (text: string | undefined): string | undefined => text?.replace(/^e_machine.*\n/, '');

/** A vmcoreinfo note whose name is damaged is not used by us; the script did not look at the name. */
const withoutVmcoreinfo = (text: string | undefined): string | undefined => text?.replace(/^vmcoreinfo note at(.|\n)*?(?=^sha regions)/m, '');

function damaged(name: string): string | undefined {
  const text = damagedText(name.replace(/\.s390$/, '.elf'), 'kdump-facts.txt');
  const container = name.endsWith('.s390') ? withoutElf(text) : text;
  return name.includes('vmcoreinfo-damaged') ? withoutVmcoreinfo(container) : container;
}

oracleSuite(kdumpFacts, [
  ...casesOf(wholeDumps, ['kdump-facts.txt'], (name, suffix) => (name.endsWith('.s390') ? withoutElf(oracleText(name, suffix)) : oracleText(name, suffix))),
  ...casesOf(derivedDumps, ['kdump-facts.txt'], damaged),
]);
