import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import type { Row } from '../../../../src/postgres/dataRows.ts';
import type { ExportColumn, TextFormat } from '../../../../src/sql/export/format.ts';
import {
  copyFormat,
  csv,
  insertScript,
  json,
  jsonLines,
  markdown,
} from '../../../../src/sql/export/formats.ts';
import { inList } from '../../../../src/sql/export/insert.ts';

const types = {
  text: 25,
  int: 23,
  bigint: 20,
  numeric: 1700,
  float: 701,
  bool: 16,
  json: 114,
  jsonb: 3802,
  ints: 1007,
  texts: 1009,
  bytea: 17,
};
const column = (name: string, type: keyof typeof types): ExportColumn => ({ name, typeOid: types[type] });
const write = (format: TextFormat, rows: readonly Row[]): string =>
  format.head + rows.map((row, index) => format.row(row, index)).join('') + format.tail(rows.length);

const plain = { delimiter: ',', header: true, nullText: '' };
const text = [column('t', 'text')];

describe('CSV', () => {
  it('quotes what would be read as something else', () => {
    const rows = [
      ['plain'],
      [''],
      [null],
      ['a,b'],
      ['say "hi"'],
      ['two\nlines'],
      ['\r'],
      ['\\.'],
      [' x '],
      ['🚀'],
    ];
    assert.equal(
      write(csv(text, plain), rows),
      't\r\nplain\r\n""\r\n\r\n"a,b"\r\n"say ""hi"""\r\n"two\nlines"\r\n"\r"\r\n"\\."\r\n x \r\n🚀\r\n',
    );
  });

  it('tells its word for NULL from a text that reads the same', () => {
    const options = { delimiter: ';', header: false, nullText: 'NULL' };
    assert.equal(
      write(csv(text, options), [[null], ['NULL'], [''], ['a;b'], ['a,b']]),
      'NULL\r\n"NULL"\r\n""\r\n"a;b"\r\na,b\r\n',
    );
  });

  it('has a header alone where there are no rows, and nothing without one', () => {
    assert.equal(write(csv(text, plain), []), 't\r\n');
    assert.equal(write(csv(text, { ...plain, header: false }), []), '');
  });

  it('is read back by the rules of RFC 4180, whatever is in it', () => {
    const special = fc.constantFrom('"', ',', ';', '|', '\t', '\n', '\r', '\\', '.', 'a', '🚀');
    const value = fc.option(fc.string({ unit: special, maxLength: 6 }));
    const rows = fc.array(fc.tuple(value, value, value), { maxLength: 4 });
    fc.assert(
      fc.property(rows, fc.constantFrom(',', ';', '\t', '|'), (values, delimiter) => {
        const three = [...text, ...text, ...text];
        const written = write(csv(three, { ...plain, header: false, delimiter }), values);
        assert.deepEqual(readCsv(written, delimiter), values);
      }),
    );
  });
});

/** A reader of its own kind: characters one by one. NULL is what is empty and not quoted. */
const readCsv = (written: string, delimiter: string): (string | null)[][] => {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  for (let at = 0; at < written.length;) {
    let value: string | null = '';
    if (written[at] === '"') {
      for (at++; !(written[at] === '"' && written[at + 1] !== '"'); at++) {
        if (written[at] === '"') at++;
        value += written[at]!;
      }
      at++;
    } else {
      while (written[at] !== delimiter && written[at] !== '\r') value += written[at++]!;
      if (value === '') value = null;
    }
    row.push(value);
    if (written[at] === delimiter) {
      at++;
      continue;
    }
    assert.equal(written.slice(at, at + 2), '\r\n');
    at += 2;
    rows.push(row);
    row = [];
  }
  return rows;
};

