import { el } from './dom.ts';

/** A choice in a menu, or a line between groups of them. */
export type MenuItem =
  | {
      readonly label: string;
      /** What else leads there, such as `Ctrl+C`. */
      readonly hint?: string;
      /** Whether it is the choice that holds now; leave it out where choosing isn't a state. */
      readonly checked?: boolean;
      readonly disabled?: boolean;
      readonly choose: () => void;
    }
  | 'separator';

/** Where a menu opens: below an element, or at a point, px in the window. */
export type MenuPlace = Element | { readonly x: number; readonly y: number };

/** Closes the menu that is open, if one is. */
let closeOpen: (() => void) | undefined;

/**
 * Opens a menu over the page. The arrow keys, Home, End and first letters move in it; Escape, a choice, or a click
 * elsewhere closes it and gives the focus back to where it was (ARIA's menu pattern).
 * @param label names the menu for screen readers
 */
export function openMenu(label: string, items: readonly MenuItem[], place: MenuPlace): void {
  closeOpen?.();
  const before = document.activeElement;
  const menu = el('div', 'menu');
  menu.role = 'menu';
  menu.ariaLabel = label;
  const closing = new AbortController();
  const close = (): void => {
    closing.abort();
    menu.remove();
    closeOpen = undefined;
    if (before instanceof HTMLElement && document.contains(before)) before.focus();
  };
  closeOpen = close;
  menu.append(...items.map((item) => menuElement(item, close)));
  const { signal } = closing;
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (!moveFocus(menu, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  const closeOutside = (event: Event): void => {
    if (!(event.target instanceof Node && menu.contains(event.target))) close();
  };
  document.addEventListener('pointerdown', closeOutside, { signal, capture: true });
  document.addEventListener('wheel', closeOutside, { signal, capture: true, passive: true });
  window.addEventListener('blur', close, { signal });
  document.body.append(menu);
  putAt(menu, place);
  choices(menu)[0]?.focus();
}

function menuElement(item: MenuItem, close: () => void): HTMLElement {
  if (item === 'separator') {
    const line = el('div', 'menu-line');
    line.role = 'separator';
    return line;
  }
  const { label, hint = '', checked, disabled = false, choose } = item;
  const element = el('button', 'menu-item', el('span', 'menu-label', label), el('span', 'menu-hint', hint));
  element.type = 'button';
  element.role = checked === undefined ? 'menuitem' : 'menuitemradio';
  element.tabIndex = -1;
  element.disabled = disabled;
  if (checked !== undefined) element.ariaChecked = String(checked);
  element.addEventListener('click', () => {
    close();
    choose();
  });
  return element;
}

const choices = (menu: Element): HTMLButtonElement[] => [
  ...menu.querySelectorAll<HTMLButtonElement>('.menu-item:enabled'),
];

/** @returns whether the key is one that moves in a menu */
function moveFocus(menu: Element, key: string): boolean {
  const all = choices(menu);
  const at = all.findIndex((choice) => choice === document.activeElement);
  const next = {
    ArrowDown: all[(at + 1) % all.length],
    ArrowUp: all.at((at < 0 ? 0 : at) - 1),
    Home: all[0],
    End: all.at(-1),
  }[key];
  const named = (choice: HTMLButtonElement): boolean =>
    choice.textContent.toLowerCase().startsWith(key.toLowerCase());
  const found =
    next ?? (key.length === 1 ? [...all.slice(at + 1), ...all.slice(0, at + 1)].find(named) : undefined);
  found?.focus();
  return found !== undefined;
}

/** Puts the menu where it fits into the window. */
function putAt(menu: HTMLElement, place: MenuPlace): void {
  const box = place instanceof Element ? place.getBoundingClientRect() : undefined;
  const { x, y } = place instanceof Element ? { x: box?.left ?? 0, y: box?.bottom ?? 0 } : place;
  const { offsetWidth, offsetHeight } = menu;
  menu.style.left = `${Math.max(0, Math.min(x, innerWidth - offsetWidth - 4))}px`;
  menu.style.top = `${Math.max(0, Math.min(y, innerHeight - offsetHeight - 4))}px`;
}
