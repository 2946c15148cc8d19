/** Calls `move` while the pointer moves, until it is released; then `end`. */
export function drag(down: PointerEvent, move: (event: PointerEvent) => void, end?: () => void): void {
  // What was pressed takes the capture, because clicks go to where that is.
  const element = down.target;
  if (!(element instanceof HTMLElement)) return;
  element.setPointerCapture(down.pointerId);
  const ended = new AbortController();
  const { signal } = ended;
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener(
    'lostpointercapture',
    () => {
      ended.abort();
      end?.();
    },
    { signal },
  );
}
