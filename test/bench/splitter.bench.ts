import { SplitText } from '../../src/sql/splitter/splitText.ts';
import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';

const MB = 1_000_000;
const ROUNDS = 15;

export const name = 'Splitting a SQL file of 5 MB, and again after an edit';

const STATEMENTS = [
  "INSERT INTO orders (id, customer, note) VALUES (1, 'o''brien', E'a\\nb'), (2, $$text; more$$, NULL);\n",
  '-- a comment; with a semicolon\nSELECT o.id, count(*) FROM orders AS o JOIN items USING (id) WHERE o.id > 5 GROUP BY 1;\n',
  "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; END $body$;\n\\set x 'a'\n",
  'COPY items FROM STDIN;\n1\tone; two\n2\ttwo\n\\.\n',
];

const ROW = '1\tone; two\n';

/** @param prepare what isn't measured; gives what is */
const medianOf = (prepare: () => () => void): number =>
  median(
    Array.from({ length: ROUNDS }, () => {
      const measured = prepare();
      const begun = performance.now();
      measured();
      return performance.now() - begun;
    }),
  );

/** @param at where a character is typed, again and again */
const typing = (source: string, at: number): number => {
  let current = SplitText.of(source);
  return medianOf(() => {
    const edited = `${current.source.slice(0, at)}x${current.source.slice(at)}`;
    // The editor hands over a flat text; joining it isn't the splitter's work.
    const flat = Buffer.from(edited, 'latin1').toString('latin1');
    return () => {
      current = current.edited(flat);
    };
  });
};

export const run = (): Promise<BenchResult[]> => {
  const unit = STATEMENTS.join('');
  const source = unit.repeat(Math.ceil((5 * MB) / unit.length));
  const place = (part: number): number => source.indexOf('customer', Math.floor(part * source.length));
  const rows = `COPY items FROM STDIN;\n${ROW.repeat(Math.ceil((5 * MB) / ROW.length))}\\.\n`;
  return Promise.resolve([
    {
      label: 'whole file',
      value: medianOf(() => () => void SplitText.of(source).all()),
      unit: 'ms',
      limit: 100,
    },
    { label: 'a character at its beginning', value: typing(source, place(0)), unit: 'ms', limit: 5 },
    { label: 'a character in its middle', value: typing(source, place(0.5)), unit: 'ms', limit: 5 },
    { label: 'a character at its end', value: typing(source, place(0.99)), unit: 'ms', limit: 5 },
    { label: 'a character in rows of one COPY', value: typing(rows, rows.length >> 1), unit: 'ms', limit: 5 },
  ]);
};
