import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { split, type Piece } from '../../../../src/sql/splitter/splitter.ts';

const texts = (source: string): string[] => split(source).map(({ text }) => text);
const only = (source: string): Piece => {
  const pieces = split(source);
  assert.equal(pieces.length, 1);
  return pieces[0]!;
};
const rowsOf = (source: string, piece: Piece | undefined): string | undefined =>
  piece?.copyData && source.slice(piece.copyData.start, piece.copyData.end);

describe('split: where statements end', () => {
  const whole = (name: string, statement: string): [string, string, string[]] => [
    name,
    `${statement}; SELECT 'next'`,
    [statement, "SELECT 'next'"],
  ];
  const table: [name: string, source: string, expected: string[]][] = [
    ['nothing', '', []],
    ['blanks only', ' \t\r\n\f\v', []],
    ['comments only', '-- one;\n/* two; */', []],
    ['empty statements', ';; SELECT 1;; ;', ['SELECT 1']],
    ['no semicolon at the end', 'SELECT 1; SELECT 2', ['SELECT 1', 'SELECT 2']],
    ['no blank in between', 'SELECT 1;SELECT 2;', ['SELECT 1', 'SELECT 2']],
    ['CRLF', 'SELECT 1;\r\nSELECT\r\n2;\r\n', ['SELECT 1', 'SELECT\r\n2']],
    ['byte-order mark', '\uFEFFSELECT 1;', ['SELECT 1']],
    ['comments around', '/* a */ -- b\nSELECT 1 /* c */ -- d\n;', ['SELECT 1']],
    ['comment behind the last token', 'SELECT 1 -- end', ['SELECT 1']],

    whole('semicolon in a string', "SELECT 'a;b'"),
    whole('doubled quote', "SELECT 'it''s; here'"),
    whole('empty string', "SELECT ''"),
    whole('backslash in a standard string', "SELECT 'C:\\'"),
    whole('string over lines', "SELECT 'a;\nb;\n'"),
    whole('escape string', "SELECT E'it\\'s; here'"),
    whole('escape string, lower case, escaped backslash', "SELECT e'\\\\'"),
    whole('escape string with a doubled quote', "SELECT E'a''b\\';'"),
    whole('word that ends with e before a string', "SELECT size'\\'"),
    whole('bit strings', "SELECT B'01', X'1F', b'1;', x'f;'"),
    whole('national string', "SELECT N'a;\\'"),
    whole('Unicode string and identifier', 'SELECT U&\'\\0061;\' AS u&"a;"'),
    whole('u & string', "SELECT u& '\\'"),
    whole('quoted identifier', 'SELECT 1 AS "a;""b;"'),
    whole('quote in an identifier', `SELECT 1 AS "it's"`),
    whole('identifier quote in a string', `SELECT '"'`),
    [
      'continued string: the second line is a standard one',
      "SELECT E'a'\n'b\\'; SELECT 2",
      ["SELECT E'a'\n'b\\'", 'SELECT 2'],
    ],

    whole('dollar quotes', 'SELECT $$a;b$$'),
    whole('tagged dollar quotes', 'SELECT $f$a;$$;$g$;$f$'),
    whole('tag behind a dollar', 'SELECT $a$;$$a$'),
    whole('tags tell upper from lower case', 'SELECT $a$;$A$;$a$'),
    whole('tag with letters beyond ASCII', 'SELECT $été$;$été$'),
    whole('quote in dollar quotes', "DO $$BEGIN RAISE NOTICE 'it''s;'; END$$"),
    ['dollar in an identifier', 'SELECT a$b$; SELECT 2$b$', ['SELECT a$b$', 'SELECT 2$b$']],
    ['dollar behind a letter beyond ASCII', 'SELECT é$$; SELECT $$', ['SELECT é$$', 'SELECT $$']],
    whole('dollar quotes behind a number', 'SELECT 1$$;$$'),
    ['parameters', 'SELECT $1; SELECT $2', ['SELECT $1', 'SELECT $2']],
    ['parameter before a dollar quote', 'SELECT $1$$;$$; SELECT 2', ['SELECT $1$$;$$', 'SELECT 2']],
    ['tags do not begin with a digit', 'SELECT $1$; SELECT 2$1$', ['SELECT $1$', 'SELECT 2$1$']],
    ['lone dollar', 'SELECT $; SELECT $a ;', ['SELECT $', 'SELECT $a']],
    ['variable before a dollar quote', 'SELECT :a$$;$$; SELECT 2', ['SELECT :a$$;$$', 'SELECT 2']],
    ['cast before a dollar', 'SELECT 1::a$$; SELECT 2', ['SELECT 1::a$$', 'SELECT 2']],

    whole('line comment', "SELECT 1 -- it's; not\n + 2"),
    whole('line comment ended by a carriage return', "SELECT 1 -- it's;\r+ 2"),
    whole('block comment', "SELECT 1 /* it's; */ + 2"),
    whole('nested comments', 'SELECT /* a /* b; */ c; */ 1'),
    whole('comment of stars', 'SELECT /***;***/ 1'),
    whole('comment that begins with /*/', 'SELECT /*/ ; */ 1'),
    whole('comment behind an operator', 'SELECT 1 +/*;*/ 2 *-- ;\n 3'),
    whole('minus and division are no comments', 'SELECT 1 - - 2 / 3 * 4'),
    whole('comment marks in a string', "SELECT '/*', '--'"),
    whole('comment marks in an identifier', 'SELECT 1 AS "/*--"'),

    whole('parentheses', 'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)'),
    ['closing parenthesis too many', 'SELECT 1); SELECT (2)', ['SELECT 1)', 'SELECT (2)']],
    ['parenthesis in a string', "SELECT '('; SELECT 2", ["SELECT '('", 'SELECT 2']],

    ['string never closed', "SELECT 1; SELECT 'a; SELECT 2;\n", ['SELECT 1', "SELECT 'a; SELECT 2;\n"]],
    ['escape string never closed', "SELECT E'a\\'; SELECT 2", ["SELECT E'a\\'; SELECT 2"]],
    ['identifier never closed', 'SELECT "a; SELECT 2;', ['SELECT "a; SELECT 2;']],
    ['dollar quote never closed', 'SELECT $a$; SELECT 2;', ['SELECT $a$; SELECT 2;']],
    ['comment never closed', 'SELECT 1 /* a /* b */; SELECT 2;', ['SELECT 1 /* a /* b */; SELECT 2;']],
    ['comment never closed, alone', '/* a; ', ['/* a; ']],
    ['parenthesis never closed', 'SELECT (1; SELECT 2;', ['SELECT (1; SELECT 2;']],
  ];
  for (const [name, source, expected] of table) {
    it(name, () => {
      assert.deepEqual(texts(source), expected);
    });
  }
});

