/** libkdumpfile's attributes of kdump-compressed dumps: machine, registers, system names, vmcoreinfo. */
import { oracleText } from '../../dumps.ts';
import type { Facts } from '../facts.ts';
import { libkdumpfile } from '../libkdumpfile.ts';
import { oracleSuite, type OracleCase } from '../oracle-suite.ts';
import { containers, entryOf } from './container-dumps.ts';

/** Dumps of one moment in several codings have one text. */
const textOf = (name: string): string | undefined =>
  oracleText(name, 'libkdumpfile.txt') ?? oracleText(name.replace('kdump-raw-d31', 'kdump-zlib-d31'), 'libkdumpfile.txt');

/** How many pages there are is for the page lists to say: it counts pages of gaps as its own. */
const withoutPages = (facts: Facts): Facts => new Map([...facts].filter(([fact]) => fact !== 'pages'));

const cases = containers.flatMap(({ name, others }): OracleCase[] => {
  const text = name.includes('kdump') && others.length === 0 ? textOf(name) : undefined;
  return text?.includes('arch.name = ') === true ? [{ entry: entryOf(name), label: 'attributes', text }] : [];
});

oracleSuite(
  {
    ...libkdumpfile,
    name: 'libkdumpfile attributes of kdump-compressed dumps',
    stated: (text) => withoutPages(libkdumpfile.stated(text)),
  },
  cases,
);
