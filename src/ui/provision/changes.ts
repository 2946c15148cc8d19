import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ClusterService } from '../../cluster/clusters.ts';
import { ClusterError } from '../../cluster/errors.ts';
import type { ProposedNode, ProvisionWishes } from '../../cluster/provision/request.ts';
import { count } from '../format.ts';
import { SHARDING_WORDS } from '../shardingWords.ts';
import { ask } from './ask.ts';
import type { Guides } from './guides.ts';
import { lineItem } from './hub.ts';
import {
  type Change,
  coordinatorCount,
  type Draft,
  draft,
  INSTALL_CITUS,
  obstacleLine,
  parsePorts,
  type PlanLine,
  platformName,
  platformPlace,
  portList,
  wishFor,
} from './plan.ts';

type Service = Pick<ClusterService, 'propose'>;

const MOST_COORDINATORS = 5;
const MOST_WORKERS = 8;

/**
 * Asks for one change of the plan.
 * @returns the changed plan; undefined where the person pressed Escape; `elsewhere` where they went to read a guide
 * @throws ClusterError where a picked value can't be met
 */
export const askForChange = async (
  service: Service,
  guides: Guides,
  change: Change,
  plan: Draft,
): Promise<Draft | 'elsewhere' | undefined> => {
  const { proposal, wishes } = plan;
  const withWishes = (more: ProvisionWishes): Promise<Draft> => draft(service, { ...wishes, ...more });
  switch (change) {
    case 'name':
      return ask(
        {
          title: 'Name of the cluster',
          prompt: 'Lower-case letters, digits, - and _',
          value: proposal.name,
        },
        (name) => withWishes({ name }),
      );
    case 'folder':
      return ask(
        {
          title: 'Folder of the cluster',
          prompt: 'Full path of a folder that is empty or not there yet',
          value: proposal.folder,
          button: {
            iconPath: new vscode.ThemeIcon('folder-opened'),
            tooltip: 'Browse…',
            offer: () => browseForFolder(proposal.name),
          },
        },
        (folder) => withWishes({ folder }),
      );
    case 'coordinators': {
      const coordinators = await pickNumber(
        'How many coordinators?',
        MOST_COORDINATORS,
        proposal.coordinators.length,
        coordinatorCount,
      );
      return coordinators === undefined ? undefined : withWishes({ coordinators });
    }
    case 'workers': {
      const workers = await pickNumber('How many workers?', MOST_WORKERS, proposal.workers.length, (n) =>
        count(n, 'worker'),
      );
      return workers === undefined ? undefined : withWishes({ workers });
    }
    case 'coordinatorPorts':
      return askForPorts('Ports of the coordinators', proposal.coordinators, plan, withWishes);
    case 'workerPorts':
      return askForPorts('Ports of the workers', proposal.workers, plan, withWishes);
    case 'platform': {
      const picked = await pickPlatform(plan, guides);
      if (picked === undefined || picked === 'elsewhere') return picked;
      return withWishes({ platform: undefined, binDirectory: undefined, ...picked });
    }
  }
};

/** @returns a folder with PostgreSQL's programs, or undefined */
export const browseForInstall = (): Promise<string | undefined> =>
  pickFolder('Folder with initdb, pg_ctl and postgres', 'Use This PostgreSQL');

const pickFolder = async (title: string, openLabel: string): Promise<string | undefined> => {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel,
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  return folder?.fsPath;
};

const askForPorts = (
  title: string,
  nodes: readonly ProposedNode[],
  { wishes }: Draft,
  withWishes: (more: ProvisionWishes) => Promise<Draft>,
): Promise<Draft | undefined> =>
  ask(
    {
      title,
      prompt: `One for each of ${nodes.map(({ name }) => name).join(', ')}`,
      value: portList(nodes),
    },
    async (text) => {
      const ports = parsePorts(
        text,
        nodes.map(({ name }) => name),
      );
      if (typeof ports === 'string') throw new ClusterError('bad-request', ports, { field: 'ports' });
      return withWishes({ ports: { ...wishes.ports, ...ports } });
    },
  );

/** Has one of 1 to `most` picked, with the current number in focus. */
const pickNumber = async (
  title: string,
  most: number,
  current: number,
  describe: (n: number) => string,
): Promise<number | undefined> => {
  const list = vscode.window.createQuickPick();
  list.title = title;
  list.ignoreFocusOut = true;
  list.items = Array.from({ length: most }, (_, index) => ({
    label: String(index + 1),
    description: describe(index + 1),
  }));
  list.activeItems = list.items.slice(current - 1, current);
  try {
    return await new Promise<number | undefined>((resolve) => {
      list.onDidAccept(() => {
        resolve(list.activeItems[0] && Number(list.activeItems[0].label));
      });
      list.onDidHide(() => {
        resolve(undefined);
      });
      list.show();
    });
  } finally {
    list.dispose();
  }
};

/** Has one of the things picked that servers can be made of here. */
const pickPlatform = async (
  { proposal }: Draft,
  guides: Guides,
): Promise<Pick<ProvisionWishes, 'platform' | 'binDirectory'> | 'elsewhere' | undefined> => {
  const lines = proposal.platforms.map((platform): PlanLine => ({
    does: { kind: 'provision', platform },
    label: `$(${platform.kind === 'docker' ? 'package' : 'database'}) ${platformName(platform)}`,
    description: platform === proposal.platform ? '(now)' : '',
    detail: platformPlace(platform),
    hasLimits: SHARDING_WORDS[platform.sharding].hasLimits,
  }));
  const list = vscode.window.createQuickPick<ReturnType<typeof lineItem> | typeof BROWSE>();
  list.title = 'What should the servers be made of?';
  list.ignoreFocusOut = true;
  list.items = [...[...lines, ...proposal.obstacles.map(obstacleLine), INSTALL_CITUS].map(lineItem), BROWSE];
  list.onDidTriggerItemButton(() => void guides.showLimits());
  const picked = await new Promise<(typeof list.items)[number] | undefined>((resolve) => {
    list.onDidAccept(() => {
      resolve(list.activeItems[0]);
    });
    list.onDidHide(() => {
      resolve(undefined);
    });
    list.show();
  }).finally(() => {
    list.dispose();
  });
  if (picked === undefined) return undefined;
  if (picked === BROWSE) {
    const binDirectory = await browseForInstall();
    return binDirectory === undefined ? undefined : { binDirectory };
  }
  if (!('does' in picked)) return undefined;
  switch (picked.does.kind) {
    case 'provision':
      return wishFor(picked.does.platform);
    case 'installCitus':
      await guides.showInstallCitus();
      return 'elsewhere';
    case 'obstacle':
      throw new ClusterError(
        'bad-request',
        picked.does.message,
        { field: 'platform' },
        { nextStep: picked.does.nextStep },
      );
    case 'change':
      return undefined;
  }
};

const BROWSE = {
  label: '$(folder-opened) Browse…',
  description: 'Another folder with initdb, pg_ctl and postgres',
  detail: '',
  alwaysShow: true,
};

/** A folder for the cluster: the one that was browsed to where it is empty, otherwise a new one in it. */
const browseForFolder = async (name: string): Promise<string | undefined> => {
  const folder = await pickFolder('Where to put the cluster', 'Put Cluster Here');
  if (folder === undefined) return undefined;
  const isEmpty = await readdir(folder).then(
    (entries) => entries.length === 0,
    () => false,
  );
  return isEmpty ? folder : path.join(folder, name);
};
