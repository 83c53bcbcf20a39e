/** The last part of a path of any system: manifests and lists of volumes come from other machines. */
export const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
