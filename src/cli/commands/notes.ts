/** `notes`: ELF notes, decoded, page by page: a damaged dump may have tens of thousands. */
import { missingText } from '../../shared/analysis-text.ts';
import { defined } from '../../shared/defined.ts';
import type { NotesJson } from '../../shared/structure-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, say } from '../io.ts';
import { printJsonList } from '../json-list.ts';
import { withDump } from '../open-dump.ts';
import { notesText } from '../text/structure-text.ts';

async function* pages({ engine, io }: CommandContext, dump: string): AsyncGenerator<NotesJson> {
  for (let start: number | undefined; ;) {
    const page = await engine.call('notes', { dump, ...defined({ start }) }, { signal: io.signal });
    yield page;
    if (page.next === undefined) return;
    start = page.next;
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
      let missing: NotesJson['missing'];
      for await (const page of pages(context, dump)) {
        const { notes } = page;
        missing = page.missing;
        if (output.json) list.add(notes);
        else if (notes.length > 0 || missing === undefined) io.out(`${first ? '' : '\n'}${notesText(notes, style)}`);
        first = false;
      }
      if (output.json) list.end(defined({ missing }));
      for (const one of missing ?? []) say(io, output, `dumpbench: not shown: ${missingText(one)}`);
    });
    return exitCodes.fine;
  },
};
