/** A child of run.ts: opens one door and tries inputs, so that a crash, a hang, or an end of memory is a finding and not the end of the fuzzer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minimised } from './minimise.ts';
import { doorNamed } from './doors/index.ts';
import type { FromBatch, ToBatch } from './batch-messages.ts';
import type { OpenDoor } from './door.ts';
import { faultKey, inputOf, processorMilliseconds, spend, type Input } from './tries.ts';

const [, , name = ''] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'dumpbench-fuzz-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});
process.on('disconnect', () => process.exit(0));

const tell = (message: FromBatch): void => {
  process.send?.(message);
};

/** The same fault with less; each attempt is announced, so that one that hangs is noticed. */
async function reduced(door: OpenDoor, input: Input, key: string): Promise<Input> {
  const steps = await minimised(input.steps, (fewer) => {
    tell({ say: 'before' });
    return door.attempt(input.base, fewer).then(
      () => false,
      (error: unknown) => faultKey(error) === key,
    );
  });
  return { ...input, steps };
}

const textOf = (error: unknown): string =>
  error instanceof Error
    ? [error.stack, error.cause instanceof Error ? error.cause.stack : undefined].filter((one) => one !== undefined).join('\ncaused by ')
    : String(error);

async function take(door: OpenDoor, message: ToBatch): Promise<void> {
  if (message.ask === 'input') tell({ say: 'input', input: inputOf(name, door, message.number) });
  else if (message.ask === 'attempt') {
    await door.attempt(message.input.base, message.input.steps).catch(() => undefined);
    tell({ say: 'attempted' });
  } else {
    const seen = new Set<string>();
    const start = processorMilliseconds();
    const tally = await spend(
      name,
      door,
      { first: message.first, milliseconds: message.milliseconds, least: 1 },
      {
        before: (number) => {
          tell({ say: 'before', number });
        },
        async failed(input, error) {
          const key = faultKey(error);
          const isNew = !seen.has(key);
          seen.add(key);
          tell({ say: 'failed', key, text: textOf(error), ...(isNew ? { input: await reduced(door, input, key) } : {}) });
        },
      },
    );
    tell({ say: 'done', tally, milliseconds: processorMilliseconds() - start });
  }
}

const opened = await doorNamed(name).open(folder);
process.on('message', (message: ToBatch) => {
  void take(opened, message);
});
tell({ say: 'ready' });
