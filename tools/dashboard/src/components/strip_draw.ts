// How a cell of the batch strip looks. Each outcome has a shape of its own, so that colour is never alone.

import type { Code } from "../lib/strip_model";

export interface Palette {
  surface: string;
  ok: string;
  warn: string;
  bad: string;
  accent: string;
  accentBg: string;
  line2: string;
  line: string;
  grey: string;
  tx: string;
  empty: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    surface: of("--surface"),
    ok: of("--ok-fill"),
    warn: of("--warn-fill"),
    bad: of("--bad-fill"),
    accent: of("--accent"),
    accentBg: of("--accent-bg"),
    line: of("--line"),
    line2: of("--line2"),
    grey: of("--tx3"),
    tx: of("--tx"),
    empty: of("--mute-bg"),
  };
}

type Context = CanvasRenderingContext2D;

function box(c: Context, x: number, y: number, w: number, h: number, r: number): void {
  c.beginPath();
  c.roundRect(x, y, w, h, Math.min(r, w / 3, h / 3));
}

function outline(c: Context, x: number, y: number, w: number, h: number, colour: string, width = 1): void {
  c.strokeStyle = colour;
  c.lineWidth = width;
  box(c, x + width / 2, y + width / 2, w - width, h - width, 2);
  c.stroke();
}

/** Draws one cell into (x, y, w, h). `dense`: a cell that stands for many batches; unsent ones are then filled. */
export function drawCell(c: Context, code: Code, x: number, y: number, w: number, h: number, p: Palette, dense: boolean): void {
  c.clearRect(x - 1, y - 1, w + 2, h + 2);
  switch (code) {
    case "d":
      c.fillStyle = p.ok;
      box(c, x, y, w, h, 2);
      c.fill();
      break;
    case "r": {
      const foot = Math.max(3, Math.round(h * 0.3));
      c.fillStyle = p.ok;
      box(c, x, y, w, h - foot - 1.5, 2);
      c.fill();
      c.fillStyle = p.warn;
      box(c, x, y + h - foot, w, foot, 1.5);
      c.fill();
      break;
    }
    case "e": {
      const cut = Math.min(w, h) * 0.62;
      c.fillStyle = p.ok;
      c.beginPath();
      c.moveTo(x + 1, y);
      c.lineTo(x + w - cut, y);
      c.lineTo(x + w, y + cut);
      c.lineTo(x + w, y + h);
      c.lineTo(x + 1, y + h);
      c.lineTo(x, y + h - 1);
      c.lineTo(x, y + 1);
      c.closePath();
      c.fill();
      break;
    }
    case "f":
      c.fillStyle = p.accentBg;
      box(c, x, y, w, h, 2);
      c.fill();
      c.fillStyle = p.accent;
      c.fillRect(x, y + h / 2, w, h / 2);
      outline(c, x, y, w, h, p.accent, 1.5);
      break;
    case "w":
      outline(c, x, y, w, h, p.warn, 1.5);
      c.fillStyle = p.warn;
      c.beginPath();
      c.arc(x + w / 2, y + h / 2, Math.max(1.3, Math.min(w, h) / 7), 0, 2 * Math.PI);
      c.fill();
      break;
    case "h": {
      c.fillStyle = p.bad;
      box(c, x, y, w, h, 2);
      c.fill();
      const arm = Math.min(w, h) / 4;
      c.strokeStyle = p.surface;
      c.lineWidth = 1.5;
      c.beginPath();
      c.moveTo(x + w / 2 - arm, y + h / 2 - arm);
      c.lineTo(x + w / 2 + arm, y + h / 2 + arm);
      c.moveTo(x + w / 2 + arm, y + h / 2 - arm);
      c.lineTo(x + w / 2 - arm, y + h / 2 + arm);
      c.stroke();
      break;
    }
    case "x":
      outline(c, x, y, w, h, p.grey);
      c.strokeStyle = p.grey;
      c.lineWidth = 1;
      c.beginPath();
      c.moveTo(x + 2, y + h - 2);
      c.lineTo(x + w - 2, y + 2);
      c.stroke();
      break;
    default:
      if (dense) {
        c.fillStyle = p.empty;
        box(c, x, y, w, h, 2);
        c.fill();
      } else {
        outline(c, x, y, w, h, p.line2);
      }
  }
}
