import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { Cluster } from '../../cluster/model.ts';
import type { ClusterMonitor } from '../../cluster/monitor.ts';
import { shardingName } from '../explorer/describe.ts';
import type { Guard } from '../guard.ts';
import { withOperationProgress } from '../progress.ts';
import { SHARDING_WORDS } from '../shardingWords.ts';
import type { Targets } from './targets.ts';

export interface MoveTableDependencies {
  readonly service: Pick<ClusterService, 'moveTable'>;
  readonly monitor: ClusterMonitor;
  readonly targets: Targets;
  readonly guard: Guard;
}

/** Registers `Citus: Move Table to a Citus Cluster…`, which a table's menu has. */
export const registerMoveTable = ({
  service,
  monitor,
  targets,
  guard,
}: MoveTableDependencies): vscode.Disposable =>
  guard.registerCommand('citus.table.move', async (ref) => {
    if (!ref) {
      void vscode.window.showInformationMessage(
        'Choose “Move Table to a Citus Cluster…” in the menu of a table in the Citus view.',
      );
      return;
    }
    const from = await targets.cluster(ref, { title: 'Move a table' });
    const to = from && (await pickDestination(monitor, from));
    if (!to) return;
    const { schema, name } = ref.table;
    const keep = await askWhetherToKeep(name, from, to);
    if (keep === undefined) return;
    const rows = await withOperationProgress(`Moving ${name} to “${to.name}”`, (options) =>
      service.moveTable(from, { schema, name }, to, { ...options, keep }),
    );
    await monitor.refresh();
    const left = keep ? '' : ` It is gone from “${from.name}”.`;
    void vscode.window.showInformationMessage(
      `${name} is in “${to.name}” now: ${rows.toLocaleString()} rows, compared with the original.${left}`,
    );
  });

/** Another cluster, whose tables Citus spreads. */
const pickDestination = async (monitor: ClusterMonitor, from: Cluster): Promise<Cluster | undefined> => {
  const items = (await monitor.known())
    .map(({ cluster }) => cluster)
    .filter(({ id, sharding }) => id !== from.id && !SHARDING_WORDS[sharding].hasLimits)
    .map((cluster) => ({ label: cluster.name, description: shardingName(cluster), cluster }));
  if (items.length > 0) {
    const picked = await vscode.window.showQuickPick(items, { title: 'Move the table to which cluster?' });
    return picked?.cluster;
  }
  const provision = 'Provision Local Cluster…';
  const answer = await vscode.window.showInformationMessage(
    'There is no Citus cluster to move the table to yet.',
    provision,
  );
  if (answer === provision) await vscode.commands.executeCommand('citus.cluster.provision');
  return undefined;
};

const askWhetherToKeep = async (name: string, from: Cluster, to: Cluster): Promise<boolean | undefined> => {
  const move = 'Move';
  const copy = 'Copy';
  const answer = await vscode.window.showInformationMessage(
    `Move ${name} from “${from.name}” to “${to.name}”?`,
    {
      modal: true,
      detail: `Definition, distribution and rows are copied and compared; nobody can write to ${name} meanwhile. Move then drops the original, Copy leaves it.`,
    },
    move,
    copy,
  );
  return answer === undefined ? undefined : answer === copy;
};
