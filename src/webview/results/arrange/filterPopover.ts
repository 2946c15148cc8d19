import type { FilterOperator, FilterView } from '../../../contract/arrangement.ts';
import { button, el } from '../../controls/dom.ts';
import { needsValue, operatorLabels, operators } from './operators.ts';
import { editsText } from './typingKeys.ts';

/** A filter that is being made, or changed. */
export interface FilterDraft {
  readonly column: number;
  readonly name: string;
  readonly operator: FilterOperator;
  readonly value: string;
}

let closeOpen: (() => void) | undefined;

/**
 * Asks for a filter beside an element. Enter applies it; Escape or a click elsewhere closes it. The focus goes back to
 * where it was.
 */
export function openFilterPopover(
  draft: FilterDraft,
  place: Element,
  apply: (filter: FilterView) => void,
): void {
  closeOpen?.();
  const before = document.activeElement;
  const closing = new AbortController();
  const { signal } = closing;
  const operator = el('select', 'field');
  operator.ariaLabel = 'Condition';
  operator.append(
    ...operators.map((name) => {
      const option = el('option', '', operatorLabels[name]);
      option.value = name;
      return option;
    }),
  );
  operator.value = draft.operator;
  const value = el('input', 'field');
  value.type = 'text';
  value.spellcheck = false;
  value.ariaLabel = 'Value';
  value.value = draft.value;
  const form = el(
    'form',
    'filter-popover',
    el('span', 'filter-name', draft.name),
    operator,
    value,
    applyButton(),
  );
  form.role = 'dialog';
  form.ariaLabel = `Filter ${draft.name}`;
  const chosen = (): FilterOperator => operators.find((name) => name === operator.value) ?? 'contains';
  const showValue = (): void => {
    value.hidden = !needsValue(chosen());
  };
  const close = (): void => {
    closing.abort();
    form.remove();
    closeOpen = undefined;
    if (before instanceof HTMLElement && document.contains(before)) before.focus();
  };
  closeOpen = close;
  showValue();
  operator.addEventListener('change', showValue);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = chosen();
    close();
    apply({ column: draft.column, operator: wanted, value: needsValue(wanted) ? value.value : '' });
  });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' || event.key === 'Enter' || editsText(event)) event.stopPropagation();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    close();
  });
  document.addEventListener(
    'pointerdown',
    (event) => {
      if (!(event.target instanceof Node && form.contains(event.target))) close();
    },
    { signal, capture: true },
  );
  window.addEventListener('blur', close, { signal });
  document.body.append(form);
  const box = place.getBoundingClientRect();
  form.style.left = `${Math.max(4, Math.min(box.left, innerWidth - form.offsetWidth - 4))}px`;
  form.style.top = `${Math.max(4, Math.min(box.bottom, innerHeight - form.offsetHeight - 4))}px`;
  (value.hidden ? operator : value).focus();
  value.select();
}

function applyButton(): HTMLButtonElement {
  const element = button('button', 'Filter', () => undefined);
  element.type = 'submit';
  return element;
}
