/**
 * Opens exports with crash and drgn and keeps what they print, with the digest of the export (README.md):
 *
 *     node test/oracle/exports/record.ts NAME --vmlinux FILE [--crash COMMAND] [--drgn COMMAND]
 *
 * COMMAND is how the program is called here, with words between blanks; for drgn a Python that has it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exportOf, proofs, recorded, recordedPath, textPath } from './proofs.ts';

const script = fileURLToPath(new URL('drgn-facts.py', import.meta.url));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { vmlinux: { type: 'string' }, crash: { type: 'string' }, drgn: { type: 'string' } },
});
const proof = proofs.find(({ name }) => name === positionals[0]);
if (proof === undefined || values.vmlinux === undefined)
  throw new Error(`record.ts NAME --vmlinux FILE [--crash COMMAND] [--drgn COMMAND]; NAME is one of ${proofs.map(({ name }) => name).join(', ')}`);

const folder = mkdtempSync(join(tmpdir(), 'export-proof-'));

/** What a program prints, working in a folder where the export and the kernel have short names. */
function run(command: string, more: readonly string[], input = ''): string {
  const [program = '', ...words] = command.split(' ');
  const { stdout, stderr, status, error } = spawnSync(program, [...words, ...more], { cwd: folder, encoding: 'utf8', input, maxBuffer: 1 << 28 });
  if (error !== undefined || status !== 0) throw new Error(`${command}: exit status ${status}: ${error?.message ?? ''} ${stderr} ${stdout.slice(-2000)}`);
  return stdout;
}

try {
  symlinkSync(resolve(values.vmlinux), join(folder, 'vmlinux'));
  const sha256 = await exportOf(proof, join(folder, 'export'));
  const all = existsSync(recordedPath) ? recorded() : {};
  const openedWith = new Set(all[proof.name]?.sha256 === sha256 ? all[proof.name]?.openedWith : []);
  const keep = (tool: string, text: string, version: string): void => {
    writeFileSync(textPath(proof.name, tool), text);
    for (const one of openedWith) if (one.startsWith(`${tool} `)) openedWith.delete(one);
    openedWith.add(version);
  };
  if (values.crash !== undefined) {
    const version = /^crash \S+/m.exec(run(values.crash, ['--version']))?.[0] ?? 'crash';
    keep('crash', run(values.crash, ['-s', 'vmlinux', 'export'], 'sys\nbt -a\nps\nlog\nq\n'), version);
  }
  if (values.drgn !== undefined) {
    const version = run(values.drgn, ['-c', 'import drgn; print("drgn", drgn.__version__)']).trim();
    keep('drgn', run(values.drgn, [script, 'export', 'vmlinux']), version);
  }
  const sorted = Object.entries({ ...all, [proof.name]: { sha256, openedWith: [...openedWith].sort() } }).sort(([a], [b]) => a.localeCompare(b));
  writeFileSync(recordedPath, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
