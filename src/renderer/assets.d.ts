/** Types of imports that are not modules, as provided by the bundler. */
declare module '*.css';
declare module '*?worker' {
  const WorkerOfModule: new (options?: { name?: string }) => Worker;
  export default WorkerOfModule;
}
