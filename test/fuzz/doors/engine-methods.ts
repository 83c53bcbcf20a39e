/** Methods of the engine, with parameters that are drawn from their contracts: fitting, nearly fitting, and hostile ones, on dumps that are open. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../src/analysis/engine/engine.ts';
import { portPair } from '../../../src/analysis/engine/in-process.ts';
import * as registered from '../../../src/analysis/kernel/analyses/index.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import type { SeededRandom } from '../../../src/samples/seeded-random.ts';
import { engineProtocol, type EngineProtocol } from '../../../src/shared/engine-protocol.ts';
import { connect, serve } from '../../../src/shared/rpc.ts';
import { Fault, type Door, type Tried } from '../door.ts';
import { isExpectedOfEngine } from '../engine-errors.ts';
import { decoded, drawValue, encoded } from '../schema-values.ts';
import type { CallStep, Step } from '../step.ts';

const analyses = Object.values(registered).map(({ table }) => table);

/** They start a process for each query: their tests are in test/unit/page-index/sql.test.ts. */
const elsewhere: ReadonlySet<string> = new Set(['sql']);
const methods = (Object.keys(engineProtocol) as (keyof EngineProtocol)[]).filter((name) => !elsewhere.has(name));

/** Places for what is known when an input is tried: handles of dumps, and paths in the door's folder. */
const handles = ['$dump', '$dump', '$dump', '$other', 'd999'];
const files = ['$folder/given/healthy', '$folder/given/damaged', '$folder/given/text', '$folder/given', '$folder/given/absent', '$folder/given/empty'];
const outputs = ['$folder/out/one', '$folder/out/two', '$folder/given/healthy', '$folder/out', '$folder/no-folder/file'];

const textsByKey: Readonly<Record<string, readonly string[]>> = {
  dump: handles, left: handles, right: handles, with: handles, path: files, paths: files, volumes: ['$folder/given/damaged'], vmlinux: files, systemMap: files, vmcoreinfo: files, dmesg: files,
  dumpLog: files, hostFacts: files, manifest: files, attestation: files, publicKey: files, key: files, allowedSigners: files, cck: files, kdumpImages: files,
  folder: ['$folder/out', '$folder/given', '$folder/no-folder'], output: outputs,
  machine: ['s390x', 'x86_64', 'aarch64', 'no-machine'], id: [...analyses.map(({ id }) => id), 'no-analysis'], analyses: analyses.map(({ id }) => id),
  name: ['jiffies', 'task_struct', 'init_task', 'list_head', 'swapper_pg_dir'], type: ['task_struct', 'list_head', 'int'], layout: ['lowcore', 'os_info', 'Elf64_Ehdr'],
  pattern: ['OSINFOSZ', '00 ?? ff', 'a.*b', '0x1000', '(a+)+$', 'u64:0x10'], format: ['html', 'json', 'markdown', 'papyrus', 'sha256'], text: ['ji', 'init'],
}; // prettier-ignore
/** Threads cost a machine that others use: never many. */
const fewWorkers = (params: unknown, random: SeededRandom): unknown =>
  typeof params === 'object' && params !== null && 'workers' in params ? { ...params, workers: random.below(3) } : params;

function drawCall(random: SeededRandom): CallStep {
  const method = methods[random.below(methods.length)] ?? 'info';
  const params = fewWorkers(
    drawValue(engineProtocol[method].params, method, (key) => textsByKey[key], random),
    random,
  );
  return { do: 'call', method, params: encoded(params) ?? {} };
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

export const engineMethods: Door = {
  name: 'engine-methods',
  about: 'calls of the engine: an answer in its schema, or a DumpError, a RequestError, or a sentence about the call',
  seconds: 10,
  least: 150,
  open(folder) {
    const given = join(folder, 'given');
    mkdirSync(given);
    mkdirSync(join(folder, 'out'));
    // Indexes and unpacked copies of the door alone: one of its methods empties the cache.
    const cache = process.env.XDG_CACHE_HOME;
    process.env.XDG_CACHE_HOME = join(folder, 'cache');
    // A method that is given a relative path as its output writes there, and not into the checkout.
    const working = process.cwd();
    const outputs = join(folder, 'working');
    mkdirSync(outputs);
    process.chdir(outputs);
    for (const [at, { bytes }] of bundledSamples().entries()) writeFileSync(join(given, at === 0 ? 'healthy' : 'damaged'), bytes);
    writeFileSync(join(given, 'text'), 'a text, and no dump\n');
    writeFileSync(join(given, 'empty'), '');
    const bases = ['healthy', 'damaged'];
    const digests = bases.map((base) => sha256(join(given, base)));
    return {
      bases,
      draw: (_, random) => Array.from({ length: 1 + random.below(3) }, () => drawCall(random)),
      async attempt(base, steps: readonly Step[]): Promise<Tried> {
        const engine = createEngine();
        const [near, far] = portPair();
        serve(engineProtocol, engine.handlers, far);
        const client = connect(engineProtocol, near);
        let [calls, answered] = [0, 0];
        try {
          const { dump } = await client.call('open', { path: join(given, base) });
          const { dump: other } = await client.call('open', { path: join(given, bases.find((one) => one !== base) ?? base) });
          for (const step of steps) {
            if (step.do !== 'call') throw new Error(`${step.do} is no call`);
            const params = decoded(step.params, (text) => text.replace('$dump', dump).replace('$other', other).replace('$folder', folder));
            calls += 1;
            try {
              await client.call(step.method as keyof EngineProtocol, params as never);
              answered += 1;
            } catch (error) {
              if (!isExpectedOfEngine(error)) throw new Fault(`${step.method}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
            }
          }
        } finally {
          far.close();
          engine.close();
        }
        return { outcome: answered > 0 ? 'answered' : 'refused', calls };
      },
      close() {
        process.chdir(working);
        if (cache === undefined) Reflect.deleteProperty(process.env, 'XDG_CACHE_HOME');
        else process.env.XDG_CACHE_HOME = cache;
        if (bases.some((base, at) => sha256(join(given, base)) !== digests[at])) throw new Fault('a dump was written to');
        return Promise.resolve();
      },
    };
  },
};
