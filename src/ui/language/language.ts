import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import { Catalogs } from '../../sql/catalog/catalogs.ts';
import type { Attachments } from '../editor/attachments.ts';
import type { Connections } from '../editor/connections.ts';
import type { Runs } from '../editor/runs.ts';
import { SQL_FILES } from '../editor/sqlFile.ts';
import type { Guard } from '../guard.ts';
import { CatalogWatch } from './catalogWatch.ts';
import { COMPLETION_TRIGGERS, SqlCompletionProvider } from './completionProvider.ts';
import { SqlFormattingProvider } from './formattingProvider.ts';
import { SqlHoverProvider } from './hoverProvider.ts';
import { KnowledgeOfFiles } from './knowledge.ts';
import { SIGNATURE_TRIGGERS, SqlSignatureProvider } from './signatureProvider.ts';

export interface LanguageDependencies {
  readonly service: Pick<ClusterService, 'credentials' | 'sharding'>;
  readonly monitor: ClusterMonitor;
  readonly guard: Guard;
  readonly log: vscode.LogOutputChannel;
  readonly attachments: Attachments;
  readonly connections: Connections;
  readonly runs: Runs;
}

/**
 * Makes what helps with writing SQL: completion, hover and signatures in attached files, formatting in all. Dispose it to
 * end it.
 */
export const createLanguage = (dependencies: LanguageDependencies): vscode.Disposable => {
  const { service, log, connections, runs, guard } = dependencies;
  const catalogs = new Catalogs(service, (error) => {
    // Whoever types isn't told: completion has less to offer, and the explorer shows a node that is down.
    log.debug(`A catalog could not be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const knowledge = new KnowledgeOfFiles({ ...dependencies, catalogs });
  const formatting = new SqlFormattingProvider();
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      SQL_FILES,
      new SqlCompletionProvider(knowledge),
      ...COMPLETION_TRIGGERS,
    ),
    vscode.languages.registerHoverProvider(SQL_FILES, new SqlHoverProvider(knowledge)),
    vscode.languages.registerSignatureHelpProvider(
      SQL_FILES,
      new SqlSignatureProvider(knowledge),
      ...SIGNATURE_TRIGGERS,
    ),
    vscode.languages.registerDocumentFormattingEditProvider(SQL_FILES, formatting),
    vscode.languages.registerDocumentRangeFormattingEditProvider(SQL_FILES, formatting),
    new CatalogWatch(runs, connections, knowledge, guard),
    new vscode.Disposable(() => void catalogs.close()),
  );
};
