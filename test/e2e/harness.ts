import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after, afterEach, before } from 'mocha';
import { errors, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { openBrowser } from '../../scripts/editor/browser.mjs';
import { startVscodeServer, type VscodeServer } from '../../scripts/editor/vscode-server.mjs';
import { ensureChromium } from '../../scripts/setup/chromium.mjs';
import { ensureServerEditor } from '../../scripts/setup/editor.mjs';
import { outFolder } from '../../scripts/setup/paths.mjs';
import { buildVsix } from '../../scripts/setup/vsix.mjs';
import type { ClusterSettings } from '../../src/cluster/service.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { makeSandbox, type Sandbox } from '../../scripts/testing/sandbox.mjs';

export type Theme = 'dark' | 'light' | 'contrast';

export interface WindowOptions {
  /** Files of the workspace: contents by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** User settings, besides those that keep the extension inside of its sandbox; asked for before the window opens. */
  readonly settings?: () => Promise<Readonly<Record<string, unknown>>>;
  /** Whether the extension is there from the beginning; it is unless told. */
  readonly installed?: boolean;
  /** Folders and files of this machine that the editor is not to see. Needs root on Linux. */
  readonly hidden?: readonly string[];
}

/** A search that a key opens, what to look for in it, and the row to pick. */
interface Search {
  readonly key: string;
  readonly placeholder: RegExp;
  readonly text: string;
  readonly row: string;
}

/** What the extension's settings are in VS Code. */
export const editorSettings = ({
  binDirectory,
  image,
}: Partial<ClusterSettings>): Record<string, unknown> => ({
  ...(binDirectory !== undefined && { 'citus.postgres.binDirectory': binDirectory }),
  ...(image !== undefined && { 'citus.docker.image': image }),
});

const viewport = { width: 1400, height: 900 };
const themes = {
  dark: { name: 'Dark Modern', label: 'Dark Modern', className: 'vs-dark' },
  light: { name: 'Light Modern', label: 'Light Modern', className: 'vs' },
  contrast: { name: 'Default High Contrast', label: 'Dark High Contrast', className: 'hc-black' },
} as const;
/** How long something in the window may take to appear, unless the caller says otherwise. */
const APPEAR_MS = 15_000;
/** How long one attempt may take of what is tried again until `APPEAR_MS` are over. */
const RETRY_MS = 2_000;
/** How long the whole window may take, on a machine with much else to do. */
export const START_MS = 60_000;

/**
 * Waits until something is so that no locator can wait for.
 * @throws where it isn't within the time that things may take to appear
 */
export async function eventually(isSo: () => Promise<boolean>, what: string): Promise<void> {
  if (!(await waitUntil(isSo, { deadlineMs: APPEAR_MS }))) throw new Error(`In vain waited until ${what}.`);
}

/**
 * Does something until it succeeds.
 * @param attempt throws playwright's TimeoutError where it is to be done again
 * @throws where it doesn't succeed within the time that things may take to appear
 */
const again = (attempt: () => Promise<void>, what: string): Promise<void> =>
  eventually(async () => {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    }
  }, what);

let vsix: Promise<string> | undefined;

/** The packaged extension, built once for all tests of this process. */
export function packagedExtension(): Promise<string> {
  vsix ??= buildVsix().then((built) => built.vsix);
  return vsix;
}

/**
 * Opens a window for all tests of the suite that calls it, and closes it after them. A test that fails leaves a
 * picture of the window behind.
 *
 * @returns the window, for use in tests and hooks
 */
export function useWindow(options: WindowOptions = {}): () => EditorWindow {
  let window: EditorWindow | undefined;
  before(async function () {
    this.timeout(120_000);
    window = await EditorWindow.open(options);
  });
  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state === 'failed') await window?.screenshot(`failed ${test.fullTitle()}`);
  });
  after(async () => {
    await window?.close();
  });
  return () => {
    if (window === undefined) throw new Error('The window is open only while tests and hooks run.');
    return window;
  };
}

