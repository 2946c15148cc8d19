import type { StatementView } from '../../contract/results.ts';
import { button, el, setText } from './dom.ts';
import { firstKeyword } from './format.ts';
import { IconSlot } from './icons.ts';

interface Tab {
  readonly element: HTMLButtonElement;
  readonly icon: IconSlot;
  readonly label: HTMLElement;
}

/** One tab for each statement of a run. */
export class Tabs {
  readonly element = el('div', 'tabs');
  readonly #tabs = new Map<number, Tab>();
  readonly #pick: (statementId: number) => void;
  readonly #panelId: string;
  /** Other parts of the bar grow and shrink beside the tabs; the open one is to stay in sight. */
  readonly #observer = new ResizeObserver(() => {
    this.#reveal();
  });
  #open: number | undefined;

  /**
   * @param panelId id of the element that shows the open tab's statement
   * @param pick called with the id of the statement whose tab the user opens
   */
  constructor(panelId: string, pick: (statementId: number) => void) {
    this.#panelId = panelId;
    this.#pick = pick;
    this.element.role = 'tablist';
    this.element.ariaLabel = 'Statements';
    this.#observer.observe(this.element);
    this.element.addEventListener('keydown', (event) => {
      this.#keyDown(event);
    });
    this.element.addEventListener(
      'wheel',
      (event) => {
        if (event.deltaX === 0 && !event.shiftKey) this.element.scrollLeft += event.deltaY;
      },
      { passive: true },
    );
  }

  /** Forgets the statements of the run before. */
  clear(): void {
    this.#tabs.clear();
    this.#open = undefined;
    this.element.replaceChildren();
  }

  /** Shows a statement's state on its tab. */
  update(statement: StatementView, number: number): void {
    const { id, state, commandTag, sql } = statement;
    const tab = this.#tabs.get(id) ?? this.#add(id);
    tab.icon.show(state);
    setText(tab.label, `${number} · ${commandTag ?? firstKeyword(sql)}`);
    tab.element.title = sql;
    tab.element.dataset['state'] = state;
    tab.element.ariaDescription = state;
  }

  /** Marks the open tab and brings it into sight. */
  open(statementId: number): void {
    if (statementId === this.#open) return;
    this.#open = statementId;
    for (const [id, { element }] of this.#tabs) {
      const isOpen = id === statementId;
      element.ariaSelected = String(isOpen);
      element.tabIndex = isOpen ? 0 : -1;
    }
    this.#reveal();
  }

  /** Id of the element of a statement's tab. */
  tabId(statementId: number): string {
    return `tab-${statementId}`;
  }

  #reveal(): void {
    const open = this.#tabs.get(this.#open ?? -1);
    open?.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #add(id: number): Tab {
    const label = el('span', 'tab-label');
    const slot = new IconSlot();
    const element = button('tab', '', () => {
      this.#pick(id);
    });
    element.append(slot.element, label);
    element.id = this.tabId(id);
    element.role = 'tab';
    element.tabIndex = -1;
    element.ariaSelected = 'false';
    element.setAttribute('aria-controls', this.#panelId);
    this.element.append(element);
    const tab = { element, icon: slot, label };
    this.#tabs.set(id, tab);
    return tab;
  }

  #keyDown(event: KeyboardEvent): void {
    const ids = [...this.#tabs.keys()];
    const at = ids.findIndex((id) => id === this.#open);
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: ids.length - 1,
    };
    const target = ids[targets[event.key] ?? -1];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#pick(target);
    this.#tabs.get(target)?.element.focus();
  }
}