describe('split: bodies of functions', () => {
  const body = 'BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END';
  const whole = [
    `CREATE FUNCTION f() RETURNS int ${body}`,
    `create or replace function f() returns int ${body.toLowerCase()}`,
    `CREATE PROCEDURE p() ${body}`,
    `CREATE OR /* c */ REPLACE -- c\n PROCEDURE p() ${body}`,
    `CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN CASE WHEN a THEN b END THEN 1 END; SELECT 2; END`,
    `CREATE FUNCTION f() RETURNS int RETURN CASE WHEN true THEN 1 END`,
    `CREATE FUNCTION f("begin" int) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    `CREATE FUNCTION f(begin int) RETURNS int LANGUAGE sql AS $$BEGIN; CASE$$`,
    `CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT "end"; SELECT (SELECT 1 AS end); END`,
  ];
  for (const statement of whole) {
    it(`is one statement: ${statement.slice(0, 60)}`, () => {
      assert.deepEqual(texts(`${statement};\nSELECT 'next';`), [statement, "SELECT 'next'"]);
    });
  }

  it('counts BEGIN in no other statement', () => {
    assert.deepEqual(texts('BEGIN; SELECT 1; END;'), ['BEGIN', 'SELECT 1', 'END']);
    const elsewhere = 'CREATE VIEW begin AS SELECT 1';
    assert.deepEqual(texts(`${elsewhere}; SELECT 2`), [elsewhere, 'SELECT 2']);
    const aggregate = 'CREATE OR REPLACE AGGREGATE begin(int) (sfunc = f)';
    assert.deepEqual(texts(`${aggregate}; SELECT 2`), [aggregate, 'SELECT 2']);
  });

  it('begins anew with each statement', () => {
    assert.deepEqual(texts('CREATE FUNCTION f() RETURN 1; BEGIN; END'), [
      'CREATE FUNCTION f() RETURN 1',
      'BEGIN',
      'END',
    ]);
  });

  it('takes the rest of the text where END is missing', () => {
    const source = 'CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2;';
    assert.deepEqual(texts(source), [source]);
  });
});

describe('split: psql commands', () => {
  const table: [name: string, source: string, expected: string[]][] = [
    ['between statements', 'SELECT 1;\n\\d+ t\nSELECT 2;', ['SELECT 1', '\\d+ t', 'SELECT 2']],
    ['behind blanks and comments', ' -- c\n /* d */ \\dt \n', ['\\dt']],
    ['behind a semicolon', 'SELECT 1; \\x\n', ['SELECT 1', '\\x']],
    ['CRLF', '\\d t\r\nSELECT 1', ['\\d t', 'SELECT 1']],
    [
      'semicolons and quotes in arguments',
      '\\echo a; \'b\n\\echo "c;" ` ;\nSELECT 1',
      ["\\echo a; 'b", '\\echo "c;" ` ;', 'SELECT 1'],
    ],
    ['separator', '\\pset null x \\\\ SELECT 1;', ['\\pset null x', 'SELECT 1']],
    ['several on a line', '\\a \\t\n', ['\\a', '\\t']],
    ['backslash in quotes', "\\echo 'a\\'b \\\\ c' d\nSELECT 1", ["\\echo 'a\\'b \\\\ c' d", 'SELECT 1']],
    ['backslash at the end of an open quote', "\\echo 'a\\\nSELECT 1", ["\\echo 'a\\", 'SELECT 1']],
    ['the whole line', '\\! ls \\\\ x\nSELECT 1', ['\\! ls \\\\ x', 'SELECT 1']],
    ['a pipe', '\\o | tr \\\\ /\nSELECT 1', ['\\o | tr \\\\ /', 'SELECT 1']],
    ['no name', '\\ x; \\d\nSELECT 1', ['\\ x; \\d', 'SELECT 1']],
    ['no name of psql’s', "\\'; \\r\nSELECT 1", ["\\'; \\r", 'SELECT 1']],
    ['end of rows that nothing reads', '\\.\nSELECT 1', ['\\.', 'SELECT 1']],
    [
      'sending',
      'SELECT 1 \\gx\nSELECT 2 \\gset p_ \nSELECT 3',
      ['SELECT 1', '\\gx', 'SELECT 2', '\\gset p_', 'SELECT 3'],
    ],
    [
      'sending from within parentheses',
      'SELECT (1 \\g\nSELECT 2; SELECT 3',
      ['SELECT (1', '\\g', 'SELECT 2', 'SELECT 3'],
    ],
    ['sending to a program', 'SELECT 1 \\g | cat; \\d\nSELECT 2', ['SELECT 1', '\\g | cat; \\d', 'SELECT 2']],
    ['sending nothing', '/* a */ \\g\n', ['\\g']],
    ['in quotes', "SELECT '\n\\d\n', $$\n\\d\n$$", ["SELECT '\n\\d\n', $$\n\\d\n$$"]],
    ['in comments', 'SELECT 1 /*\n\\d\n*/ -- \\g\n + 1', ['SELECT 1 /*\n\\d\n*/ -- \\g\n + 1']],
  ];
  for (const [name, source, expected] of table) {
    it(name, () => {
      assert.deepEqual(texts(source), expected);
    });
  }

  it('gives their names as psql reads them', () => {
    const names = split('\\d+ t\n\\?\n\\copy t to x\n\\a\\t\n\\foo;\n\\').map(
      (piece) => piece.kind === 'psql' && piece.name,
    );
    assert.deepEqual(names, ['\\d+', '\\?', '\\copy', '\\a', '\\t', '\\foo;', '\\']);
  });

  const interrupted: [name: string, source: string, command: string, next: string[]][] = [
    [
      'a command that sends nothing',
      'DELETE FROM t\n\\set x ;\nWHERE id = 1; SELECT 2',
      '\\set',
      ['SELECT 2'],
    ],
    ['two statements sent together', 'SELECT 1 \\; SELECT 2; SELECT 3', '\\;', ['SELECT 3']],
    ['a colon', 'SELECT 1 \\:: int; SELECT 2', '\\:', ['SELECT 2']],
    ['the first of several', "SELECT 1 \\echo ' \n \\set y \n; SELECT 2", '\\echo', ['SELECT 2']],
    ['a statement thrown away', 'DELETE FROM (t \\r\nSELECT 2; SELECT 3', '\\r', ['SELECT 2', 'SELECT 3']],
    ['a command before one that sends', 'SELECT $1 \\bind 1 \\g\nSELECT 2', '\\bind', ['\\g', 'SELECT 2']],
  ];
  for (const [name, source, command, next] of interrupted) {
    it(`never gives half a statement: ${name}`, () => {
      const [first, ...rest] = split(source);
      assert(first?.kind === 'sql');
      assert.equal(first.interruptedBy?.name, command);
      assert.equal(first.interruptedBy.start, source.indexOf(command));
      assert(first.text.includes(first.interruptedBy.text));
      assert.deepEqual(
        rest.map(({ text }) => text),
        next,
      );
    });
  }

  it('reads the body of a function behind \\; as one of its own', () => {
    const source = 'SELECT 1 \\; CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; END';
    assert.equal(only(`${source};`).text, source);
  });
});

