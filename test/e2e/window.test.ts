import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { useWindow } from './harness.ts';

describe('the window', () => {
  const window = useWindow();

  it('has the icon of Citus in the activity bar, which opens its view', async () => {
    assert.equal(await window().viewIcon.isVisible(), true);
    await window().openView();
    await window().screenshot('view-dark');
    await window().useTheme('light');
    await window().screenshot('view-light');
  });
});
