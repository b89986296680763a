import { useState } from "preact/hooks";
import { isDark, setTheme, theme } from "../lib/theme";
import { Icon } from "./icons";

export function ThemeButton() {
  const [, redraw] = useState(0);
  const next = { system: isDark() ? "light" : "dark", light: "dark", dark: "system" } as const;
  const word = theme();
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Theme: ${word}. Switch to ${next[word]}`}
      title={`Theme: ${word}`}
      onClick={() => {
        setTheme(next[word]);
        redraw((n) => n + 1);
      }}
    >
      <Icon name="theme" />
    </button>
  );
}
