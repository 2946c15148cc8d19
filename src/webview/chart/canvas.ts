import { FONT_SIZE, type Picture, type Place, type Shape } from './shapes.ts';

/**
 * Draws a picture.
 * @param scale pixels of the canvas for each px of the picture
 */
export function paint(canvas: HTMLCanvasElement, picture: Picture, scale: number): void {
  const { width, height, background, font, shapes } = picture;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  context.font = `${FONT_SIZE}px ${font}`;
  context.lineJoin = 'round';
  for (const shape of shapes) paintShape(context, shape);
}

function paintShape(context: CanvasRenderingContext2D, shape: Shape): void {
  context.fillStyle = context.strokeStyle = shape.colour;
  switch (shape.type) {
    case 'line':
      context.lineWidth = shape.width;
      context.setLineDash([...shape.dash]);
      trace(context, shape.places);
      context.stroke();
      return;
    case 'box': {
      const { x, y, width, height, filled } = shape;
      context.lineWidth = 1;
      context.setLineDash([]);
      if (filled) context.fillRect(x, y, width, height);
      else context.strokeRect(x, y, width, height);
      return;
    }
    case 'dot':
      trace(context, shape.places);
      context.fill();
      return;
    case 'text':
      context.textAlign = ({ start: 'left', middle: 'center', end: 'right' } as const)[shape.anchor];
      context.fillText(shape.text, shape.x, shape.y);
  }
}

function trace(context: CanvasRenderingContext2D, places: readonly Place[]): void {
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
}

/** The picture as a PNG file in base64, at twice the size, for screens and print that are sharp. */
export function toPng(picture: Picture): string {
  const canvas = document.createElement('canvas');
  paint(canvas, picture, 2);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
