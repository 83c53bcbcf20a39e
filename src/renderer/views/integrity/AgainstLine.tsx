/** What the checks used for comparison, and a button to check without it. */
import { evidencePaths, fileName, type OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

export function AgainstLine({ dump }: { readonly dump: OpenDump }) {
  const { dumpJobs } = useWorkbench();
  const paths = evidencePaths(dump.evidence);
  if (paths.length === 0) return null;
  return (
    <p className="against-line dim" data-testid="against-line">
      Checked against{' '}
      {paths.map((path, index) => (
        <span key={path}>
          {index === 0 ? '' : ', '}
          <Hostile text={fileName(path)} />
        </span>
      ))}
      .{' '}
      <button type="button" className="link" onClick={() => dumpJobs.checkAgainst(dump.key, {})}>
        Check without
      </button>
    </p>
  );
}
