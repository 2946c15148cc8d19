import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { RuntimeProblem } from '../runtime.ts';
import type { OsUser } from './osUser.ts';

/**
 * Says why servers can't keep their data in this folder, which need not exist; undefined where they can.
 * Makes nothing.
 * @param user the account that runs the servers, where it isn't ours
 */
export const folderProblem = async (
  folder: string,
  neededBytes: number,
  user: OsUser | undefined,
): Promise<RuntimeProblem | undefined> => {
  const ancestor = await nearestExisting(folder);
  if (!(await isWritable(ancestor))) {
    return {
      message: `You may not write in ${ancestor}, so ${folder} can't be made.`,
      nextStep: 'Choose a folder that you may write in.',
    };
  }
  const blocked = user && (await firstClosedTo(user, ancestor));
  if (user && blocked !== undefined) {
    return {
      message: `PostgreSQL runs as ${user.name} here, and ${user.name} may not enter ${blocked}.`,
      nextStep: `Choose a folder outside of ${blocked}.`,
    };
  }
  const { bavail, bsize } = await statfs(ancestor);
  if (bavail * bsize < neededBytes) {
    const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`;
    return {
      message: `${ancestor} has ${megabytes(bavail * bsize)} of free space; about ${megabytes(neededBytes)} are needed.`,
      nextStep: 'Choose a folder on another disk, or make room.',
    };
  }
  return undefined;
};

const nearestExisting = async (folder: string): Promise<string> => {
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  return exists || path.dirname(folder) === folder ? folder : await nearestExisting(path.dirname(folder));
};

const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

/** The first folder on the way down to `folder` that the user may not pass. */
const firstClosedTo = async (user: OsUser, folder: string): Promise<string | undefined> => {
  const parent = path.dirname(folder);
  const above = parent === folder ? undefined : await firstClosedTo(user, parent);
  if (above !== undefined) return above;
  const { uid, gid, mode } = await stat(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & bit) === 0 ? folder : undefined;
};
