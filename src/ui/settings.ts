import * as v from 'valibot';
import * as vscode from 'vscode';
import { defaultDirectory, downloadDirectory } from '../cluster/defaultDirectory.ts';
import type { ClusterSettings } from '../cluster/service.ts';
import { NPM_REGISTRY } from '../runtime/local/download/packages.ts';
import {
  RESULTS_LOCATIONS,
  type ResultsLocation,
  type SettingId,
  STANDBY_WRITES,
  type StandbyWrites,
  TRANSACTION_MODES,
  type TransactionMode,
} from '../contract/settings.ts';
import type { ResultLimits } from '../postgres/resultLimits.ts';

/**
 * The user's settings as they are now. What isn't of the right type counts as not set.
 * @param storage the extension's own folder
 */
export const readSettings = (storage: vscode.Uri): ClusterSettings => ({
  binDirectory: text('citus.postgres.binDirectory'),
  directory: text('citus.clusters.directory') || defaultDirectory(),
  osUser: text('citus.servers.osUser') || 'postgres',
  download: {
    folder: downloadDirectory(storage.fsPath),
    registry: text('citus.postgres.downloadRegistry') || NPM_REGISTRY,
  },
  image: text('citus.docker.image'),
  memoryMegabytes: number('citus.docker.memory'),
});

/** What happens now to a write of this file that a standby refuses; folders can have their own answer. */
export const standbyWrites = (file: vscode.Uri): StandbyWrites =>
  read('citus.standbyWrites', v.picklist(STANDBY_WRITES), file);

/** Where results of this file stop. */
export const resultLimits = (file: vscode.Uri): ResultLimits => ({
  rows: read('citus.results.maxRows', Limit, file),
  bytes: read('citus.results.maxMegabytes', Limit, file) * 1024 * 1024,
});

/** Where results of this file are shown. */
export const resultsLocation = (file: vscode.Uri): ResultsLocation =>
  read('citus.results.location', v.picklist(RESULTS_LOCATIONS), file);

/** Execute takes no more rows than that (PostgreSQL manual, 55.7 "Message Formats"); nobody needs more megabytes. */
const Limit = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));

/** Whether this file's statements commit by themselves, as far as settings say. */
export const transactionMode = (file: vscode.Uri): TransactionMode =>
  read('citus.transactions', v.picklist(TRANSACTION_MODES), file);

/** Seconds that a statement of this file may take; 0: as long as it likes. */
export const statementTimeout = (file: vscode.Uri): number =>
  read('citus.statementTimeout', v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2_147_483)), file);

/** How many statements the history keeps. */
export const historyLimit = (): number =>
  read('citus.history.limit', v.pipe(v.number(), v.integer(), v.minValue(0)));

const text = (id: SettingId): string => read(id, v.string()).trim();
const number = (id: SettingId): number => read(id, v.number());

/** The setting's value, or its default where the value isn't of its type. */
const read = <T>(id: SettingId, schema: v.GenericSchema<T>, file?: vscode.Uri): T => {
  const configuration = vscode.workspace.getConfiguration(undefined, file);
  const read = v.safeParse(schema, configuration.get(id));
  return read.success ? read.output : v.parse(schema, configuration.inspect(id)?.defaultValue);
};
