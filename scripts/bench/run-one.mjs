import { pathToFileURL } from 'node:url';

/** Runs one benchmark in a process of its own and sends its name and results to the parent. */
const [, , file = ''] = process.argv;
const { name, run } = await import(pathToFileURL(file).href);
process.send?.({ name, results: await run() });
process.disconnect();
