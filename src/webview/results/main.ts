import * as v from 'valibot';
import { ToWebview, type FromWebview } from '../../contract/results.ts';
import { Panel } from './panel.ts';
import { SavedState } from './savedState.ts';

/** Given by the editor to a webview's script, once. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const editor = acquireVsCodeApi();
const panel = new Panel(
  document.body,
  new SavedState(editor, document.body.dataset['document']),
  (message) => {
    editor.postMessage(message);
  },
);

window.addEventListener('message', (event) => {
  const message = v.safeParse(ToWebview, event.data);
  if (message.success) panel.take(message.output);
  else
    console.error(
      'A message from the extension is not one that this panel knows:',
      v.summarize(message.issues),
    );
});
editor.postMessage({ type: 'ready' });
