import * as v from 'valibot';
import { guestText, wholeDumps } from '../dumps.ts';
import { monitor } from './monitor.ts';
import { casesOf, oracleSuite } from './oracle-suite.ts';

const recorded = v.record(v.string(), v.unknown());

/** The registers of the moment at which the dump was taken: a guest that was dumped twice has two sets. */
function registers(name: string): string | undefined {
  // The kdump kernel wrote the s3 dumps much later.
  const moment = /-([a-z]\d)-(?:qemu|zgetdump)/.exec(name)?.[1];
  const text = moment === undefined || moment === 's3' ? undefined : guestText(name, 'monitor.json');
  if (text === undefined) return undefined;
  const all = v.parse(recorded, JSON.parse(text));
  const found = all[`registers${moment?.slice(1) ?? ''}`] ?? all.registers;
  return typeof found === 'string' ? found : undefined;
}

oracleSuite(
  monitor,
  casesOf(wholeDumps, ['info registers -a'], (name) => registers(name)),
);
