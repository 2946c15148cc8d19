import type { RuntimeProblem } from '../runtime.ts';

/** Why an engine can't be used. */
export type EngineReason =
  'absent' | 'stopped' | 'forbidden' | 'unreachable' | 'not-integrated' | 'windows-containers';

export interface EngineProblem extends RuntimeProblem {
  readonly reason: EngineReason;
}

/** The kind of machine that we run on, as far as it decides what a person has to do. */
export type Host = 'linux' | 'macos' | 'windows' | 'wsl';

/** What is known of an engine that can't be used. */
export interface EngineFacts {
  /** The command line that was to speak to it. */
  readonly program?: string;
  /** Where it should listen. */
  readonly endpoint?: string;
  /** What its command line said. */
  readonly output?: string;
}

/** Puts into words why an engine can't be used, and what to do about it on this kind of machine. */
export const engineProblem = (
  kind: 'docker' | 'podman',
  reason: EngineReason,
  host: Host,
  facts: EngineFacts = {},
): EngineProblem => ({ reason, ...words(kind, reason, host, facts) });

const words = (
  kind: 'docker' | 'podman',
  reason: EngineReason,
  host: Host,
  { program, endpoint, output }: EngineFacts,
): RuntimeProblem => {
  const at = endpoint === undefined ? '' : ` at ${endpoint}`;
  const said = output === undefined || output.trim() === '' ? '' : ` It says: ${output.trim()}`;
  const name = kind === 'docker' ? 'Docker' : 'Podman';
  switch (reason) {
    case 'absent':
      return {
        message:
          program === undefined
            ? 'Neither Docker nor Podman is installed.'
            : `${program} is not there (any more), or can’t be run.`,
        nextStep: host === 'linux' ? 'Install one of them.' : 'Install Docker Desktop or Podman.',
      };
    case 'stopped':
      return kind === 'podman'
        ? { message: 'Podman’s machine isn’t running.', nextStep: 'Start it: podman machine start' }
        : { message: `Docker isn’t running: nothing listens${at}.`, nextStep: START_DOCKER[host] };
    case 'forbidden':
      return {
        message: `You may not use Docker: its socket${at} is closed to your account.`,
        nextStep: ALLOW_DOCKER[host],
      };
    case 'unreachable':
      return {
        message: `${name} can’t be reached${at}.${said}`,
        nextStep: `Try “${kind} info” in a terminal, and mend what it complains about.`,
      };
    case 'not-integrated':
      return {
        message: 'Docker Desktop is installed in Windows, but not shared with this Linux distribution.',
        nextStep: 'Turn it on for this distribution in Docker Desktop: Settings, Resources, WSL integration.',
      };
    case 'windows-containers':
      return {
        message: 'Docker runs Windows containers here; PostgreSQL needs Linux ones.',
        nextStep: 'Choose “Switch to Linux containers…” in Docker Desktop’s menu.',
      };
  }
};

const START_DOCKER: Readonly<Record<Host, string>> = {
  linux: 'Start it: sudo systemctl start docker, or Docker Desktop where you use that.',
  macos: 'Start Docker Desktop, or what else runs Docker on this Mac.',
  windows: 'Start Docker Desktop.',
  wsl: 'Start Docker Desktop, and see that its WSL integration is on for this distribution.',
};

const ALLOW_DOCKER: Readonly<Record<Host, string>> = {
  linux: 'Join the group docker (sudo usermod -aG docker $USER), log in again, and start VS Code anew.',
  macos: 'Allow the default Docker socket in Docker Desktop: Settings, Advanced.',
  windows: 'Join the local group docker-users, and log in again.',
  wsl: 'Join the group docker (sudo usermod -aG docker $USER), run “wsl --shutdown”, and start VS Code anew.',
};
