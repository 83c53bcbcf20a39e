/** A guest under QEMU: its console as a file, its monitor as a socket (QMP). */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Guest {
  /** Waits until the console shows a text; true when it came, false after so many seconds or at the guest's end. */
  waitFor(text: RegExp, seconds: number): Promise<boolean>;
  /** What the console has shown. */
  console(): string;
  /** A command of the monitor, and its answer. @throws Error what the monitor said */
  command(name: string, options?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Ends QEMU. */
  end(): Promise<void>;
}

interface Answer {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

async function monitorAt(path: string): Promise<Socket> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect(path, () => {
          resolve(socket);
        });
        socket.on('error', reject);
      });
    } catch (error) {
      if (tries > 100) throw error;
      await delay(200);
    }
  }
}

/** Starts QEMU with these arguments, to which console and monitor are added. */
export async function startGuest(args: readonly string[], files: { readonly console: string; readonly monitor: string }): Promise<Guest> {
  const all = [
    ...args,
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-no-shutdown', '-action', 'panic=pause'],
    ...['-chardev', `file,id=console,path=${files.console}`, '-serial', 'chardev:console', '-qmp', `unix:${files.monitor},server=on,wait=off`],
  ];
  console.log(`$ qemu-system-s390x ${all.join(' ')}`);
  const child = spawn('qemu-system-s390x', all, { stdio: ['ignore', 'inherit', 'inherit'] });
  let isOver = false;
  const ended = new Promise<void>((resolve) =>
    child.on('exit', () => {
      isOver = true;
      resolve();
    }),
  );
  const monitor = await monitorAt(files.monitor);
  const waiting: ((answer: Answer) => void)[] = [];
  let text = '';
  monitor
    .on('error', () => undefined)
    .on('data', (bytes: Buffer) => {
      const lines = (text + bytes.toString('utf8')).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const answer = JSON.parse(line) as Answer;
        // Everything else is the greeting or an event.
        if (answer.return !== undefined || answer.error !== undefined) waiting.shift()?.(answer);
      }
    });
  const shown = (): string => (existsSync(files.console) ? readFileSync(files.console, 'latin1') : '');
  const guest: Guest = {
    console: shown,
    async waitFor(pattern, seconds) {
      const end = Date.now() + seconds * 1000;
      while (!pattern.test(shown()) && Date.now() < end && !isOver) await delay(500);
      return pattern.test(shown());
    },
    async command(name, options) {
      const answer = new Promise<Answer>((resolve) => {
        waiting.push(resolve);
      });
      monitor.write(`${JSON.stringify({ execute: name, ...(options === undefined ? {} : { arguments: options }) })}\n`);
      const { return: result, error } = await answer;
      if (error !== undefined) throw new Error(`${name}: ${error.desc}`);
      return result;
    },
    async end() {
      if (!isOver) monitor.write('{"execute":"quit"}\n');
      await Promise.race([ended, delay(10_000)]);
      if (!isOver) child.kill();
      monitor.destroy();
    },
  };
  await guest.command('qmp_capabilities');
  return guest;
}
