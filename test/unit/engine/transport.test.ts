/** Whatever carries the messages, the engine behind it behaves the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { describeEngine } from '../../engine-conformance.ts';
import { engineHosts } from '../../engine-hosts.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const healthy = join(scratchFolder(), 'healthy.vmcore');
writeFileSync(healthy, bundledSamples()[0]?.bytes ?? '');

for (const host of engineHosts) describeEngine(host);

describe('engine child process', () => {
  const host = engineHosts.find(({ name }) => name === 'child process');

  it('ends with the door', async () => {
    const engine = host?.start();
    await engine?.client.call('open', { path: healthy });
    // Resolves when the process is gone.
    await engine?.close();
    await expect(engine?.client.call('info', { dump: 'd1' })).rejects.toThrow(/the engine ended \(code 0\)/);
  });
});
