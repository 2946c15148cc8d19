import * as vscode from 'vscode';
import { defaultDirectory } from '../cluster/defaultDirectory.ts';
import type { ClusterSettings } from '../cluster/service.ts';
import type { SettingId } from '../contract/settings.ts';

/** The user's settings as they are now. What isn't a text counts as not set. */
export const readSettings = (): ClusterSettings => ({
  binDirectory: text('citus.postgres.binDirectory'),
  directory: text('citus.clusters.directory') || defaultDirectory(),
  osUser: text('citus.servers.osUser') || 'postgres',
});

const text = (id: SettingId): string => {
  const value: unknown = vscode.workspace.getConfiguration().get(id);
  return typeof value === 'string' ? value.trim() : '';
};
