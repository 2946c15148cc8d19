import * as v from 'valibot';

/** What a registry says of an image. `unknown`: neither that it has it nor that it hasn't. */
export type RegistryAnswer = 'there' | 'absent' | 'unreachable' | 'unknown';

/** Where an image is kept, as its name tells. */
export interface ImageAddress {
  /** `docker.io`, `127.0.0.1:5000` */
  readonly host: string;
  /** `citusdata/citus` */
  readonly repository: string;
  /** What is between repository and reference: `:` before a tag, `@` before a digest. */
  readonly separator: ':' | '@';
  readonly reference: string;
}

const DEADLINE_MS = 10_000;
const DOCKER_HUB = 'docker.io';
/** All forms that an image's description has. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const Token = v.union([
  v.pipe(
    v.object({ token: v.string() }),
    v.transform(({ token }) => token),
  ),
  v.pipe(
    v.object({ access_token: v.string() }),
    v.transform(({ access_token }) => access_token),
  ),
]);

/**
 * Reads an image's name as the engines do: what comes before the first `/` is a registry where it looks like a host,
 * and otherwise all of it is Docker Hub's.
 */
export const imageAddress = (image: string): ImageAddress => {
  const [first = '', ...rest] = image.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const host = hasHost ? first : DOCKER_HUB;
  const name = hasHost ? rest.join('/') : image;
  const [, path = name, tag, digest] = /^(.*?)(?::([\w.-]+))?(?:@(\w+:\w+))?$/.exec(name) ?? [];
  return {
    host,
    repository: host === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path,
    ...(digest === undefined
      ? { separator: ':', reference: tag ?? 'latest' }
      : { separator: '@', reference: digest }),
  };
};

/**
 * Asks a registry, without any login, whether it has an image (OCI Distribution Specification, "Pulling manifests").
 */
export const askRegistry = async (image: string): Promise<RegistryAnswer> => {
  const { host, repository, reference } = imageAddress(image);
  const url = `${baseUrl(host)}/v2/${repository}/manifests/${reference}`;
  const ask = (token: string | undefined): Promise<Response> =>
    request(url, {
      method: 'HEAD',
      headers: { accept: ACCEPT, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
  try {
    let response = await ask(undefined);
    if (response.status === 401) response = await ask(await anonymousToken(response, repository));
    if (response.ok) return 'there';
    // Docker Hub says 401 for what doesn't exist, since it might be private.
    return [401, 403, 404].includes(response.status) ? 'absent' : 'unknown';
  } catch {
    return 'unreachable';
  }
};

/** Engines, too, speak to registries of this machine without TLS. */
const baseUrl = (host: string): string => {
  if (host === DOCKER_HUB) return 'https://registry-1.docker.io';
  return /^(localhost|127\.[\d.]+)(:|$)/.test(host) ? `http://${host}` : `https://${host}`;
};

/** The token that a registry wants even from those who don't log in, from where its refusal says. */
const anonymousToken = async (refusal: Response, repository: string): Promise<string | undefined> => {
  const challenge = refusal.headers.get('www-authenticate') ?? '';
  const realm = /^Bearer .*?realm="([^"]+)"/i.exec(challenge)?.[1];
  if (realm === undefined) return undefined;
  const url = new URL(realm);
  const service = /service="([^"]+)"/i.exec(challenge)?.[1];
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull`);
  const token = v.safeParse(Token, await (await request(url)).json());
  return token.success ? token.output : undefined;
};

const request = (url: string | URL, options: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...options, signal: AbortSignal.timeout(DEADLINE_MS) });