describe('JSON', () => {
  const columns = [
    column('n', 'numeric'),
    column('f', 'float'),
    column('b', 'bool'),
    column('j', 'jsonb'),
    column('t', 'text'),
  ];

  it('keeps numbers as they are, and what JSON has no number for as texts', () => {
    const rows = [
      ['12345678901234567890.10', '1e+300', 't', '{"a": 1.10}', 'x'],
      ['NaN', '-Infinity', 'f', 'null', ''],
      [null, '-0', null, null, null],
    ];
    const written = write(json(columns), rows);
    assert.equal(
      written,
      `[
  {"n": 12345678901234567890.10, "f": 1e+300, "b": true, "j": {"a": 1.10}, "t": "x"},
  {"n": "NaN", "f": "-Infinity", "b": false, "j": null, "t": ""},
  {"n": null, "f": -0, "b": null, "j": null, "t": null}
]
`,
    );
    assert.equal((JSON.parse(written) as unknown[]).length, 3);
    assert.deepEqual(JSON.parse(write(json(columns), [])), []);
  });

  it('overwrites no column by another of its name', () => {
    const same = ['a', 'a', 'a_2', 'a'].map((name) => column(name, 'int'));
    assert.equal(write(jsonLines(same), [['1', '2', '3', '4']]), '{"a": 1, "a_3": 2, "a_2": 3, "a_4": 4}\n');
  });

  it('stays on one line, with whatever JSON or text is inside', () => {
    const written = write(jsonLines([column('j', 'json'), column('t', 'text')]), [
      ['{\n  "a": "x\\ny",\r\n  "b": []\n}', 'two\nlines "q" 🚀 \u0001'],
    ]);
    assert.equal(written, '{"j": { "a": "x\\ny", "b": [] }, "t": "two\\nlines \\"q\\" 🚀 \\u0001"}\n');
  });

  it('writes arrays as arrays, unless they have bounds of their own', () => {
    const arrays = [column('i', 'ints'), column('t', 'texts')];
    assert.equal(
      write(jsonLines(arrays), [
        ['{{1,2},{3,NULL}}', '{NULL,"NULL","",a,"b,\\"c\\""}'],
        ['[0:1]={1,2}', '{}'],
      ]),
      '{"i": [[1, 2], [3, null]], "t": [null, "NULL", "", "a", "b,\\"c\\""]}\n{"i": "[0:1]={1,2}", "t": []}\n',
    );
  });
});

describe('Markdown', () => {
  it('escapes what is markup, and tells NULL from its word', () => {
    const columns = [column('id', 'int'), column('some_name', 'text')];
    const rows = [
      ['1', null],
      ['2', 'NULL'],
      ['3', '*NULL*'],
      ['4', 'a|b\nc\\d <i> _e_ f_g'],
      ['5', ''],
    ];
    assert.equal(
      write(markdown(columns), rows),
      String.raw`| id | some_name |
| ---: | --- |
| 1 | *NULL* |
| 2 | NULL |
| 3 | \*NULL\* |
| 4 | a\|b<br>c\\d \<i> \_e\_ f_g |
| 5 |  |
`,
    );
  });
});

describe('SQL', () => {
  const columns = [column('id', 'int'), column('a"b', 'text'), column('ok', 'bool'), column('f', 'float')];

  it('writes INSERTs with literals of each type', () => {
    const rows = [
      ['-1', "it's\\n", 't', '-0'],
      [null, '', null, 'NaN'],
    ];
    assert.equal(
      write(insertScript(columns, { schema: 'my schema', name: 't' }), rows),
      String.raw`INSERT INTO "my schema"."t" ("id", "a""b", "ok", "f") VALUES
  (-1, E'it''s\\n', TRUE, '-0'),
  (NULL, '', NULL, 'NaN');
`,
    );
    assert.equal(write(insertScript(columns, { name: 't' }), []), '');
  });

  it('begins a new INSERT from time to time', () => {
    const written = write(
      insertScript([column('id', 'int')], { name: 't' }),
      Array.from({ length: 1_001 }, (_, n) => [String(n)]),
    );
    assert.equal([...written.matchAll(/INSERT INTO "t" \("id"\) VALUES\n/g)].length, 3);
    assert.equal([...written.matchAll(/;\n/g)].length, 3);
  });

  it('lists the values of a column once each', () => {
    assert.equal(
      write(inList(text), [['b'], ['a'], ['b'], [null], ["it's"]]),
      "IN ('b', 'a', NULL, 'it''s')",
    );
    assert.equal(
      write(inList([column('n', 'bigint')]), [['1'], ['9223372036854775807']]),
      'IN (1, 9223372036854775807)',
    );
  });
});

describe('copyFormat', () => {
  const table = { table: { name: 't' } };
  const columns = [column('a', 'int'), column('b', 'text')];

  it('separates cells by tabs and lines, so that spreadsheets take them', () => {
    const rows = [
      ['1', 'tab\there'],
      ['2', ''],
      ['3', null],
    ];
    assert.equal(write(copyFormat('text', columns, false, table), rows), '1\t"tab\there"\n2\t""\n3\t');
    assert.equal(write(copyFormat('headers', columns, false, table), rows.slice(1, 2)), 'a\tb\n2\t""');
  });

  it('copies a single cell as it is', () => {
    assert.equal(write(copyFormat('text', text, true, table), [['two\n"lines"']]), 'two\n"lines"');
    assert.equal(write(copyFormat('text', text, true, table), [[null]]), '');
  });
});
