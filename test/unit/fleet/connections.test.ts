/** Connections to a server with TLS and passwords: a certificate that is wrong is never ignored, and a password shows nowhere. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import { createFleetHost } from '../../../src/fleet/host/fleet-handlers.ts';
import { fleetProtocol } from '../../../src/shared/fleet-protocol.ts';
import { connect, serve } from '../../../src/shared/rpc.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { startPostgres, type PostgresServer } from '../../fleet/postgres-server.ts';
import { tinyDump } from '../../fleet/tiny-dumps.ts';
import { startWorker } from '../../fleet/worker-process.ts';
import { describeNeeding } from '../../requirements.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const scratch = scratchFolder();
process.env.XDG_CACHE_HOME = join(scratch, 'cache');
const at = (name: string): string => join(scratch, name);
const openssl = (...words: readonly string[]): void => {
  execFileSync('openssl', words, { cwd: scratch, stdio: 'ignore' });
};

/** An authority, and a certificate of it for the name localhost. */
function makeCertificates(): void {
  for (const authority of ['ours', 'other'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${authority}.key`,
      '-out',
      `${authority}.crt`,
      '-days',
      '36500',
      '-subj',
      `/CN=${authority}`,
    );
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost\n');
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ours.crt',
    '-CAkey',
    'ours.key',
    '-CAcreateserial',
    '-out',
    'server.crt',
    '-days',
    '36500',
    '-extfile',
    'names',
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describeNeeding('postgresql', 'a server with TLS and passwords', () => {
  let server: PostgresServer;
  let port: number;
  const secret = 's3cret/pass';
  const status = (address: string) => runInProcess(['fleet', 'status', '--url', address]);

  beforeAll(async () => {
    makeCertificates();
    port = await freePort();
    server = startPostgres({ tls: { port, certificate: readFileSync(at('server.crt'), 'utf8'), key: readFileSync(at('server.key'), 'utf8') } });
    server.createDatabase('fleet');
    server.psql(`CREATE ROLE me LOGIN PASSWORD '${secret}' SUPERUSER`);
    writeFileSync(at('pgpass'), `*:${port}:fleet:me:${secret}\n`, { mode: 0o600 });
  });
  afterEach(() => {
    delete process.env.PGPASSFILE;
  });
  afterAll(() => {
    server.stop();
  });

  it('is trusted by its authority and its name, with the password from PGPASSFILE', async () => {
    process.env.PGPASSFILE = at('pgpass');
    const trusted = `sslrootcert=${encodeURIComponent(at('ours.crt'))}`;
    expect(await runInProcess(['fleet', 'init', '--url', `postgres://me@localhost:${port}/fleet?sslmode=verify-full&${trusted}`])).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await status(`postgres://me@127.0.0.1:${port}/fleet?sslmode=verify-ca&${trusted}`)).toMatchObject({ code: 0, err: '' });
    const refused = { code: 3, out: '', err: expect.stringContaining('the connection is not trusted') as string };
    expect(await status(`postgres://me@127.0.0.1:${port}/fleet?sslmode=verify-full&${trusted}`)).toMatchObject(refused);
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      expect(await status(`postgres://me@localhost:${port}/fleet?sslmode=${mode}`), mode).toMatchObject(refused);
      expect(await status(`postgres://me@localhost:${port}/fleet?sslmode=${mode}&sslrootcert=${encodeURIComponent(at('other.crt'))}`), mode).toMatchObject(
        refused,
      );
    }
    expect(await status(`postgres://me@localhost:${port}/fleet?sslmode=disable`)).toMatchObject({
      code: 3,
      err: expect.stringContaining('refuses the login') as string,
    });
    expect(await status(`postgres://me@localhost:${port}/fleet?sslmode=verify-full&sslrootcert=${encodeURIComponent(at('names.none'))}`)).toMatchObject({
      code: 3,
      err: expect.stringContaining('no such file') as string,
    });
  });

  it('asks for a password that nobody has given: the message says where it goes, and triage does without the catalogue', async () => {
    const address = `postgres://me@localhost:${port}/fleet?sslmode=verify-full&sslrootcert=${encodeURIComponent(at('ours.crt'))}`;
    const asks = `postgres://me@localhost:${port}/fleet asks for a password: set PGPASSFILE (~/.pgpass, mode 0600) or PGPASSWORD\n`;
    writeFileSync(at('open to others'), `*:*:*:*:${secret}\n`, { mode: 0o644 });
    for (const file of [at('names.none'), at('open to others')]) {
      process.env.PGPASSFILE = file;
      for (const action of ['init', 'status'])
        expect(await runInProcess(['fleet', action, '--url', address])).toEqual(expect.objectContaining({ code: 3, err: `dumpbench: ${asks}` }));
    }
    writeFileSync(at('dump'), tinyDump(1));
    expect(await runInProcess(['triage', at('dump'), '--catalogue', address])).toMatchObject({
      code: 0,
      err: `dumpbench: the catalogue was not queried: ${asks}`,
      out: expect.stringContaining('enabled wait (idle)') as string,
    });
  });

  it('is opened for the window with a password that nobody keeps', async () => {
    const host = createFleetHost();
    const [theirs, ours] = portPair();
    serve(fleetProtocol, host.handlers, theirs);
    const client = connect(fleetProtocol, ours);
    const where = `postgres://me@localhost:${port}/fleet?sslmode=verify-full&sslrootcert=${encodeURIComponent(at('ours.crt'))}`;
    try {
      expect(await client.call('open', { where, password: secret })).toEqual({
        outcome: 'open',
        kind: 'server',
        place: `postgres://me@localhost:${port}/fleet`,
        address: where,
      });
      expect(await client.call('overview', {})).toMatchObject({ dumps: 0 });
      const wrong = await client.call('open', { where, password: 'wr0ng' });
      expect(wrong).toMatchObject({ outcome: 'failed', problem: 'refused', message: expect.stringContaining('refuses the login') as string });
      expect(JSON.stringify(wrong)).not.toContain('wr0ng');
      await expect(client.call('overview', {})).rejects.toThrow('no catalogue is open');
      // Whatever was typed into the address goes the same way.
      const inside = where.replace('me@', `me:${encodeURIComponent(secret)}@`);
      expect(await client.call('open', { where: inside })).toMatchObject({ outcome: 'open', address: where });
    } finally {
      await host.close();
    }
  });

  it('shows a password in an address to nobody: not in messages, not in the queue, not in the list of processes', async () => {
    const address = (password: string): string =>
      `postgres://me:${encodeURIComponent(password)}@localhost:${port}/fleet?sslmode=verify-full&sslrootcert=${encodeURIComponent(at('ours.crt'))}`;
    const shown = await status(address(secret));
    expect(shown).toMatchObject({ code: 0 });
    const wrong = await status(address('wr0ng'));
    expect(wrong).toMatchObject({ code: 3, err: expect.stringContaining('refuses the login') as string });
    // As bin/dumpbench.mjs starts the command line where the Node that runs it is too old.
    const runtime = new URL('../../../scripts/node-runtime.mjs', import.meta.url).href;
    writeFileSync(at('launcher.mjs'), `import { runOn } from '${runtime}';\nprocess.exitCode = await runOn(process.argv[2], process.argv.slice(3));\n`);
    const words = ['fleet', 'worker', '--url', address(secret)];
    const worker = startWorker({ words, cache: at('worker'), before: [process.execPath, at('launcher.mjs')] });
    await expect.poll(() => server.psql('SELECT count(*) FROM dumpbench_queue.instance', 'fleet'), { timeout: 600_000 }).toBe('1');
    const pid = server.psql('SELECT pid FROM dumpbench_queue.instance', 'fleet');
    expect(pid).not.toBe(String(worker.pid));
    const lines = [String(worker.pid), pid].map((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8'));
    const tables = server.psql(
      "SELECT query_to_xml(format('TABLE %I.%I', schemaname, tablename), true, false, '') FROM pg_tables WHERE schemaname LIKE 'dumpbench%'",
      'fleet',
    );
    worker.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(tables).toContain(pid);
    for (const text of [shown.out, wrong.err, ...lines, tables, worker.said()]) expect(text).not.toMatch(/s3cret|wr0ng/);
  });
});
