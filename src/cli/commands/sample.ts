import { join } from 'node:path';
import { writeNewOutputs } from '../../files/output-file.ts';
import { makeOutputFolder } from '../../files/output-folder.ts';
import { holdsAlready } from '../../files/same-file.ts';
import { schemaVersion } from '../../shared/model.ts';
import { byteText } from '../../shared/units.ts';
import { bundledSamples } from '../../samples/bundled.ts';
import type { Command } from '../command.ts';
import { exitCodes, printJson, UsageError } from '../io.ts';
import { columns } from '../text/table.ts';

export const sampleCommand: Command = {
  name: 'sample',
  summary: 'write the bundled sample dumps into a folder',
  args: ['<dir>'],
  example: 'dumpbench sample ./samples',
  run(context, [directory = '']) {
    if (directory === '') throw new UsageError('<dir>: the name is empty');
    const samples = bundledSamples().map(({ name, bytes, description }) => ({ path: join(directory, name), content: bytes, description }));
    const removeFolder = makeOutputFolder(directory);
    try {
      // Existing ones stay: what was recorded about them stays true.
      writeNewOutputs(
        samples.filter(({ path, content }) => !holdsAlready(path, content)),
        { kind: 'sample' },
      );
    } catch (error) {
      removeFolder();
      throw error;
    }
    const files = samples.map(({ path, content, description }) => ({ path, bytes: content.length, description }));
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
