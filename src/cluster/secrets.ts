import { randomBytes } from 'node:crypto';
import * as v from 'valibot';

/** A cluster's passwords. */
export const ClusterSecrets = v.object({ superuserPassword: v.string(), replicationPassword: v.string() });
export type ClusterSecrets = v.InferOutput<typeof ClusterSecrets>;

/** Where passwords are kept for people: the editor's secret storage. */
export interface SecretStore {
  get(clusterId: string): Promise<ClusterSecrets | undefined>;
  set(clusterId: string, secrets: ClusterSecrets): Promise<void>;
  delete(clusterId: string): Promise<void>;
}

/** For programs without a secret storage: passwords then live in the cluster's passfile only. */
export const noSecretStore: SecretStore = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};

/** 192 random bits in letters, digits, `-` and `_`: no character that a file or URL would have to escape. */
const randomPassword = (): string => randomBytes(24).toString('base64url');

export const newSecrets = (): ClusterSecrets => ({
  superuserPassword: randomPassword(),
  replicationPassword: randomPassword(),
});
