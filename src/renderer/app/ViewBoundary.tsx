import { Component, type ReactNode } from 'react';
import { Hostile } from '../widgets/Hostile.tsx';

interface Props {
  readonly children: ReactNode;
}
interface State {
  readonly error: Error | undefined;
}

/** Keeps the failure of one view from affecting the others. */
export class ViewBoundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="view" role="alert">
        <h2>This view failed.</h2>
        <p className="message">
          This is a bug in Dumpbench; the dump and the other views are not affected. <Hostile text={error.message} />
        </p>
        <button type="button" className="button" onClick={() => this.setState({ error: undefined })}>
          Try again
        </button>
      </div>
    );
  }
}
