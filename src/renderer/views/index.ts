/** The registry of views, in the order of the rail. Menu, palette, keys and tests iterate over it. */
import { AnnotationsView } from './annotations/AnnotationsView.tsx';
import { CompareView } from './compare/CompareView.tsx';
import { CpusView } from './cpus/CpusView.tsx';
import { DisassemblyView } from './disassembly/DisassemblyView.tsx';
import { DmesgView } from './dmesg/DmesgView.tsx';
import { FleetView } from './fleet/FleetView.tsx';
import { HexView } from './hex/HexView.tsx';
import { IntegrityView } from './integrity/IntegrityView.tsx';
import { JobsView } from './jobs/JobsView.tsx';
import { KernelView } from './kernel/KernelView.tsx';
import { LowcoreView } from './lowcore/LowcoreView.tsx';
import { NotesView } from './notes/NotesView.tsx';
import { OverviewView } from './overview/OverviewView.tsx';
import { RegionsView } from './regions/RegionsView.tsx';
import { SearchView } from './search/SearchView.tsx';
import { SettingsView } from './settings/SettingsView.tsx';
import { SqlView } from './sql/SqlView.tsx';
import { SymbolsView } from './symbols/SymbolsView.tsx';
import { TypesView } from './types/TypesView.tsx';
import type { View } from './view.ts';

export const views: readonly View[] = [
  { id: 'overview', title: 'Overview', icon: 'dashboard', ofWindow: false, component: OverviewView },
  { id: 'cpus', title: 'CPUs', icon: 'chip', ofWindow: false, component: CpusView },
  { id: 'lowcore', title: 'Lowcore', icon: 'table', ofWindow: false, needs: 'lowcore', component: LowcoreView },
  { id: 'notes', title: 'ELF notes', icon: 'list-tree', ofWindow: false, component: NotesView },
  { id: 'regions', title: 'Memory', icon: 'layers', ofWindow: false, component: RegionsView },
  { id: 'hex', title: 'Hex', icon: 'file-binary', ofWindow: false, component: HexView },
  { id: 'search', title: 'Search', icon: 'search', ofWindow: false, component: SearchView },
  { id: 'integrity', title: 'Integrity', icon: 'shield', ofWindow: false, component: IntegrityView },
  { id: 'kernel', title: 'Kernel', icon: 'terminal-linux', ofWindow: false, component: KernelView },
  { id: 'dmesg', title: 'Kernel log', icon: 'output', ofWindow: false, component: DmesgView },
  { id: 'disassembly', title: 'Disassembly', icon: 'code', ofWindow: false, component: DisassemblyView },
  { id: 'symbols', title: 'Symbols', icon: 'symbol-method', ofWindow: false, component: SymbolsView },
  { id: 'types', title: 'Types', icon: 'symbol-structure', ofWindow: false, component: TypesView },
  { id: 'sql', title: 'SQL', icon: 'database', ofWindow: false, component: SqlView },
  { id: 'compare', title: 'Compare', icon: 'diff', ofWindow: false, component: CompareView },
  { id: 'fleet', title: 'Fleet', icon: 'archive', ofWindow: true, component: FleetView },
  { id: 'annotations', title: 'Annotations', icon: 'note', ofWindow: true, component: AnnotationsView },
  { id: 'jobs', title: 'Jobs', icon: 'server-process', ofWindow: true, component: JobsView },
  { id: 'settings', title: 'Settings', icon: 'settings-gear', ofWindow: true, keys: 'Ctrl+,', component: SettingsView },
];
