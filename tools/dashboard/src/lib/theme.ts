// Light, dark or the system's. Loaded by the head before the first paint; the side bar's switch uses it too.

const storageName = "pulter.theme";
export type Theme = "system" | "light" | "dark";

export function theme(): Theme {
  try {
    const value = localStorage.getItem(storageName);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

export function isDark(): boolean {
  const chosen = theme();
  return chosen === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("themechange"));
}

export function setTheme(value: Theme): void {
  localStorage.setItem(storageName, value);
  applyTheme();
}
