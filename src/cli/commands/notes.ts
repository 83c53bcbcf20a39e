/** `notes`: ELF notes, decoded, page by page: a damaged dump may have tens of thousands. */
import { defined } from '../../shared/defined.ts';
import type { NoteJson } from '../../shared/structure-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, printJsonList } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { notesText } from '../text/structure-text.ts';

async function* pages({ engine, io }: CommandContext, dump: string): AsyncGenerator<readonly NoteJson[]> {
  for (let start: number | undefined; ;) {
    const { notes, next } = await engine.call('notes', { dump, ...defined({ start }) }, { signal: io.signal });
    yield notes;
    if (next === undefined) return;
    start = next;
  }
}

export const notesCommand: Command = {
  name: 'notes',
  summary: 'ELF notes, decoded',
  args: ['<file>'],
  example: 'dumpbench notes dump.s390 --json',
  async run(context, [file = '']) {
    const { io, output, style } = context;
    await withDump(context, file, async (dump) => {
      const list = printJsonList(io, schemaVersion, 'notes');
      let first = true;
      for await (const notes of pages(context, dump)) {
        if (output.json) list.add(notes);
        else io.out(`${first ? '' : '\n'}${notesText(notes, style)}`);
        first = false;
      }
      if (output.json) list.end({});
    });
    return exitCodes.fine;
  },
};
