/** Rules about the kernel image that several architectures share. */
import type { AbsoluteAddress } from '../../shared/units.ts';
import type { AbsoluteMemory } from '../layout/absolute-memory.ts';
import { vmcoreinfoHex, type VmcoreinfoValues } from './vmcoreinfo-values.ts';

const pageBytes = 4096n;

/** An absolute address if the dump describes it. */
export const withinDump = (absolute: AbsoluteAddress | undefined, memory: Pick<AbsoluteMemory, 'end'>): AbsoluteAddress | undefined =>
  absolute === undefined || absolute < 0n || absolute >= memory.end ? undefined : absolute;

/** First and last address of the image that vmcoreinfo names; what lies between is image for sure. */
export function imageSpan(vmcoreinfo: VmcoreinfoValues | undefined, floor: bigint): readonly [bigint, bigint] | undefined {
  const symbols = ['_stext', 'swapper_pg_dir', 'init_uts_ns', 'prb', 'log_buf', 'log_buf_len', 'kallsyms_names', 'kallsyms_token_index', 'clear_seq']
    .map((name) => vmcoreinfoHex(vmcoreinfo, `SYMBOL(${name})`))
    .filter((value) => value !== undefined && value >= floor);
  const values = symbols.flatMap((value) => value ?? []).sort((a, b) => (a < b ? -1 : 1));
  const [first] = values;
  const last = values.at(-1);
  return first === undefined || last === undefined ? undefined : [first, last + pageBytes];
}
