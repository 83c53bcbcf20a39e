/** Which analyses go into what is handed on. Those that need a parameter have their table in the kernel view. */
import { useStore } from '../../hooks/use-store.ts';
import { ItemsChoice } from '../../widgets/ItemsChoice.tsx';
import { useWorkbench } from '../../workbench.ts';

interface AnalysesChoiceProps {
  /** "Analyses in the report". */
  readonly label: string;
  /** Of each box, before its analysis's id. */
  readonly testId: string;
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}

export function AnalysesChoice(props: AnalysesChoiceProps) {
  const offered = useStore(useWorkbench().catalogue).analyses.filter(({ parameters }) => parameters.every(({ required }) => required !== true));
  return offered.length === 0 ? null : <ItemsChoice items={offered} {...props} />;
}