describe('split: rows behind COPY', () => {
  const reading = [
    'COPY t FROM STDIN',
    'copy t (a, "b;") from stdin with (format csv)',
    'COPY t FROM /* c */ stdin',
    'COPY t FROM STDOUT',
  ];
  for (const statement of reading) {
    it(`are found behind ${statement}`, () => {
      const source = `${statement}; -- comment\n1\tit's;\n\\N\t$$\n\\.\nSELECT 1;`;
      const [copy, select, ...rest] = split(source);
      assert.equal(copy?.text, statement);
      assert.equal(rowsOf(source, copy), "1\tit's;\n\\N\t$$\n");
      assert.equal(select?.text, 'SELECT 1');
      assert.equal(select.line, 5);
      assert.deepEqual(rest, []);
    });
  }

  const others = [
    'COPY t TO STDOUT',
    "COPY t FROM '/tmp/stdin'",
    'COPY (SELECT * FROM stdin) TO STDOUT',
    "COPY t TO PROGRAM $$psql -c 'COPY t FROM STDIN'$$",
    'SELECT copy FROM stdin',
    'COPY t /* FROM STDIN */ TO STDOUT',
    'COPY t FROM "stdin"',
  ];
  for (const statement of others) {
    it(`are not looked for behind ${statement}`, () => {
      const [piece, select] = split(`${statement};\nSELECT 1;\n\\.\n`);
      assert.equal(piece?.text, statement);
      assert.equal(piece.copyData, undefined);
      assert.equal(select?.text, 'SELECT 1');
    });
  }

  const ends: [name: string, source: string, rows: string, next: string[]][] = [
    ['with CRLF', 'COPY t FROM STDIN;\r\n1\r\n\\.\r\nSELECT 1', '1\r\n', ['SELECT 1']],
    ['with no rows', 'COPY t FROM STDIN;\n\\.\nSELECT 1', '', ['SELECT 1']],
    ['with the text', 'COPY t FROM STDIN;\n1\n2;', '1\n2;', []],
    ['with the text, behind \\.', 'COPY t FROM STDIN;\n1\n\\.', '1\n', []],
    ['with the statement', 'COPY t FROM STDIN', '', []],
    [
      'only at a line that is \\.',
      'COPY t FROM STDIN;\n\\.x\n \\.\n\\.\nSELECT 1',
      '\\.x\n \\.\n',
      ['SELECT 1'],
    ],
    ['with the statement, before a comment', 'COPY t FROM STDIN\n-- c\n', '', []],
    [
      'behind what sends, on a line of its own',
      'COPY t FROM STDIN\n\\g\n1;\n\\.\nSELECT 1',
      '1;\n',
      ['\\g', 'SELECT 1'],
    ],
    ['behind what sends', 'COPY t FROM STDIN \\g\n1;\n\\.\nSELECT 1', '1;\n', ['\\g', 'SELECT 1']],
    [
      'behind the rest of the line',
      'COPY t FROM STDIN; SELECT 1;\n1;\n\\.\nSELECT 2',
      '1;\n',
      ['SELECT 1', 'SELECT 2'],
    ],
    [
      'behind a comment over lines',
      'COPY t FROM STDIN; /* a\n1\n */\n\\.\nSELECT 1',
      '1\n */\n',
      ['SELECT 1'],
    ],
  ];
  for (const [name, source, rows, next] of ends) {
    it(`end ${name}`, () => {
      const [copy, ...rest] = split(source);
      assert.equal(rowsOf(source, copy), rows);
      assert.deepEqual(
        rest.map(({ text }) => text),
        next,
      );
    });
  }

  it('of two statements on a line follow one another', () => {
    const source = 'COPY a FROM STDIN; COPY b FROM STDIN;\n1\n\\.\n2\n\\.\nSELECT 1;';
    const [a, b, select] = split(source);
    assert.equal(rowsOf(source, a), '1\n');
    assert.equal(rowsOf(source, b), '2\n');
    assert.equal(select?.text, 'SELECT 1');
  });

  it('belong to \\copy … from stdin, too', () => {
    for (const command of ['\\copy t from stdin', '\\COPY t (a) FROM STDIN csv']) {
      const source = `${command}\n1;\n\\.\nSELECT 1;`;
      const [copy, select] = split(source);
      assert.equal(copy?.text, command);
      assert.equal(rowsOf(source, copy), '1;\n');
      assert.equal(select?.text, 'SELECT 1');
    }
  });

  it("are not looked for behind \\copy … from 'a file'", () => {
    assert.deepEqual(texts("\\copy t from 'stdin'\nSELECT 1;"), ["\\copy t from 'stdin'", 'SELECT 1']);
  });
});

