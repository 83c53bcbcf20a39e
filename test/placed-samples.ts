/** The bundled sample dumps as files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledSamples } from '../src/samples/bundled.ts';

/** Paths of the samples; `all` has them in the order in which they are bundled. */
export interface PlacedSamples {
  readonly healthy: string;
  readonly damaged: string;
  readonly all: readonly string[];
}

/** Writes the samples into a folder, under their own names. */
export function placeSamples(folder: string): PlacedSamples {
  const all = bundledSamples().map(({ name, bytes }) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  });
  const of = (kind: string): string => {
    const path = all.find((one) => one.includes(`sample-${kind}`));
    if (path === undefined) throw new Error(`no bundled sample is ${kind}`);
    return path;
  };
  return { healthy: of('healthy'), damaged: of('damaged'), all };
}
