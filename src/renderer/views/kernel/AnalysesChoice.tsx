/** Which analyses are exported. Those that need a parameter can only be exported from their table in the kernel view. */
import { useStore } from '../../hooks/use-store.ts';
import { ItemsChoice } from '../../widgets/ItemsChoice.tsx';
import { useWorkbench } from '../../workbench.ts';

interface AnalysesChoiceProps {
  /** "Analyses in the report". */
  readonly label: string;
  /** Prefix of each box's test id, before the analysis's id. */
  readonly testId: string;
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}

export function AnalysesChoice(props: AnalysesChoiceProps) {
  const offered = useStore(useWorkbench().catalogue).analyses.filter(({ parameters }) => parameters.every(({ required }) => required !== true));
  return offered.length === 0 ? null : <ItemsChoice items={offered} {...props} />;
}
