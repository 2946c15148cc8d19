import type { ChosenColumns } from '../../grid/columnCommands.ts';
import type { Grid } from '../../grid/grid.ts';
import type { MenuItem } from '../../controls/menu.ts';
import type { Arranger } from './arranger.ts';

/** What the menu leaves to those around it. */
interface ColumnMenuActions {
  readonly filter: () => void;
  readonly find: () => void;
}

/** What can be done with a column of a grid, and those that are selected with it. */
export function columnMenu(
  { place, left, right }: ChosenColumns,
  grid: Grid,
  arranger: Arranger,
  actions: ColumnMenuActions,
): MenuItem[] {
  const [column = 0] = grid.sourceColumns(place, place);
  const { sort, filters } = arranger.how;
  const sorted = sort.find((other) => other.column === column);
  const several = right > left ? `${right - left + 1} Columns` : 'Column';
  const last = grid.columns.layout.count - 1;
  const sortItem = (label: string, descending: boolean, add: boolean): MenuItem => ({
    label,
    checked: sorted?.descending === descending && (add || sort.length === 1),
    choose: () => {
      arranger.sortBy(column, descending, add);
    },
  });
  const others = sort.some((other) => other.column !== column);
  return [
    sortItem('Sort Ascending', false, false),
    sortItem('Sort Descending', true, false),
    ...(others ? [sortItem('Then Ascending', false, true), sortItem('Then Descending', true, true)] : []),
    ...(sorted
      ? [
          {
            label: 'Don’t Sort by This',
            choose: () => {
              arranger.unsort(column);
            },
          },
        ]
      : []),
    'separator',
    { label: 'Filter…', choose: actions.filter },
    ...filters
      .filter((filter) => filter.column === column)
      .slice(0, 1)
      .map((filter) => ({
        label: 'Remove Filter',
        choose: () => {
          arranger.unfilter(filter);
        },
      })),
    { label: 'Find…', hint: 'Ctrl+F', choose: actions.find },
    'separator',
    {
      label: `Hide ${several}`,
      disabled: right - left === last,
      choose: () => {
        grid.columns.hide(left, right);
      },
    },
    {
      label:
        grid.columns.hiddenCount > 0
          ? `Show All Columns (${grid.columns.hiddenCount} Hidden)`
          : 'Show All Columns',
      disabled: grid.columns.hiddenCount === 0,
      choose: () => {
        grid.columns.showAll();
      },
    },
    {
      label: 'Move Left',
      hint: 'Alt+Shift+←',
      disabled: left === 0,
      choose: () => {
        grid.moveColumns(left, right, left - 1);
      },
    },
    {
      label: 'Move Right',
      hint: 'Alt+Shift+→',
      disabled: right === last,
      choose: () => {
        grid.moveColumns(left, right, right + 2);
      },
    },
    'separator',
    {
      label: `Fit ${several}`,
      choose: () => {
        grid.fitColumns(left, right);
      },
    },
    {
      label: 'Fit All Columns',
      choose: () => {
        grid.fitColumns(0, last);
      },
    },
  ];
}
