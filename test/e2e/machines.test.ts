import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import type { Context } from 'mocha';
import { needCitus } from '../support/clusters.ts';
import { needImage, testImage } from '../support/docker.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { skip } from '../support/skip.ts';
import { packagedExtension, useWindow } from './harness.ts';

const LONG_MS = 60_000;
/** Where a machine has PostgreSQL, or a download of ours. */
const POSTGRES = [
  '/usr/lib/postgresql',
  '/usr/local/pgsql',
  '/usr/bin/pg_config',
  '/usr/bin/psql',
  '/var/lib/citus-multi-coordinator',
];
const DOCKER = ['docker', 'podman'].flatMap((name) => [`/usr/bin/${name}`, `/usr/local/bin/${name}`]);

const needHiding = async (context: Context): Promise<void> => {
  const trial = ['--mount', 'mount', '-t', 'tmpfs', 'none', tmpdir()];
  await promisify(execFile)('unshare', trial).catch(() =>
    skip(context, 'parts of this machine can’t be hidden'),
  );
};

describe('a machine with nothing', function () {
  this.timeout(3 * LONG_MS);
  let registry: TestRegistry | undefined;
  before(async function () {
    await needHiding(this);
    registry = await startRegistry(this);
  });
  after(() => registry?.close());
  const window = useWindow({
    settings: () => Promise.resolve({ 'citus.postgres.downloadRegistry': registry?.address }),
    hidden: [...POSTGRES, ...DOCKER],
  });
  const provision = (): Promise<void> => window().runCommand('Citus: Provision Local Cluster…');

  it('is offered how to install Citus, and what PostgreSQL ships', async () => {
    await window().openView();
    await provision();
    await window().quickInput('Press Enter to provision').waitFor();
    const lines = await window().quickPickLines();
    assert.match(lines[0] ?? '', /How to install Citus/);
    assert.match(lines[1] ?? '', /Provision “demo” with built-in sharding \(postgres_fdw\)/);
    assert.match(lines[1] ?? '', /PostgreSQL 17\.10 \(downloaded first, 22 MB\)/);
    await window().screenshot('dialog on a machine with nothing');
  });

  it('shows what built-in sharding can’t do', async () => {
    await window()
      .page.getByRole('button', { name: /What built-in sharding can’t do/ })
      .click();
    await window().page.locator('.tab.active').filter({ hasText: 'built-in-sharding.md' }).waitFor();
    await window().webview.getByRole('heading', { name: 'Built-in sharding' }).waitFor();
    // The page has the focus, and the dialog stays.
    const dialog = window().quickInput('Press Enter to provision');
    await dialog.locator('input.input').press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await window().screenshot('limits of built-in sharding');
  });

  it('downloads PostgreSQL and makes the cluster of it', async () => {
    await provision();
    await window().quickInput('Press Enter to provision').waitFor();
    await window().accept('Provision “demo”');
    await window()
      .notification(/“demo” is running/)
      .waitFor({ timeout: LONG_MS });
    await window().expand(/Coordinators/);
    await window()
      .row(/coordinator2.*standby/)
      .waitFor();
    assert.ok((registry?.asked.length ?? 0) > 0, 'PostgreSQL came from the registry');
  });

  it('greys out psql, with the reason', async () => {
    await window()
      .row(/coordinator1/)
      .click({ button: 'right' });
    const item = window().page.getByRole('menuitem', { name: 'Open psql (this PostgreSQL has none)' });
    await item.waitFor();
    assert.equal(await item.isDisabled(), true);
    await window().screenshot('no psql');
    await window().page.keyboard.press('Escape');
  });

  it('keeps the download while a cluster is made of it, and removes it then', async () => {
    await window().runCommand('Citus: Remove Downloaded PostgreSQL');
    await window()
      .notification(/servers of cluster “demo” are of the downloaded PostgreSQL/)
      .waitFor();
    await window().chooseFromMenu(/^demo/, 'Destroy Cluster…');
    await window().answer(/demo/, 'demo');
    await window()
      .notification(/“demo” is gone/)
      .waitFor({ timeout: LONG_MS });
    await window().runCommand('Citus: Remove Downloaded PostgreSQL');
    await window()
      .notification(/The downloaded PostgreSQL is removed/)
      .waitFor();
  });
});

