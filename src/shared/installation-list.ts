/** Name of the file in the folder of an installed program that lists its files with their SHA-256, as sha256sum writes it. */
export const installationList = 'SHA256SUMS';