describe('split: places', () => {
  it('gives offsets and lines', () => {
    const source = '\r\n-- c\r\nSELECT\r\n1 -- d\r\n ;\n\n  \\d t \nSELECT 2';
    const [first, command, last] = split(source);
    assert(first?.kind === 'sql' && command?.kind === 'psql' && last?.kind === 'sql');
    assert.equal(source.slice(first.start, first.end), 'SELECT\r\n1');
    assert.equal(first.terminatorEnd, source.indexOf(';') + 1);
    assert.equal(source.slice(command.start, command.end), '\\d t');
    assert.equal(last.terminatorEnd, last.end);
    assert.deepEqual([first.line, command.line, last.line], [3, 7, 8]);
  });

  it('counts UTF-16 code units', () => {
    const source = "SELECT '😀'; SELECT 2";
    assert.equal(split(source)[1]?.start, source.indexOf('SELECT 2'));
  });
});

describe('split: speed', () => {
  it('is linear in the length of the text', function () {
    this.timeout(20_000);
    // Each would take minutes if a piece cost a look at all that follows it.
    const shapes = [
      'x;',
      '\\a',
      'select 1 \\; ',
      '$a',
      "'a'",
      '/* ',
      'copy t from stdin;\n\\.\n',
      "e'\\'",
      ':a$$',
    ];
    for (const shape of shapes) {
      const source = shape.repeat(300_000 / shape.length);
      assert(split(source).length > 0, shape);
    }
  });
});
