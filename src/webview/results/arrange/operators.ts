import type { FilterOperator, FilterView } from '../../../contract/arrangement.ts';

/** Each operator as it stands between a column's name and a value. */
const words: Readonly<Record<FilterOperator, string>> = {
  contains: 'contains',
  equals: '=',
  differs: '≠',
  less: '<',
  atMost: '≤',
  greater: '>',
  atLeast: '≥',
  isNull: 'is NULL',
  isNotNull: 'is not NULL',
};

/** Each operator as a list names it. */
export const operatorLabels: Readonly<Record<FilterOperator, string>> = {
  ...words,
  contains: 'contains (any case)',
  equals: '= equals',
  differs: '≠ does not equal',
  less: '< is less than',
  atMost: '≤ is at most',
  greater: '> is greater than',
  atLeast: '≥ is at least',
};

export const operators = Object.keys(words) as readonly FilterOperator[];

export const needsValue = (operator: FilterOperator): boolean =>
  operator !== 'isNull' && operator !== 'isNotNull';

/** `amount ≥ 100`. */
export const filterText = ({ operator, value }: FilterView, name: string): string =>
  needsValue(operator)
    ? `${name} ${words[operator]} ${value === '' ? "''" : value}`
    : `${name} ${words[operator]}`;
