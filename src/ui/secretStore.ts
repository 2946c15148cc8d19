import * as v from 'valibot';
import type * as vscode from 'vscode';
import { ClusterSecrets, type SecretStore } from '../cluster/secrets.ts';

const key = (clusterId: string): string => `citus.cluster.${clusterId}`;

/** Passwords in the editor's secret storage: the system's keychain where there is one. */
export const createSecretStore = (storage: vscode.SecretStorage): SecretStore => ({
  async get(clusterId) {
    const text = await storage.get(key(clusterId));
    return text === undefined ? undefined : v.parse(ClusterSecrets, JSON.parse(text));
  },
  set: async (clusterId, secrets) => {
    await storage.store(key(clusterId), JSON.stringify(secrets));
  },
  delete: async (clusterId) => {
    await storage.delete(key(clusterId));
  },
});
