import type { StatementView } from '../../contract/results.ts';
import { button, el, setText } from '../controls/dom.ts';
import { Tab } from './tab.ts';
import { pageOf, pageText, tabAtKey } from './tabPages.ts';

/** What the tabs ask of the panel around them. */
export interface TabActions {
  /** Opens a statement's tab. */
  readonly pick: (statementId: number) => void;
  /** Opens the tab of the statement that was started last, and of each that is started from then on. */
  readonly follow: () => void;
}

/** A tab for each statement of a run; of a long run, those on the page of the open one, and what leads to the others. */
export class Tabs {
  readonly element: HTMLElement;
  readonly #list = el('div', 'tabs');
  readonly #pager = el('nav', 'pager');
  readonly #previous: HTMLButtonElement;
  readonly #range = el('span', 'pager-range');
  readonly #next: HTMLButtonElement;
  readonly #latest: HTMLButtonElement;
  readonly #panelId: string;
  readonly #actions: TabActions;
  readonly #tabs: Tab[] = [];
  /** Other parts of the bar grow and shrink beside the tabs; the open one is to stay in sight. */
  readonly #observer = new ResizeObserver(() => {
    this.#reveal();
  });
  #page = pageOf(0, 0);
  #count = 0;
  #open: number | undefined;

  /** @param panelId id of the element that shows the open tab's statement */
  constructor(panelId: string, actions: TabActions) {
    this.#panelId = panelId;
    this.#actions = actions;
    this.#list.role = 'tablist';
    this.#list.ariaLabel = 'Statements';
    this.#observer.observe(this.#list);
    this.#list.addEventListener('keydown', (event) => {
      this.#keyDown(event);
    });
    this.#list.addEventListener(
      'wheel',
      (event) => {
        if (event.deltaX === 0 && !event.shiftKey) this.#list.scrollLeft += event.deltaY;
      },
      { passive: true },
    );
    this.#previous = button('pager-button', '‹', () => {
      actions.pick(this.#page.first - 1);
    });
    this.#previous.title = this.#previous.ariaLabel = 'Statements before these';
    this.#next = button('pager-button', '›', () => {
      actions.pick(this.#page.end);
    });
    this.#next.title = this.#next.ariaLabel = 'Statements after these';
    this.#latest = button('link pager-latest', '', actions.follow);
    this.#latest.title = 'Show the statement that was started last';
    this.#pager.ariaLabel = 'Pages of statements';
    this.#pager.append(this.#previous, this.#range, this.#next, this.#latest);
    this.element = el('div', 'strip', this.#list, this.#pager);
  }

  /** Forgets the statements of the run before. */
  clear(): void {
    this.#open = undefined;
    this.#tabs.length = 0;
    this.#list.replaceChildren();
  }

  /**
   * Shows the statements' states, and brings the open tab into sight when it is another than before.
   * @param open id of the statement whose tab is open
   * @param latest id of the statement that was started last
   */
  show(statements: readonly StatementView[], open: number, latest: number): void {
    const hadFocus = this.#list.contains(document.activeElement);
    const isNew = open !== this.#open;
    this.#open = open;
    this.#count = statements.length;
    this.#page = pageOf(open, this.#count);
    const shown = statements.slice(this.#page.first, this.#page.end);
    for (const { element } of this.#tabs.splice(shown.length)) element.remove();
    for (const [place, statement] of shown.entries()) {
      const tab = this.#tabs[place] ?? this.#add();
      tab.show(statement, statement.id === open, this.#count);
    }
    this.#showPager(latest);
    if (!isNew) return;
    this.#reveal();
    if (hadFocus) this.#openTab?.element.focus();
  }

  get #openTab(): Tab | undefined {
    return this.#tabs[(this.#open ?? 0) - this.#page.first];
  }

  #add(): Tab {
    const tab = new Tab(this.#panelId, this.#actions.pick);
    this.#tabs.push(tab);
    this.#list.append(tab.element);
    return tab;
  }

  #showPager(latest: number): void {
    const { first, end } = this.#page;
    this.#pager.hidden = first === 0 && end === this.#count;
    this.#previous.disabled = first === 0;
    this.#next.disabled = end === this.#count;
    setText(this.#range, pageText(this.#page, this.#count));
    this.#latest.hidden = latest === this.#open;
    setText(this.#latest, `Go to ${(latest + 1).toLocaleString('en')}`);
  }

  #reveal(): void {
    this.#openTab?.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #keyDown(event: KeyboardEvent): void {
    const target = tabAtKey(event.key, this.#open ?? 0, this.#count);
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#actions.pick(target);
  }
}
