// Drawn for this page on a grid of 16; the line takes the colour of the text. Never read aloud: a word stands beside.

import type { ComponentChildren } from "preact";

const paths: Record<string, ComponentChildren> = {
  overview: <path d="M2.5 13.5V8.5M6 13.5V3M10 13.5V6M13.5 13.5V9.5" />,
  imports: <path d="M2.5 4h11M2.5 8h11M2.5 12h6.5" />,
  events: <path d="M1.5 8.5h3l2-5.5 3 10 2-4.5h3" />,
  webhooks: (
    <>
      <circle cx="8" cy="4" r="2" />
      <circle cx="3.8" cy="11.6" r="2" />
      <circle cx="12.2" cy="11.6" r="2" />
      <path d="M7 5.8 4.8 9.8M9 5.8l2.2 4M5.8 11.6h4.4" />
    </>
  ),
  importers: <path d="M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.5v6" />,
  upload: <path d="M8 10V2.5M5 5.2 8 2.3l3 2.9M2.5 10.5v3h11v-3" />,
  download: <path d="M8 2.5V10M5 7.2 8 10.2l3-3M2.5 10.5v3h11v-3" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="m10 10 3.5 3.5" />
    </>
  ),
  copy: <path d="M5.5 5.5h7.5v7.5H5.5zM3 10.5V3h7.5" />,
  resend: <path d="M12.8 7A5 5 0 1 0 13 9M13.2 3.5V7H9.7" />,
  eye: (
    <>
      <path d="M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8Z" />
      <circle cx="8" cy="8" r="1.8" />
    </>
  ),
  eyeOff: <path d="M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8ZM3 13 13 3" />,
  left: <path d="M9.8 3.8 5.6 8l4.2 4.2" />,
  right: <path d="M6.2 3.8 10.4 8l-4.2 4.2" />,
  down: <path d="m4.3 6.3 3.7 3.7 3.7-3.7" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  file: <path d="M4 1.8h5.5L13 5.3v8.9H4zM9.3 1.8v3.7H13" />,
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" stroke="none" />
    </>
  ),
  warning: <path d="M8 2.3 14.2 13H1.8zM8 6.3v3.2M8 11.2v.4" />,
  info: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 7.3v3.9M8 4.8v.4" />
    </>
  ),
  delivered: (
    <>
      <circle cx="8" cy="8" r="5.7" />
      <path d="m5.3 8.2 1.9 1.9 3.5-3.9" />
    </>
  ),
  delivering: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5a5.5 5.5 0 0 0 0 11z" fill="currentColor" stroke="none" />
    </>
  ),
  queued: <circle cx="8" cy="8" r="5.5" />,
  pending: <circle cx="8" cy="8" r="5.5" stroke-dasharray="2.6 2" />,
  waiting: (
    <>
      <circle cx="8" cy="8" r="5.7" />
      <path d="M8 4.8V8l2 1.5" />
    </>
  ),
  paused: <path d="M5.5 3.5v9M10.5 3.5v9" stroke-width="2" />,
  halted: <path d="M5.6 2.2h4.8l3.4 3.4v4.8l-3.4 3.4H5.6l-3.4-3.4V5.6zM8 4.9v3.7M8 10.7v.4" />,
  failed: (
    <>
      <circle cx="8" cy="8" r="5.7" />
      <path d="m5.9 5.9 4.2 4.2M10.1 5.9l-4.2 4.2" />
    </>
  ),
  disabled: (
    <>
      <circle cx="8" cy="8" r="5.7" />
      <path d="m4.2 11.8 7.6-7.6" />
    </>
  ),
  refused: (
    <>
      <circle cx="8" cy="8" r="5.7" />
      <path d="M5.3 8h5.4" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="5.7" />
      <path d="M6.3 6.4a1.7 1.7 0 1 1 2.5 1.5c-.6.3-.8.7-.8 1.3M8 11.1v.3" />
    </>
  ),
};

export type IconName = keyof typeof paths & string;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {paths[name]}
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 18 14" width="18" height="14" aria-hidden="true">
      <rect x="1" y="1" width="16" height="3" rx="1" fill="currentColor" />
      <rect x="1" y="5.5" width="11" height="3" rx="1" fill="currentColor" />
      <rect x="1" y="10" width="6.5" height="3" rx="1" fill="currentColor" />
    </svg>
  );
}
