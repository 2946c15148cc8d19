import path from 'node:path';
import * as v from 'valibot';
import type { ServerFiles } from '../runtime/runtime.ts';
import { ClusterMark } from './model.ts';
import { ClusterError } from './errors.ts';
import { withLock } from '../runtime/lock.ts';

/** A cluster that is known, or was about to be made. Enough to clean up when its own description was never written. */
const Entry = v.object({
  id: v.string(),
  name: v.string(),
  folder: v.string(),
  madeFolder: v.boolean(),
  mark: v.optional(ClusterMark),
});
export type RegistryEntry = v.InferOutput<typeof Entry>;

const RegistryFile = v.object({ schemaVersion: v.literal(1), clusters: v.array(Entry) });

/** The list of known clusters, shared by all windows and the command line: a JSON file in `directory`. */
export class Registry {
  readonly directory: string;
  readonly #files: ServerFiles;
  readonly #file: string;

  /** @param files must belong to the user that runs us, not to the servers' */
  constructor(directory: string, files: ServerFiles) {
    this.directory = directory;
    this.#files = files;
    this.#file = path.join(directory, 'clusters.json');
  }

  /** @throws ClusterError `damaged-description` where the file can't be understood */
  async entries(): Promise<RegistryEntry[]> {
    const text = await this.#files.read(this.#file);
    if (text === undefined) return [];
    try {
      return v.parse(RegistryFile, JSON.parse(text)).clusters;
    } catch (cause) {
      throw new ClusterError(
        'damaged-description',
        `The list of clusters, ${this.#file}, can't be read.`,
        { file: this.#file },
        { nextStep: 'Mend the file, or move it away: the clusters themselves stay as they are.', cause },
      );
    }
  }

  /** @throws ClusterError `name-taken`, `folder-not-empty` */
  async add(entry: RegistryEntry): Promise<void> {
    const { id, name, folder, madeFolder } = entry;
    await this.#change((entries) => {
      if (entries.some(({ name }) => name === entry.name)) {
        throw new ClusterError('name-taken', `There is a cluster named “${entry.name}” already.`, {
          name: entry.name,
        });
      }
      if (entries.some(({ folder }) => folder === entry.folder)) {
        throw new ClusterError('folder-not-empty', `The folder ${entry.folder} holds another cluster.`, {
          folder: entry.folder,
        });
      }
      return [...entries, { id, name, folder, madeFolder }];
    });
  }

  async remove(id: string): Promise<void> {
    await this.#change((entries) => entries.filter((entry) => entry.id !== id));
  }

  /** Marks a cluster, in place of how it was marked before. */
  async mark(id: string, mark: ClusterMark): Promise<void> {
    await this.#change((entries) => entries.map((entry) => (entry.id === id ? { ...entry, mark } : entry)));
  }

  /** The lock that guards work on one cluster, by name, so that two provisionings of one name exclude each other too. */
  lockFile(clusterName: string): string {
    return path.join(this.directory, 'locks', `${clusterName}.lock`);
  }

  async #change(change: (entries: RegistryEntry[]) => RegistryEntry[]): Promise<void> {
    await withLock(this.lockFile('.registry'), 'the list of clusters', async () => {
      const clusters = change(await this.entries());
      await this.#files.write(
        this.#file,
        JSON.stringify({ schemaVersion: 1, clusters }, undefined, 2) + '\n',
        0o600,
      );
    });
  }
}
