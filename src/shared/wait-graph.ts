/**
 * Rows of the analysis `hangs` as a drawing: who waits for whom, with cycles. SVG text that the window and reports share; its colours are those of
 * the text around it, so that it reads in light and dark, and its description says in words what it shows.
 */
import type { Cell, RowJson } from './analysis-table.ts';
import { visibleLine } from './visible-text.ts';

/** What is drawn at most: of more, the number. */
const mostGroups = 8;
const mostBoxes = 64;
const mostUnderOne = 12;
const mostDepth = 8;

const boxWidth = 480;
const boxHeight = 40;
const lineHeight = 52;
const indent = 36;
const margin = 8;
const railStep = 14;
/** Characters that fit into a box. */
const mostCharacters = 70;

interface Box {
  readonly row: RowJson;
  readonly x: number;
  readonly y: number;
  readonly isInCycle: boolean;
}

interface Drawn {
  readonly boxes: readonly Box[];
  /** "and 3 more wait for it", at their places. */
  readonly notes: readonly { readonly x: number; readonly y: number; readonly text: string }[];
  readonly height: number;
  /** Rows that had no room. */
  readonly beyond: number;
}

const cellText = (cell: Cell | undefined): string => (cell === undefined ? '' : visibleLine(String(cell)));
const cut = (text: string): string => (text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1).replace(/[\ud800-\udbff]$/, '')}…`);
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function nameOf({ name, pid, task }: RowJson): string {
  if (name === undefined) return `task at ${cellText(task)}`;
  return `${cellText(name)}${pid === undefined ? '' : ` (pid ${cellText(pid)})`}`;
}

function stateOf({ state, cpu, seconds }: RowJson): string {
  const where = cpu === undefined ? (state === undefined ? '' : ` state ${cellText(state)}`) : ` on CPU ${cellText(cpu)}`;
  return `${where}${typeof seconds === 'number' ? ` for ${Math.floor(seconds)} s` : ''}`;
}

function waitOf({ waitsFor, wants, lock, lockName, function: place, name, cpu }: RowJson): string {
  if (waitsFor === undefined)
    return cpu !== undefined ? `runs ${cellText(place)}`.trimEnd() : name === undefined ? 'is not on the list of tasks' : 'is not known to wait for anything';
  const where = lock === undefined ? '' : ` ${cellText(lockName ?? lock)}`;
  const kind = waitsFor === 'event' ? 'something other than a lock or I/O' : cellText(waitsFor);
  const purpose = wants === undefined ? '' : ` to ${cellText(wants)}`;
  return `waits for ${kind}${where}${purpose}${place === undefined ? '' : ` in ${cellText(place)}`}`;
}

/** The rows of each rank in which somebody waits for somebody. */
function groupsOf(rows: readonly RowJson[]): readonly (readonly RowJson[])[] {
  const groups = new Map<Cell, RowJson[]>();
  for (const row of rows) {
    if (row.rank === undefined || row.role === 'alone') continue;
    const group = groups.get(row.rank);
    if (group === undefined) groups.set(row.rank, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function placed(groups: readonly (readonly RowJson[])[]): Drawn {
  const boxes: Box[] = [];
  const notes: { x: number; y: number; text: string }[] = [];
  let y = margin;
  for (const group of groups.slice(0, mostGroups)) {
    const waiters = new Map<Cell, RowJson[]>();
    for (const row of group) {
      if (row.role !== 'waiter' || row.owner === undefined) continue;
      const others = waiters.get(row.owner);
      if (others === undefined) waiters.set(row.owner, [row]);
      else others.push(row);
    }
    const stack: { readonly row: RowJson; readonly depth: number; readonly more?: number }[] = group
      .filter(({ role }) => role === 'cycle' || role === 'root')
      .map((row) => ({ row, depth: 0 }))
      .reverse();
    for (let next = stack.pop(); next !== undefined && boxes.length < mostBoxes; next = stack.pop()) {
      const { row, depth, more } = next;
      const x = margin + Math.min(depth, mostDepth) * indent;
      if (more !== undefined) {
        notes.push({ x, y: y + 14, text: `and ${more} more wait for ${nameOf(row)}` });
        y += 24;
        continue;
      }
      boxes.push({ row, x, y, isInCycle: row.role === 'cycle' });
      y += lineHeight;
      const under = row.task === undefined ? [] : (waiters.get(row.task) ?? []);
      if (row.task !== undefined) waiters.delete(row.task);
      if (under.length > mostUnderOne) stack.push({ row, depth: depth + 1, more: under.length - mostUnderOne });
      for (const one of under.slice(0, mostUnderOne).reverse()) stack.push({ row: one, depth: depth + 1 });
    }
    y += margin;
  }
  const all = groups.reduce((sum, group) => sum + group.length, 0);
  return { boxes, notes, height: y, beyond: all - boxes.length };
}

const boxText = ({ row, x, y, isInCycle }: Box): string => {
  const lines = [`${nameOf(row)}${stateOf(row)}${isInCycle ? ', in a cycle' : ''}`, waitOf(row)];
  const texts = lines.map(
    (line, at) =>
      `<text x="${x + 10}" y="${y + 17 + at * 16}" fill="currentColor" stroke="none"${at === 0 ? ' font-weight="600"' : ''}>${escaped(cut(line))}</text>`,
  );
  return `<g class="${isInCycle ? 'wait-cycle' : 'wait-task'}"><rect x="${x}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="4" fill="none" stroke="currentColor" stroke-width="${isInCycle ? 2.5 : 1}"/>${texts.join('')}</g>`;
};

