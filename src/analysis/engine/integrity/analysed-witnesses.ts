/** What an archive of the host lists and the dump's kernel answers by analyses: subchannels with their devices, and MemTotal. */
import type { AnalysisJson, RowJson } from '../../../shared/analysis-table.ts';
import type { CheckDepth } from '../../../shared/check-model.ts';
import { architectures } from '../../arch/index.ts';
import { defined } from '../../../shared/defined.ts';
import type { KernelWitnessFacts } from '../../integrity/check.ts';
import type { Analysis } from '../../kernel/analyses/analysis.ts';
import { channelIo } from '../../kernel/analyses/channel-io.ts';
import { memoryUsage } from '../../kernel/analyses/memory-usage.ts';
import { runAnalysis } from '../../kernel/analyses/run-analysis.ts';
import type { HostFacts } from '../../kernel/given/host-facts.ts';
import type { ChannelDevice } from '../../kernel/given/lscss.ts';
import { analysisKernel } from '../kernel/analysis-context.ts';
import type { Session } from '../session/session.ts';

/** Four sets of 65 536 I/O subchannels. */
const mostRows = 4 * 65_536;

type Answer = Pick<AnalysisJson, 'rows' | 'missing'>;

/** All rows of an analysis. Where headers alone are looked at, memory is not searched for types. @throws Cancelled */
async function answerOf(session: Session, analysis: Analysis, depth: CheckDepth, signal: AbortSignal): Promise<Answer> {
  const { table } = analysis;
  const wanted = depth === 'headers' ? { needs: [], uses: [...table.needs, ...table.uses] } : table;
  const kernel = await analysisKernel(session, wanted, signal);
  const rows: RowJson[][] = [];
  const report = (some: readonly RowJson[]): void => void rows.push([...some]);
  const last = await runAnalysis(analysis, kernel, { parameters: {}, first: 0, limit: mostRows, signal, report });
  return { rows: [...rows.flat(), ...last.rows], missing: [...last.missing] };
}

const textOf = (value: RowJson[string] | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

function channelsBy({ rows, missing }: Answer): KernelWitnessFacts['channels'] {
  const [gap] = missing;
  const why = gap === undefined ? undefined : `${gap.what}: ${gap.why}`;
  if (rows.length === 0 && why !== undefined) return why;
  // lscss lists no other subchannels unless it is asked for them.
  const devices = rows
    .filter(({ type }) => type === undefined || type === 'I/O')
    .map(({ device, subchannel, deviceType, controlUnit, online }): ChannelDevice =>
      defined({
        device: textOf(device),
        subchannel: textOf(subchannel),
        deviceType: textOf(deviceType),
        controlUnit: textOf(controlUnit),
        // A subchannel without a device has none that is in use.
        isOnline: typeof online === 'boolean' ? online : controlUnit === undefined && why === undefined ? false : undefined,
      }),
    );
  return { devices, ...defined({ gap: why }) };
}

function memTotalBy({ rows, missing }: Answer): KernelWitnessFacts['memTotal'] {
  const row = rows.find(({ name }) => name === 'MemTotal');
  const { bytes } = row ?? {};
  if (typeof bytes === 'number' || typeof bytes === 'string') return { bytes: BigInt(bytes), source: textOf(row?.source) ?? 'the kernel' };
  return (missing.find(({ what }) => what === 'MemTotal') ?? missing[0])?.why ?? 'the kernel has no such line';
}

/** Why nothing leads to either. */
async function unknown({ knownKernel: kernel, image }: Session, depth: CheckDepth, signal: AbortSignal): Promise<string | undefined> {
  if (!kernel.hasSymbols) return 'no symbols of the kernel are known without a search of memory';
  const { withoutTypes } = architectures[image.machine.arch].tasks;
  const isSearch = depth === 'headers' && !withoutTypes && (await kernel.lookForTypes(signal)) === undefined;
  return isSearch ? 'no types of the kernel are known without a search of memory, which `verify` makes' : undefined;
}

/**
 * What of it the archive lists too.
 * @param depth `headers`: memory is not searched
 * @throws Cancelled
 */
export async function analysedWitnesses(
  session: Session,
  { channels, memTotal }: HostFacts,
  depth: CheckDepth,
  signal: AbortSignal,
): Promise<Pick<KernelWitnessFacts, 'channels' | 'memTotal'>> {
  const hasList = channels !== undefined && typeof channels.value !== 'string';
  const why = await unknown(session, depth, signal);
  return defined({
    channels: !hasList ? undefined : (why ?? channelsBy(await answerOf(session, channelIo, depth, signal))),
    memTotal: memTotal === undefined ? undefined : (why ?? memTotalBy(await answerOf(session, memoryUsage, depth, signal))),
  });
}
