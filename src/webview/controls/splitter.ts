import { el } from './dom.ts';

/** Least and most, percent, that the part behind the splitter can have. */
const limits = { least: 15, most: 80 };
/** Percent that an arrow key moves it by. */
const step = 5;

/**
 * A line between two parts that stand side by side, which gives the right one more room or less: by dragging it, or with
 * the left and right arrow keys (ARIA's window splitter pattern).
 * @param label names it for screen readers
 * @param percent room of the right part, to begin with
 * @param resize called with each new room, percent of the parent's width
 */
export function splitter(label: string, percent: number, resize: (percent: number) => void): HTMLElement {
  const line = el('div', 'splitter');
  line.role = 'separator';
  line.tabIndex = 0;
  line.ariaLabel = label;
  line.ariaOrientation = 'vertical';
  line.ariaValueMin = String(limits.least);
  line.ariaValueMax = String(limits.most);
  let room = percent;
  const move = (wanted: number): void => {
    room = Math.min(Math.max(wanted, limits.least), limits.most);
    line.ariaValueNow = String(Math.round(room));
    resize(room);
  };
  move(percent);
  line.addEventListener('keydown', (event) => {
    const direction = { ArrowLeft: 1, ArrowRight: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    move(room + direction * step);
  });
  line.addEventListener('pointerdown', (event) => {
    line.setPointerCapture(event.pointerId);
  });
  line.addEventListener('pointermove', (event) => {
    const box = line.parentElement?.getBoundingClientRect();
    if (!box || !line.hasPointerCapture(event.pointerId)) return;
    move((100 * (box.right - event.clientX)) / box.width);
  });
  return line;
}
