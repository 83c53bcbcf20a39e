// npm run check-dependencies: which direct dependencies have newer versions, and which of all packages have known vulnerabilities, as far as the registry answers.
// What it does not answer is said: silence is not taken for safety. Ends with 1 when there is something to do, with 3 when it was not all answered.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** npm answers with JSON on its standard output also where it ends with another code than 0. @param {readonly string[]} words */
function ask(words) {
  const { stdout, stderr, error } = spawnSync('npm', [...words, '--json'], { cwd: root, encoding: 'utf8' });
  if (error !== undefined) return { why: error.message };
  try {
    const answer = JSON.parse(stdout === '' ? '{}' : stdout);
    const isRefused = answer.error !== undefined || answer.message !== undefined;
    const why = [answer.message, answer.error?.summary, answer.error?.detail, stderr.trim().split('\n')[0]].find((text) => text !== undefined && text !== '');
    return isRefused ? { why: why ?? 'without a reason' } : { answer };
  } catch {
    return { why: (stderr || stdout).trim().split('\n')[0] ?? 'no answer' };
  }
}

let code = 0;
const { answer: newer, why: noVersions } = ask(['outdated']);
if (newer === undefined) {
  console.log(`outdated: not known, the registry did not answer (${noVersions})`);
  code = 3;
} else {
  const rows = Object.entries(newer).map(([name, { current = 'not installed', latest }]) => `  ${name} ${current}, newest ${latest}`);
  console.log(rows.length === 0 ? 'outdated: none' : `outdated:\n${rows.join('\n')}`);
  if (rows.length > 0) code = 1;
}

const { answer: audit, why: noAudit } = ask(['audit']);
if (audit?.metadata?.vulnerabilities === undefined) {
  console.log(
    `vulnerabilities: not known, the registry did not answer (${noAudit ?? 'its answer has no counts'}); this says nothing about whether there are any`,
  );
  code = 3;
} else {
  const found = Object.values(audit.vulnerabilities ?? {}).map(({ name, severity, range }) => `  ${name} ${range}: ${severity}`);
  console.log(found.length === 0 ? 'vulnerabilities: none is known to the registry' : `vulnerabilities:\n${found.join('\n')}`);
  if (found.length > 0 && code === 0) code = 1;
}
process.exitCode = code;
