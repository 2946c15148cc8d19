import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import type { ClusterMark } from '../../cluster/model.ts';
import { CLUSTER_COLOURS } from '../../contract/marks.ts';
import type { Guard } from '../guard.ts';
import type { Targets } from './targets.ts';

interface Choice extends vscode.QuickPickItem {
  readonly mark?: ClusterMark;
}

/** Registers `Citus: Mark Cluster…`: a colour, and whether it is production. */
export const registerMarkCluster = ({
  service,
  targets,
  guard,
}: {
  readonly service: Pick<ClusterService, 'mark'>;
  readonly targets: Targets;
  readonly guard: Guard;
}): vscode.Disposable =>
  guard.registerCommand('citus.cluster.mark', async (ref) => {
    const cluster = await targets.cluster(ref, { title: 'Mark a cluster' });
    if (!cluster) return;
    const picked = await vscode.window.showQuickPick(choices(cluster.mark ?? {}), {
      title: `Mark “${cluster.name}”`,
      placeHolder: 'Shown in the status bar and with results',
    });
    if (picked?.mark) await service.mark(cluster, picked.mark);
  });

const choices = ({ colour: current, production = false }: ClusterMark): Choice[] => {
  const kept = { ...(production && { production }) };
  return [
    {
      label: production ? 'No longer production' : 'Production: ask before writes',
      iconPath: new vscode.ThemeIcon(production ? 'unlock' : 'lock'),
      mark: { ...(current && { colour: current }), production: !production },
    },
    { label: 'Colour', kind: vscode.QuickPickItemKind.Separator },
    ...CLUSTER_COLOURS.map((colour) => ({
      label: colour.charAt(0).toUpperCase() + colour.slice(1),
      iconPath: new vscode.ThemeIcon('circle-filled', new vscode.ThemeColor(`charts.${colour}`)),
      ...(colour === current && { description: 'now' }),
      mark: { ...kept, colour },
    })),
    { label: 'No colour', iconPath: new vscode.ThemeIcon('circle-slash'), mark: kept },
  ];
};