/** A window of VS Code with the packaged extension, in a browser, and what a person does in it. */
export class EditorWindow {
  readonly page: Page;
  readonly sandbox: Sandbox;
  readonly #browser: Browser;
  readonly #server: VscodeServer;

  private constructor(page: Page, sandbox: Sandbox, browser: Browser, server: VscodeServer) {
    this.page = page;
    this.sandbox = sandbox;
    this.#browser = browser;
    this.#server = server;
  }

  /** Opens a window on a new workspace, with state of its own, and waits until the extension's icon is there. */
  static async open({
    files = {},
    settings,
    installed = true,
    hidden = [],
  }: WindowOptions = {}): Promise<EditorWindow> {
    const [editor, chromium, extension] = [
      await ensureServerEditor(),
      await ensureChromium(),
      await packagedExtension(),
    ];
    const sandbox = await makeSandbox();
    for (const [name, content] of Object.entries(files)) {
      const file = join(sandbox.workspace, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    const server = await startVscodeServer({
      editor,
      dataFolder: join(sandbox.folder, 'data'),
      settings: {
        'workbench.colorTheme': themes.dark.name,
        'workbench.preferredDarkColorTheme': themes.dark.name,
        'workbench.preferredLightColorTheme': themes.light.name,
        ...sandbox.settings,
        ...(await settings?.()),
      },
      extensions: installed ? [extension] : [],
      offline: true,
      hidden,
    });
    const browser = await openBrowser(chromium);
    const page = await browser.newPage({ viewport });
    page.setDefaultTimeout(APPEAR_MS);
    page.setDefaultNavigationTimeout(START_MS);
    const window = new EditorWindow(page, sandbox, browser, server);
    try {
      await page.goto(server.url(sandbox.workspace));
      await (installed ? window.viewIcon : page.locator('.activitybar')).waitFor({ timeout: START_MS });
      return window;
    } catch (error) {
      await window.screenshot('failed to open');
      await window.close();
      throw error;
    }
  }

  /** Closes the window and removes what belonged to it; servers that still run in its sandbox are stopped. */
  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
    await this.sandbox.remove();
  }

  /** The extension's icon in the activity bar. */
  get viewIcon(): Locator {
    return this.page.locator('.activitybar').getByRole('tab', { name: 'Citus' });
  }

  /** Reloads the window, and waits until the extension's icon is there again. */
  async reload(reload: () => Promise<unknown>): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: START_MS });
    await reload();
    await loaded;
    await this.viewIcon.waitFor({ timeout: START_MS });
  }

  /** Shows the extension's view container in the side bar. */
  async openView(): Promise<void> {
    if ((await this.viewIcon.getAttribute('aria-selected')) !== 'true') await this.viewIcon.click();
    await this.sideBar.getByText('Citus', { exact: false }).first().waitFor();
  }

  get sideBar(): Locator {
    return this.page.locator('.part.sidebar');
  }

  /** A row of the tree in the side bar, by its label and description as they are shown, or a part of them. */
  row(text: string | RegExp): Locator {
    return this.sideBar.getByRole('treeitem').filter({ hasText: text }).first();
  }

  /** Label and description of each row that the tree in the side bar shows. */
  async rows(): Promise<string[]> {
    return this.sideBar.getByRole('treeitem').allInnerTexts();
  }

  /** Opens a row of the tree, unless it is open. */
  async expand(name: string | RegExp): Promise<void> {
    const row = this.row(name);
    if ((await row.getAttribute('aria-expanded')) === 'false')
      await row.locator('.monaco-tl-twistie').click();
  }

  /** Chooses an item of a row's context menu, which is opened again where the tree was drawn anew under it. */
  async chooseFromMenu(rowName: string | RegExp, item: string): Promise<void> {
    const menuItem = this.page.getByRole('menuitem', { name: item });
    await again(async () => {
      if (await menuItem.isHidden()) await this.row(rowName).click({ button: 'right', timeout: RETRY_MS });
      await menuItem.click({ trial: true, timeout: RETRY_MS });
    }, `the menu had “${item}”`);
    // A menu that has only just opened takes the first click for the end of the one that opened it.
    await again(async () => {
      if (await menuItem.isVisible()) await menuItem.click({ timeout: RETRY_MS });
      await menuItem.waitFor({ state: 'hidden', timeout: RETRY_MS });
    }, `“${item}” was chosen`);
  }

  /** Runs a command of the palette, by its whole title with category. */
  async runCommand(title: string): Promise<void> {
    await this.#search({
      key: 'F1',
      placeholder: /^Type the name of a command/,
      text: `>${title}`,
      row: title,
    });
  }

  /**
   * Opens a search by its key, types what to look for, and picks a row. An editor that is only just being shown may
   * take the focus after the key, which closes the search: it is opened again then, as a person would.
   *
   * @param search.placeholder that of the search, as the input may still be that of a dialog which the search replaces
   */
  async #search({ key, placeholder, text, row }: Search): Promise<void> {
    const search = this.#quickInput.filter({ has: this.page.getByPlaceholder(placeholder) });
    const found = search.getByRole('option').filter({ hasText: row }).first();
    await again(async () => {
      if (await search.isHidden()) await this.page.keyboard.press(key);
      await search.locator('input.input').fill(text, { timeout: RETRY_MS });
      await found.click({ trial: true, timeout: RETRY_MS });
    }, `“${row}” was there`);
    await found.click();
  }

  /** Picks a row of the open quick pick, by its label or a part of it. */
  async pick(label: string | RegExp): Promise<void> {
    await this.#quickInput.getByRole('option').filter({ hasText: label }).first().click();
  }

  /** Presses Enter in the open quick pick, once the row with that label is the one that Enter takes: rows come after the rest. */
  async accept(label: string): Promise<void> {
    await this.#quickInput.locator('.monaco-list-row.focused').filter({ hasText: label }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  /**
   * Answers the open input box.
   *
   * @param prompt its prompt, placeholder or title, or a part of it
   * @param text what to type; leave it out to accept what is proposed
   */
  async answer(prompt: string | RegExp, text?: string): Promise<void> {
    await this.quickInput(prompt).waitFor();
    const input = this.#quickInput.locator('input.input');
    if (text !== undefined) await input.fill(text);
    await input.press('Enter');
  }

  /**
   * Names the file in the open save dialog, and waits until the dialog is gone.
   *
   * @param title the dialog's title
   * @param file an absolute path; its folder exists, itself it doesn't
   */
  async saveAs(title: string, file: string): Promise<void> {
    await this.#answerFileDialog(title, file, () => Promise.resolve(true));
  }

  /**
   * Chooses a file in the open dialog, and waits until the dialog is gone.
   *
   * @param title the dialog's title
   * @param file an absolute path; the file exists
   */
  async openFrom(title: string, file: string): Promise<void> {
    const chosen = this.quickInput(title).getByRole('option', { name: basename(file), exact: true });
    await this.#answerFileDialog(title, file, () => chosen.isVisible());
  }

  async #answerFileDialog(title: string, file: string, isReady: () => Promise<boolean>): Promise<void> {
    const dialog = this.quickInput(title);
    const input = dialog.locator('input.input');
    // Until then it may be the palette, whose row says the same as the title.
    await dialog.getByRole('option', { name: '..', exact: true }).waitFor();
    // It puts in its proposal after that, and so possibly over what was typed.
    await eventually(async () => {
      if (await dialog.isHidden()) return true;
      if ((await input.inputValue()) !== file) await input.fill(file);
      if (!(await isReady())) return false;
      await input.press('Enter');
      await dialog.waitFor({ state: 'hidden', timeout: RETRY_MS }).catch(() => undefined);
      return dialog.isHidden();
    }, `“${title}” took the file`);
  }

  /** What each row of the open quick pick says, once there are some. */
  async quickPickLines(): Promise<string[]> {
    await this.#quickInput.getByRole('option').first().waitFor();
    return this.#quickInput.getByRole('option').allInnerTexts();
  }

  /** The quick pick or input box that is open, if it says so. */
  quickInput(prompt: string | RegExp): Locator {
    const says = this.page.getByText(prompt).or(this.page.getByPlaceholder(prompt));
    return this.#quickInput.filter({ has: says });
  }

  get #quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** A notification that is on show, by its text or a part of it. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-list-item:visible').filter({ hasText: text }).first();
  }

  /** Presses a button of a notification, when it has come. */
  async answerNotification(text: string | RegExp, button: string): Promise<void> {
    await this.notification(text).getByRole('button', { name: button, exact: true }).click();
  }

  /** The modal dialog that is open. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box:visible');
  }

  /** Opens a file of the workspace, and waits until its editor has the focus. */
  async openFile(name: string): Promise<void> {
    await this.#search({ key: 'Control+p', placeholder: /^Search files by name/, text: name, row: name });
    await this.#activeGroup.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    // The tab may be there while the editor still shows the file before.
    await this.#activeGroup.locator(`.monaco-editor[data-uri$="/${name}"] .view-lines`).click();
  }

  /** Attaches the open file to a coordinator of the cluster `demo`, and waits until its editor has the focus again. */
  async attach(coordinator: string): Promise<void> {
    await this.runCommand('Citus: Attach SQL File to Coordinator…');
    await this.pick(coordinator);
    await this.statusBarItem(`demo › ${coordinator}`).waitFor();
    await this.editor.locator('.view-lines').click();
  }

  /** The group of editors that had the focus last. */
  get #activeGroup(): Locator {
    return this.page.locator('.editor-group-container.active');
  }

  /** The text editor that is open; of several the one that had the focus last. */
  get editor(): Locator {
    return this.#activeGroup.locator('.editor-instance .monaco-editor:visible').first();
  }

  /** Puts text where the cursor is, as a paste does: nothing is completed or indented. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.insertText(text);
  }

  /** Puts the cursor to the start of a line of the open editor, counted from 1. */
  async goToLine(line: number): Promise<void> {
    const row = `to go to line ${line} `;
    await this.#search({ key: 'Control+g', placeholder: /^Type the line number/, text: `:${line}`, row });
    await this.#quickInput.waitFor({ state: 'hidden' });
    await this.statusBarItem(`Ln ${line},`).waitFor();
  }

  /** A CodeLens of the open editor, by its text or a part of it. */
  lens(text: string | RegExp): Locator {
    return this.editor.locator('.codelens-decoration a').filter({ hasText: text });
  }

  /** Underlined errors of the open editor. */
  get errors(): Locator {
    return this.editor.locator('.squiggly-error');
  }

  /** An item of the status bar, by its text or a part of it. */
  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text });
  }

  /** What the webview that is on show contains. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('#active-frame');
  }

  /** Changes the colour theme and waits until the window wears it. */
  async useTheme(theme: Theme): Promise<void> {
    const worn = this.page.locator(`.monaco-workbench.${themes[theme].className}`);
    if (await worn.isVisible()) return;
    await this.runCommand('Preferences: Color Theme');
    // The palette is open until then, and has the same input.
    const themePick = this.quickInput(/Select Color Theme/);
    await themePick.waitFor();
    await themePick.locator('input.input').fill(themes[theme].label);
    await this.pick(themes[theme].label);
    await worn.waitFor();
  }

  /** Saves a picture of the window to out/screenshots. */
  async screenshot(name: string): Promise<void> {
    const fileName = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.png`;
    await this.page.screenshot({ path: join(outFolder, 'screenshots', fileName), animations: 'disabled' });
  }
}
