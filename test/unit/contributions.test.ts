import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as v from 'valibot';
import { COMMAND_IDS } from '../../src/contract/commands.ts';
import { ContextKeys, ViewContainers, Views, Walkthroughs } from '../../src/contract/ids.ts';
import { SETTING_IDS } from '../../src/contract/settings.ts';
import { ICONS } from '../../src/ui/explorer/icons.ts';

const MenuItem = v.object({
  command: v.string(),
  when: v.optional(v.string()),
  group: v.optional(v.string()),
});
const Container = v.object({ id: v.string(), icon: v.string() });
const View = v.object({ id: v.string(), icon: v.string() });

const Manifest = v.object({
  icon: v.string(),
  capabilities: v.object({
    untrustedWorkspaces: v.object({ restrictedConfigurations: v.array(v.string()) }),
  }),
  contributes: v.object({
    commands: v.array(
      v.object({
        command: v.string(),
        category: v.literal('Citus'),
        title: v.string(),
        icon: v.optional(v.string()),
      }),
    ),
    viewsContainers: v.record(v.string(), v.array(Container)),
    views: v.record(v.string(), v.array(View)),
    viewsWelcome: v.array(v.object({ view: v.string(), when: v.string(), contents: v.string() })),
    menus: v.record(v.string(), v.array(MenuItem)),
    keybindings: v.array(
      v.object({ command: v.string(), key: v.string(), mac: v.string(), when: v.string() }),
    ),
    walkthroughs: v.array(
      v.object({
        id: v.string(),
        icon: v.string(),
        steps: v.array(
          v.object({
            description: v.string(),
            media: v.union([
              v.object({ image: v.string(), altText: v.string() }),
              v.object({ markdown: v.string() }),
            ]),
            completionEvents: v.array(v.string()),
          }),
        ),
      }),
    ),
    configuration: v.object({
      properties: v.record(
        v.string(),
        v.object({ scope: v.picklist(['machine', 'resource']), markdownDescription: v.string() }),
      ),
    }),
  }),
});

const root = new URL('../../', import.meta.url);
const manifest = v.parse(Manifest, JSON.parse(readFileSync(new URL('package.json', root), 'utf8')));
const { contributes } = manifest;
const sorted = (words: readonly string[]): string[] => [...words].sort();
const walkthroughSteps = contributes.walkthroughs.flatMap(({ steps }) => steps);
const isThere = (file: string): boolean => existsSync(new URL(file, root));

describe('contributions', () => {
  it('has exactly the commands of the contract', () => {
    assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(COMMAND_IDS));
  });

  it('has exactly the settings of the contract', () => {
    assert.deepEqual(sorted(Object.keys(contributes.configuration.properties)), sorted(SETTING_IDS));
  });

  it('takes what servers are made from and run with from no workspace', () => {
    const perFolder = Object.entries(contributes.configuration.properties)
      .filter(([, { scope }]) => scope !== 'machine')
      .map(([id]) => id);
    // It starts and makes nothing: a folder whose author is trusted may say how its files run.
    assert.deepEqual(perFolder, [
      'citus.standbyWrites',
      'citus.results.location',
      'citus.results.maxRows',
      'citus.results.maxMegabytes',
      'citus.transactions',
      'citus.statementTimeout',
    ]);
  });

  it('takes no setting from a workspace that is not trusted', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual(sorted(restrictedConfigurations), sorted(SETTING_IDS));
  });

  it('has exactly the views and view containers of the contract', () => {
    const containers = Object.values(contributes.viewsContainers).flat();
    assert.deepEqual(sorted(containers.map(({ id }) => id)), sorted(Object.values(ViewContainers)));
    assert.deepEqual(sorted(Object.keys(contributes.views)), sorted(Object.values(ViewContainers)));
    const views = Object.values(contributes.views).flat();
    assert.deepEqual(sorted(views.map(({ id }) => id)), sorted(Object.values(Views)));
  });

  it('puts only commands that exist into menus and on keys', () => {
    const known = new Set<string>(COMMAND_IDS);
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    assert.deepEqual(
      used.map(({ command }) => command).filter((command) => !known.has(command)),
      [],
    );
  });

  it('has an icon on every command that is drawn as one', () => {
    const drawn = Object.values(contributes.menus)
      .flat()
      .filter(({ group }) => group?.startsWith('inline') ?? false);
    const toolbars = [
      ...(contributes.menus['view/title'] ?? []),
      ...(contributes.menus['editor/title'] ?? []),
    ];
    for (const { command } of [...drawn, ...toolbars]) {
      const icon = contributes.commands.find((candidate) => candidate.command === command)?.icon;
      assert.match(icon ?? '', /^\$\([a-z-]+\)$/, `${command} has no icon`);
    }
  });

  it('asks only for context keys and views of the contract', () => {
    const whens = [
      ...Object.values(contributes.menus).flat(),
      ...contributes.keybindings,
      ...contributes.viewsWelcome,
    ].flatMap(({ when }) => (when === undefined ? [] : [when]));
    const known = new Set<string>([...Object.values(ContextKeys), ...Object.values(Views), ...SETTING_IDS]);
    // `view.<id>.visible` is VS Code's own, and has a view of ours in it.
    const used = whens.flatMap(
      (when) => when.replace(/\bview\.([\w.]+)\.visible\b/g, '$1').match(/\bcitus\.[\w.]+/g) ?? [],
    );
    assert.deepEqual(
      used.filter((key) => !known.has(key)),
      [],
    );
    used.push(
      ...walkthroughSteps.flatMap(({ completionEvents }) =>
        completionEvents.map((event) => event.replace(/^onContext:/, '')),
      ),
    );
    for (const key of Object.values(ContextKeys)) assert.ok(used.includes(key), `nothing asks for ${key}`);
  });

  it('guards every key by a file that is attached', () => {
    for (const { when } of contributes.keybindings) {
      assert.equal(when, `editorTextFocus && ${ContextKeys.sqlAttached}`);
    }
  });

  it('welcomes with a button that is a command', () => {
    const commands = contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/\(command:([\w.]+)\)/g)].map(([, command]) => command),
    );
    assert.deepEqual(commands, ['citus.cluster.provision', 'citus.installs.howTo']);
  });

  it('leads through the walkthroughs of the contract, with pages that are there and commands that exist', () => {
    assert.deepEqual(
      sorted(contributes.walkthroughs.map(({ id }) => id)),
      sorted(Object.values(Walkthroughs)),
    );
    const known = new Set<string>([...COMMAND_IDS, `${Views.explorer}.focus`]);
    for (const { description, media } of walkthroughSteps) {
      assert.ok(isThere('markdown' in media ? media.markdown : media.image), JSON.stringify(media));
      const commands = [...description.matchAll(/\(command:([\w.]+)\)/g)].map(([, command]) => command ?? '');
      assert.deepEqual(
        commands.filter((command) => !known.has(command)),
        [],
      );
    }
  });

  it('has every icon it names', () => {
    const files = [
      manifest.icon,
      ...Object.values(contributes.viewsContainers)
        .flat()
        .map(({ icon }) => icon),
      ...Object.values(contributes.views)
        .flat()
        .map(({ icon }) => icon),
    ].filter((icon) => !icon.startsWith('$('));
    const ours = ICONS.flatMap((icon) =>
      ['light', 'dark'].map((theme) => `media/icons/${theme}/${icon}.svg`),
    );
    assert.deepEqual(
      [...files, ...ours].filter((file) => !isThere(file)),
      [],
    );
  });
});