describe('a machine with Docker', function () {
  this.timeout(3 * LONG_MS);
  before(async function () {
    await needHiding(this);
    await needImage(this);
    await needCitus(this);
  });
  const window = useWindow({
    settings: async () => ({ 'citus.docker.image': await testImage() }),
    hidden: POSTGRES,
  });

  it('is proposed Citus in Docker first', async () => {
    await window().openView();
    await window().runCommand('Citus: Provision Local Cluster…');
    await window().quickInput('Press Enter to provision').waitFor();
    const lines = await window().quickPickLines();
    assert.match(lines[0] ?? '', /Provision “demo” with Citus in Docker/);
    assert.match(lines[1] ?? '', /How to install Citus/);
    assert.match(lines[2] ?? '', /built-in sharding/);
    await window().screenshot('dialog on a machine with Docker');
  });
});

describe('a machine with Citus', function () {
  this.timeout(3 * LONG_MS);
  before(async function () {
    await needHiding(this);
    await needCitus(this);
  });
  const window = useWindow();

  it('is proposed that, and can choose everything else', async () => {
    await window().openView();
    await window().runCommand('Citus: Provision Local Cluster…');
    await window().quickInput('Press Enter to provision').waitFor();
    assert.match((await window().quickPickLines())[0] ?? '', /Provision “demo” as proposed.*Citus/s);
    await window().screenshot('dialog on a machine with Citus');
    await window().pick('Servers');
    await window().quickInput('What should the servers be made of?').waitFor();
    await window().screenshot('what servers can be made of');
    // Back to the plan, and out of it.
    await window().page.keyboard.press('Escape');
    await window().quickInput('Press Enter to provision').waitFor();
    await window().page.keyboard.press('Escape');
  });

  it('finds Citus when it is asked to check again', async () => {
    await window().runCommand('Citus: Check for Citus Again');
    await window()
      .notification(/Citus .* is there, with PostgreSQL/)
      .waitFor();
  });
});

describe('a first install', function () {
  this.timeout(2 * LONG_MS);
  const window = useWindow({
    installed: false,
    // As it is unless people change it.
    settings: () => Promise.resolve({ 'workbench.startupEditor': 'welcomePage' }),
  });

  it('opens the walkthrough of the first cluster', async () => {
    // VS Code opens the walkthroughs of what is installed from then on.
    await window().page.locator('.gettingStartedContainer').first().waitFor({ timeout: LONG_MS });
    await window().runCommand('View: Show Extensions');
    // The command is there once VS Code knows the server that extensions are installed on.
    await window().sideBar.getByText('- Installed').first().waitFor();
    await window().runCommand('Extensions: Install from VSIX...');
    await window().openFrom('Install from VSIX', await packagedExtension());
    await window()
      .page.getByText('Your first multi-coordinator cluster')
      .first()
      .waitFor({ timeout: LONG_MS });
    await window().viewIcon.waitFor();
    await window().screenshot('first install');
  });
});

describe('the walkthroughs', function () {
  this.timeout(2 * LONG_MS);
  const window = useWindow();
  const steps = (): Promise<string[]> =>
    window().page.locator('.getting-started-step .step-title').allInnerTexts();

  it('lead through the first cluster in five steps with pictures', async () => {
    await window().runCommand('Welcome: Open Walkthrough...');
    await window().pick('Your first multi-coordinator cluster');
    await window().page.getByText('Provision a cluster').first().waitFor();
    assert.equal((await steps()).length, 5);
    await window().screenshot('walkthrough');
  });

  it('show how Citus is installed on each platform', async () => {
    await window().runCommand('Citus: How to Install Citus…');
    await window().page.getByText('Debian and Ubuntu').first().waitFor();
    assert.equal((await steps()).length, 5);
    await window().page.getByRole('button', { name: 'Check Again' }).first().waitFor();
    await window().webview.getByRole('heading', { name: 'Debian and Ubuntu' }).waitFor();
    await window().screenshot('how to install Citus');
  });
});
