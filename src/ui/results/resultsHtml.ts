/**
 * The page of the results webview. Its policy lets it load our script and our style, and nothing else.
 * @param page.cspSource where a webview's files come from
 * @param page.nonce a value that nobody can guess, made anew for each page
 * @param page.document URI of the one file whose results it shows
 */
export function resultsHtml(page: {
  cspSource: string;
  nonce: string;
  script: string;
  style: string;
  document?: string;
}): string {
  const policy = `default-src 'none'; style-src ${page.cspSource}; script-src 'nonce-${page.nonce}'`;
  const document = page.document === undefined ? '' : ` data-document="${attribute(page.document)}"`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <link rel="stylesheet" href="${page.style}" />
    <title>Results</title>
  </head>
  <body${document}>
    <script type="module" nonce="${page.nonce}" src="${page.script}"></script>
  </body>
</html>`;
}

/** A text as an attribute's value in double quotes holds it. */
const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
