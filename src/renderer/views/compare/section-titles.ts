import type { DifferenceSection } from '../../../shared/compare-model.ts';

export const sectionTitles: Readonly<Record<DifferenceSection, string>> = {
  cpus: 'CPUs',
  lowcore: 'Lowcore',
  osinfo: 'os_info',
  vmcoreinfo: 'vmcoreinfo',
  regions: 'Regions',
  notes: 'Notes',
};
