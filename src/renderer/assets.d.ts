/** What the bundler makes of imports that are not modules. */
declare module '*.css';
declare module '*?worker' {
  const WorkerOfModule: new (options?: { name?: string }) => Worker;
  export default WorkerOfModule;
}