/** From a waiter's left side up to its owner; between members of a cycle along a rail on the right. */
function edges({ boxes }: Drawn, id: string): string {
  const byTask = new Map(boxes.map((box) => [box.row.task, box]));
  const right = boxes.reduce((most, { x }) => Math.max(most, x + boxWidth), 0);
  let rail = right + railStep;
  return boxes
    .flatMap((box) => {
      const { owner } = box.row;
      const to = owner === undefined ? undefined : byTask.get(owner);
      if (to === undefined) return [];
      const line = (path: string, name: string): string =>
        `<path class="${name}" d="${path}" fill="none" stroke="currentColor" stroke-width="${name === 'wait-cycle' ? 2 : 1}" marker-end="url(#${id}-${name})"/>`;
      if (!box.isInCycle) return [line(`M${box.x} ${box.y + boxHeight / 2}H${to.x + indent / 2}V${to.y + boxHeight + 1}`, 'wait-edge')];
      const at = rail;
      rail += railStep;
      return [line(`M${box.x + boxWidth} ${box.y + boxHeight * 0.7}H${at}V${to.y + boxHeight * 0.3}H${to.x + boxWidth + 1}`, 'wait-cycle')];
    })
    .join('');
}

const sentence = (row: RowJson, byTask: ReadonlyMap<Cell | undefined, RowJson>): string => {
  const owner = row.owner === undefined ? undefined : byTask.get(row.owner);
  return `${nameOf(row)} ${waitOf(row)}${owner === undefined ? '' : `, which ${nameOf(owner)} holds`}.`;
};

/** Taken for the arrowheads of rails: how wide the drawing gets. */
const widthOf = ({ boxes }: Drawn): number =>
  boxes.reduce((most, { x }) => Math.max(most, x + boxWidth), 0) + railStep * (boxes.filter(({ isInCycle }) => isInCycle).length + 2);

/**
 * @param rows of the analysis `hangs`, in its order
 * @param id unlike that of any other element of the page
 * @returns undefined where nobody waits for anybody that is known
 */
export function waitGraphSvg(rows: readonly RowJson[], id: string): string | undefined {
  const groups = groupsOf(rows);
  if (groups.length === 0) return undefined;
  const drawn = placed(groups);
  const { boxes, notes, height, beyond } = drawn;
  const cycles = new Set(rows.flatMap(({ cycle }) => cycle ?? [])).size;
  const title = `Who waits for whom: ${groups.length} ${groups.length === 1 ? 'group' : 'groups'}, ${cycles === 0 ? 'no cycle' : `${cycles} ${cycles === 1 ? 'cycle' : 'cycles'}`}`;
  const byTask = new Map(rows.map((row) => [row.task, row]));
  const left = beyond === 0 ? '' : ` ${beyond} more ${beyond === 1 ? 'task is' : 'tasks are'} in the table.`;
  const description = `${boxes.map(({ row }) => sentence(row, byTask)).join(' ')}${left}`;
  const [width, whole] = [widthOf(drawn), height + (beyond === 0 ? 0 : 20)];
  // A head takes its colour from its own class: the browser does not carry currentColor of a line into the marker at its end.
  const markers = ['wait-edge', 'wait-cycle'].map(
    (name) =>
      `<marker id="${id}-${name}" class="wait-head${name === 'wait-cycle' ? ' wait-cycle' : ''}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker>`,
  );
  const texts = notes.map(({ x, y, text }) => `<text x="${x}" y="${y}" fill="currentColor">${escaped(cut(text))}</text>`);
  if (beyond > 0) texts.push(`<text x="${margin}" y="${height + 12}" fill="currentColor">${escaped(left.trim())}</text>`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="wait-graph" role="img" aria-labelledby="${id}-title ${id}-text" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}" font-size="12">` +
    `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-text">${escaped(description)}</desc><defs>${markers.join('')}</defs>${edges(drawn, id)}${boxes.map(boxText).join('')}${texts.join('')}</svg>`
  );
}
