import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaVersion } from '../../shared/model.ts';
import { byteText } from '../../shared/units.ts';
import { bundledSamples } from '../../samples/bundled.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson } from '../io.ts';
import { columns } from '../text/table.ts';

export const sampleCommand: Command = {
  name: 'sample',
  summary: 'write the bundled sample dumps into a folder',
  args: ['<dir>'],
  example: 'dumpbench sample ./samples',
  run(context, [directory = '']) {
    mkdirSync(directory, { recursive: true });
    const files = bundledSamples().map(({ name, bytes, description }) => {
      const path = join(directory, name);
      writeFileSync(path, bytes);
      return { path, bytes: bytes.length, description };
    });
    if (context.output.json) printJson(context.io, { schema: schemaVersion, files });
    else if (!context.output.quiet)
      context.io.out(
        `${columns(
          files.map((file) => [file.path, byteText(file.bytes), file.description]),
          '',
          [1],
        )}\n`,
      );
    return Promise.resolve(exitCodes.fine);
  },
};
