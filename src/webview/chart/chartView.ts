import { type ChartData, type ChartOrder, MOST_SERIES } from '../../contract/chart.ts';
import type { ColumnView, ToWebview } from '../../contract/results.ts';
import { button, el, setText } from '../controls/dom.ts';
import { openMenu } from '../controls/menu.ts';
import { paint, toPng } from './canvas.ts';
import {
  axisOf,
  type ChartChoices,
  firstChoices,
  isDrawable,
  kindFor,
  orderOf,
  ROW_ORDER,
} from './choices.ts';
import { drawChart } from './drawChart.ts';
import { lookOf } from './look.ts';
import { type ChartedRows, PointRequests } from './pointRequests.ts';
import type { Hit, Picture } from './shapes.ts';
import { toSvg } from './svg.ts';
import { describeChart, whatIsMissing } from './words.ts';

/** What a chart's view asks of the panel around it. */
export interface ChartActions {
  /** Asks the host for points. @param request a number that the answer bears */
  requestChart(request: number, order: ChartOrder): void;
  saveChart(format: 'svg' | 'png', picture: string): void;
  /** The person chose something else. */
  choicesChanged(choices: ChartChoices): void;
}

const KINDS = { line: 'Line', bar: 'Bars', scatter: 'Scatter' } as const;
/** How far from a value the pointer may be to ask about it, px. */
const NEAR = 40;

