/**
 * Which package has the vmlinux with debuginfo of a kernel, as far as its release and version name the distribution without doubt. Kernels that users and third
 * parties build often keep part of a distributor's release, so a pattern takes the whole of it; where it does not fit, nothing is said.
 */

export interface DebuginfoPackage {
  /** The sentence's start: "package linux-image-6.1.0-50-s390x-dbg of Debian". */
  readonly name: string;
  /** Where that package puts the file; undefined where that differs between releases of the distribution. */
  readonly vmlinux: string | undefined;
}

const architectures = '(?:s390x|x86_64|aarch64|ppc64le)';
/** Debian's kernels name their package's version in the kernel's: "#1 SMP Debian 6.1.176-1 (2026-07-02)" (debian/rules.real, KBUILD_BUILD_VERSION_TIMESTAMP). */
const debianVersion = /\bDebian (\d[\w.+~-]*) \(/;
/** ABI name and flavour: 6.1.0-50-s390x, 6.12.107+deb13-amd64, 6.12.107+deb12-cloud-amd64. */
const debianRelease = /^\d+\.\d+\.\d+(?:-\d+|[+.]\w+)+-(?:[a-z]+-)?(?:s390x|amd64|arm64|powerpc64le)$/;
/** 5.14.0-284.11.1.el9_2.s390x; not 6.1.1-1.el9.elrepo.x86_64, 5.15.0-6.el8uek.x86_64, nor ...rt14.296.el9_2.x86_64, whose packages have other names. */
const redHatRelease = new RegExp(String.raw`^\d+\.\d+\.\d+-\d+(?:\.\d+)*\.el\d+(?:_\d+)?(?:\.\d+)*\.${architectures}$`);
/** 6.8.5-301.fc40.s390x */
const fedoraRelease = new RegExp(String.raw`^\d+\.\d+\.\d+-\d+\.fc\d+\.${architectures}$`);
/** SUSE Linux Enterprise 15: 5.14.21-150500.55.39-default */
const suseRelease = /^\d+\.\d+\.\d+-150[1-9]00\.\d+(?:\.\d+)*-default$/;

/** @param version the kernel's version as `uname -v` prints it */
export function debuginfoPackage(release: string, version: string | undefined): DebuginfoPackage | undefined {
  const debian = debianVersion.exec(version ?? '')?.[1];
  if (debian !== undefined && debianRelease.test(release))
    return { name: `Debian's package linux-image-${release}-dbg, version ${debian}`, vmlinux: `/usr/lib/debug/boot/vmlinux-${release}` };
  if (redHatRelease.test(release))
    return {
      name: `package kernel-debuginfo-${release} of Red Hat Enterprise Linux or of what is rebuilt from it`,
      vmlinux: `/usr/lib/debug/lib/modules/${release}/vmlinux`,
    };
  if (fedoraRelease.test(release)) return { name: `Fedora's package kernel-debuginfo-${release}`, vmlinux: `/usr/lib/debug/lib/modules/${release}/vmlinux` };
  if (suseRelease.test(release))
    return { name: `SUSE's package kernel-default-debuginfo for kernel-default ${release.replace(/-default$/, '')}`, vmlinux: undefined };
  return undefined;
}
