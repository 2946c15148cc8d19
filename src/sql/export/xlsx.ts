import type * as Fflate from 'fflate';
import type { Row } from '../../postgres/dataRows.ts';
import { ExportError, type ExportColumn } from './format.ts';
import { BOOLEAN, isNumber, NUMBER } from './valueTypes.ts';

/** What a sheet of Excel can hold, its header among the rows ("Excel specifications and limits"). */
export const SHEET_ROWS = 1_048_576;
const SHEET_COLUMNS = 16_384;
const CELL_CHARACTERS = 32_767;
/** Digits that Excel keeps of a number; those that follow become zeros. */
const DIGITS = 15;
/** A part of a ZIP file can't be longer without extensions that the library lacks. */
const PART_BYTES = 0xffff_ffff;

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The parts of a workbook with one sheet (ECMA-376, part 1, 12), apart from the sheet. Style 1 is bold. */
const PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPES}.worksheet+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="Result" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>`,
};
const SHEET_START = `<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;
const SHEET_END = '</sheetData></worksheet>';

/**
 * An Excel workbook with one sheet, whose first row has the columns' names, made piece by piece: no more than what was
 * given last is in memory. Numbers of more digits than Excel keeps, dates and everything else are texts, as the server
 * printed them; NULL is no cell at all, unlike ''.
 */
export class Workbook {
  readonly #columns: readonly ExportColumn[];
  readonly #letters: readonly string[];
  readonly #zip: Fflate.Zip;
  readonly #sheet: Fflate.ZipDeflate;
  readonly #encoder = new TextEncoder();
  #out: Uint8Array[] = [];
  #problem: Error | undefined;
  #rows = 0;
  #bytes = 0;

  /** Loads what packs a workbook. @throws ExportError where the columns are too many */
  static async create(columns: readonly ExportColumn[]): Promise<Workbook> {
    if (columns.length > SHEET_COLUMNS)
      throw new ExportError('value-too-long', `An Excel sheet has at most ${SHEET_COLUMNS} columns.`);
    return new Workbook(columns, await import('fflate'));
  }

  private constructor(columns: readonly ExportColumn[], fflate: typeof Fflate) {
    this.#columns = columns;
    this.#zip = new fflate.Zip((error, chunk) => {
      if (error) this.#problem = error;
      else this.#out.push(chunk);
    });
    for (const [name, content] of Object.entries(PARTS)) {
      const part = new fflate.ZipPassThrough(name);
      this.#zip.add(part);
      part.push(this.#encoder.encode(XML + content), true);
    }
    this.#sheet = new fflate.ZipDeflate('xl/worksheets/sheet1.xml', { level: 3 });
    this.#zip.add(this.#sheet);
    this.#letters = columns.map((_, index) => columnLetters(index));
    const names = columns.map(({ name }, index) =>
      textCell(`${this.#letters[index] ?? ''}1`, name, ' s="1"'),
    );
    this.#push(`${XML}${SHEET_START}<row r="1">${names.join('')}</row>`, false);
  }

  /**
   * Adds rows.
   * @returns the next bytes of the file
   * @throws ExportError where a sheet or a cell can't hold them
   */
  add(rows: readonly Row[]): Uint8Array[] {
    let text = '';
    for (const row of rows) {
      this.#rows += 1;
      if (this.#rows >= SHEET_ROWS) throw tooManyRows();
      text += `<row r="${this.#rows + 1}">${row.map((value, column) => this.#cell(value, column)).join('')}</row>`;
    }
    this.#push(text, false);
    return this.#taken();
  }

  /** @returns the last bytes of the file */
  end(): Uint8Array[] {
    this.#push(SHEET_END, true);
    this.#zip.end();
    return this.#taken();
  }

  #cell(value: string | null, column: number): string {
    if (value === null) return '';
    const place = `${this.#letters[column] ?? ''}${this.#rows + 1}`;
    const { name = '', typeOid = 0 } = this.#columns[column] ?? {};
    if (typeOid === BOOLEAN) return `<c r="${place}" t="b"><v>${value === 't' ? 1 : 0}</v></c>`;
    if (isNumber(typeOid) && isKeptWhole(value)) return `<c r="${place}"><v>${value}</v></c>`;
    if (value.length > CELL_CHARACTERS)
      throw new ExportError(
        'value-too-long',
        `“${name}” of row ${this.#rows.toLocaleString('en')} has ${value.length.toLocaleString('en')} characters, and a cell of Excel holds ${CELL_CHARACTERS.toLocaleString('en')}. Export as CSV, which holds it all.`,
      );
    return textCell(place, value);
  }

  #push(text: string, last: boolean): void {
    const bytes = this.#encoder.encode(text);
    this.#bytes += bytes.length;
    if (this.#bytes > PART_BYTES)
      throw new ExportError('too-long', 'The sheet would be larger than 4 GB. Export as CSV, or fewer rows.');
    this.#sheet.push(bytes, last);
  }

  #taken(): Uint8Array[] {
    if (this.#problem) throw this.#problem;
    const out = this.#out;
    this.#out = [];
    return out;
  }
}

/** Why more rows than a sheet has are not exported. */
export const tooManyRows = (): ExportError =>
  new ExportError(
    'too-many-rows',
    `A sheet of Excel holds ${(SHEET_ROWS - 1).toLocaleString('en')} rows below its header, and there are more. Export as CSV, or fewer rows.`,
  );

/** Whether Excel, whose numbers are doubles of 15 digits, keeps a number exactly. */
const isKeptWhole = (value: string): boolean => {
  if (!NUMBER.test(value) || value === '-0') return false;
  const [mantissa = ''] = value.split(/[eE]/);
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '');
  return (
    digits.length <= DIGITS &&
    Math.abs(Number(value)) < 1e300 &&
    (Number(value) === 0 || Math.abs(Number(value)) > 1e-300)
  );
};

/** `A`, `B`, … `Z`, `AA`: how Excel names columns. @param index from 0 */
const columnLetters = (index: number): string =>
  (index < 26 ? '' : columnLetters(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26));

const textCell = (place: string, text: string, style = ''): string =>
  `<c r="${place}" t="inlineStr"${style}><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '_x000D_' };

/** Characters that XML can't have are written as `_x0001_` (ECMA-376, part 1, 22.9.2.19), and what reads like that, too. */
const xmlText = (text: string): string =>
  text.replace(
    // eslint-disable-next-line no-control-regex
    /[&<>\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g,
    (found) =>
      ESCAPES[found] ??
      (found === '_' ? '_x005F_' : `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`),
  );