/** A chart of a result, and what is chosen about it. It follows the rows as they are shown: how many, and in which order. */
export class ChartView {
  readonly element = el('div', 'chart');
  readonly #columns: readonly ColumnView[];
  readonly #actions: ChartActions;
  readonly #requests: PointRequests;
  readonly #kind: HTMLButtonElement;
  readonly #along: HTMLButtonElement;
  readonly #values: HTMLButtonElement;
  readonly #missing = el('span', 'chart-missing');
  readonly #area = el('div', 'chart-area');
  readonly #canvas = el('canvas', 'chart-canvas');
  readonly #tip = el('div', 'chart-tip');
  readonly #ring = el('div', 'chart-ring');
  readonly #words = el('p', 'pane-words');
  readonly #save: readonly HTMLButtonElement[];
  readonly #resized = new ResizeObserver(() => {
    this.#draw();
  });
  /** The editor tells of another theme by the body's class and style. */
  readonly #themed = new MutationObserver(() => {
    this.#draw();
  });
  /** What the person chose; undefined as long as the rows decide. */
  #chosen: ChartChoices | undefined;
  #rows: ChartedRows = { arrangement: 0, count: 0, growing: true };
  /** What is drawn or being read, so that the bar and the words are those of it. */
  #shownOrder = '';
  #data: ChartData | undefined;
  #picture: Picture | undefined;
  #asked = -1;

  /**
   * @param columns of which at least one can be drawn
   * @param chosen what the person chose before
   */
  constructor(columns: readonly ColumnView[], chosen: ChartChoices | undefined, actions: ChartActions) {
    this.#columns = columns;
    this.#chosen = chosen;
    this.#actions = actions;
    this.#requests = new PointRequests((request, order) => {
      this.#canvas.ariaBusy = 'true';
      actions.requestChart(request, order);
    });
    const menuButton = (open: (place: HTMLElement) => void): HTMLButtonElement => {
      const made = button('chart-choice', '', () => {
        open(made);
      });
      made.ariaHasPopup = 'menu';
      return made;
    };
    this.#kind = menuButton((place) => {
      this.#chooseKind(place);
    });
    this.#along = menuButton((place) => {
      this.#chooseAlong(place);
    });
    this.#values = menuButton((place) => {
      this.#chooseValues(place);
    });
    this.#save = (['png', 'svg'] as const).map((format) =>
      button('link', `Save as ${format.toUpperCase()}`, () => {
        if (this.#picture)
          actions.saveChart(format, format === 'png' ? toPng(this.#picture) : toSvg(this.#picture));
      }),
    );
    const saving = el('span', 'plan-tools', ...this.#save);
    const bar = el('div', 'chart-bar', this.#kind, this.#values, this.#along, this.#missing, saving);
    this.#canvas.role = 'img';
    this.#canvas.tabIndex = 0;
    this.#tip.role = 'status';
    this.#tip.hidden = this.#ring.hidden = true;
    this.#area.append(this.#canvas, this.#ring, this.#tip, this.#words);
    this.element.append(bar, this.#area);
    this.#listen();
    this.#resized.observe(this.#area);
    this.#themed.observe(document.body, { attributeFilter: ['class'] });
    this.#themed.observe(document.documentElement, { attributeFilter: ['style'] });
  }

  /** Draws these rows from now on. */
  follow(rows: ChartedRows): void {
    this.#rows = rows;
    this.#request();
  }

  /** Shows the points that the host has sent, unless others were asked for since. */
  show({ request, data }: Extract<ToWebview, { type: 'chart' }>): void {
    if (!this.#requests.answered(request)) return;
    this.#canvas.ariaBusy = 'false';
    if ('whyNot' in data) {
      this.#data = undefined;
      setText(this.#words, data.whyNot);
    } else {
      this.#data = data;
      const [names, xName] = [this.#names, this.#xName];
      this.#canvas.ariaLabel = describeChart(orderOf(this.#choices, this.#columns), data, xName, names);
      setText(this.#missing, whatIsMissing(data));
      this.#missing.title = this.#missing.textContent;
      setText(
        this.#words,
        data.series.every(({ length }) => length === 0) ? 'There is nothing to draw.' : '',
      );
    }
    this.#draw();
  }

  dispose(): void {
    this.#requests.dispose();
    this.#resized.disconnect();
    this.#themed.disconnect();
  }

  get #choices(): ChartChoices {
    const none: ChartChoices = { kind: 'line', x: ROW_ORDER, ys: [] };
    return this.#chosen ?? firstChoices(this.#columns, this.#rows.count) ?? none;
  }

  get #xName(): string {
    return this.#choices.x === ROW_ORDER ? 'row' : (this.#columns[this.#choices.x]?.name ?? '');
  }

  get #names(): string[] {
    return this.#choices.ys.map((index) => this.#columns[index]?.name ?? '');
  }

  /** Asks for the points of what is chosen, where they aren't there. */
  #request(): void {
    const order = orderOf(this.#choices, this.#columns);
    if (JSON.stringify(order) !== this.#shownOrder) this.#begin(order);
    this.#requests.want(order, this.#rows);
  }

  /** Shows that another chart is being read. */
  #begin(order: ChartOrder): void {
    this.#shownOrder = JSON.stringify(order);
    setText(this.#kind, `${KINDS[order.kind]} ▾`);
    setText(this.#values, `${this.#names.join(', ')} ▾`);
    setText(this.#along, `by ${this.#xName} ▾`);
    this.#kind.ariaLabel = `Kind of chart: ${KINDS[order.kind]}`;
    this.#values.ariaLabel = `Values: ${this.#names.join(', ')}`;
    this.#along.ariaLabel = `Along the chart: ${this.#xName}`;
    this.#data = undefined;
    setText(this.#words, 'Reading the rows…');
    setText(this.#missing, '');
    this.#draw();
  }

  #choose(choices: Partial<ChartChoices>): void {
    this.#chosen = { ...this.#choices, ...choices };
    this.#actions.choicesChanged(this.#chosen);
    this.#request();
  }

  #chooseKind(place: HTMLElement): void {
    const now = orderOf(this.#choices, this.#columns).kind;
    const byText = axisOf(this.#columns[this.#choices.x]) === 'category';
    const items = (['line', 'bar', 'scatter'] as const).map((kind) => ({
      label: KINDS[kind],
      checked: kind === now,
      disabled: kind === 'scatter' && byText,
      choose: () => {
        this.#choose({ kind });
      },
    }));
    openMenu('Kind of chart', items, place);
  }

  #chooseAlong(place: HTMLElement): void {
    const names = [
      [ROW_ORDER, 'row'] as const,
      ...this.#columns.map(({ name }, index) => [index, name] as const),
    ];
    const items = names.map(([x, label]) => ({
      label,
      checked: x === this.#choices.x,
      choose: () => {
        this.#choose({ x, kind: kindFor(axisOf(this.#columns[x]), this.#rows.count) });
      },
    }));
    openMenu('Along the chart', items, place);
  }

  #chooseValues(place: HTMLElement): void {
    const { ys } = this.#choices;
    const items = this.#columns.flatMap((column, index) => {
      if (!isDrawable(column)) return [];
      const checked = ys.includes(index);
      const next = checked ? ys.filter((y) => y !== index) : [...ys, index].sort((one, other) => one - other);
      return [
        {
          label: column.name,
          checked,
          disabled: next.length === 0 || next.length > MOST_SERIES,
          choose: () => {
            this.#choose({ ys: next });
          },
        },
      ];
    });
    openMenu('Values', items, place);
  }

  #draw(): void {
    this.#ask(-1);
    const { clientWidth: width, clientHeight: height } = this.#area;
    const data = this.#data;
    const drawn = data?.series.some(({ length }) => length > 0) === true && width > 0 && height > 0;
    this.#canvas.hidden = !drawn;
    this.#words.hidden = drawn;
    for (const save of this.#save) save.disabled = !drawn;
    if (!drawn) return;
    const [names, xName] = [this.#names, this.#xName];
    const order = orderOf(this.#choices, this.#columns);
    this.#picture = drawChart({ order, data, xName, names }, lookOf(this.#area, { width, height }));
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    paint(this.#canvas, this.#picture, devicePixelRatio);
  }

  #listen(): void {
    this.#canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      this.#ask(nearest(this.#picture?.hits ?? [], offsetX, offsetY));
    });
    for (const end of ['pointerleave', 'blur']) {
      this.#canvas.addEventListener(end, () => {
        this.#ask(-1);
      });
    }
    this.#canvas.addEventListener('keydown', (event) => {
      const last = (this.#picture?.hits.length ?? 0) - 1;
      const target = {
        ArrowRight: Math.min(last, this.#asked + 1),
        ArrowLeft: Math.max(0, this.#asked - 1),
        Home: 0,
        End: last,
        Escape: -1,
      }[event.key];
      if (target === undefined) return;
      event.preventDefault();
      this.#ask(target);
    });
  }

  /** Tells a value. @param index of it among the picture's; -1 for none */
  #ask(index: number): void {
    this.#asked = index;
    const hit = this.#picture?.hits[index];
    this.#tip.hidden = this.#ring.hidden = !hit;
    if (!hit) return;
    setText(this.#tip, hit.words);
    this.#ring.style.left = `${hit.x}px`;
    this.#ring.style.top = `${hit.y}px`;
    const onTheRight = hit.x > this.#area.clientWidth / 2;
    this.#tip.style.left = onTheRight ? 'auto' : `${hit.x + 10}px`;
    this.#tip.style.right = onTheRight ? `${this.#area.clientWidth - hit.x + 10}px` : 'auto';
    this.#tip.style.top = `${Math.max(2, hit.y - 28)}px`;
  }
}

function nearest(hits: readonly Hit[], x: number, y: number): number {
  let best = -1;
  let distance = NEAR ** 2;
  for (const [index, hit] of hits.entries()) {
    const far = (hit.x - x) ** 2 + (hit.y - y) ** 2;
    if (far < distance) [best, distance] = [index, far];
  }
  return best;
}
