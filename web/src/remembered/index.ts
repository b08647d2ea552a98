/**
 * What this browser remembers on this device, and nowhere else. Each entry is one key of local storage; a browser
 * that refuses storage (private windows of some) simply forgets.
 */

export interface RememberedDevices {
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly speaker: string | null;
}

export const DEFAULT_DEVICES: RememberedDevices = { microphone: null, camera: null, speaker: null };

/**
 * Every key the client writes, for the data inventory: the name last used, the devices, language, colours, and
 * whether the call answers to single keys.
 */
export const KEYS = {
  name: "preau.name",
  devices: "preau.devices",
  language: "preau.language",
  theme: "preau.theme",
  shortcuts: "preau.shortcuts",
} as const;

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // Storage is full or refused: the page works all the same, it only forgets.
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Devices out of what was stored, whatever that is. */
export function parseDevices(stored: string | null): RememberedDevices {
  if (stored === null) return DEFAULT_DEVICES;
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== "object" || value === null) return DEFAULT_DEVICES;
    const { microphone, camera, speaker } = value as Record<string, unknown>;
    return { microphone: text(microphone), camera: text(camera), speaker: text(speaker) };
  } catch {
    return DEFAULT_DEVICES;
  }
}

export const remembered = {
  name: () => read(KEYS.name) ?? "",
  rememberName: (name: string) => write(KEYS.name, name),
  devices: () => parseDevices(read(KEYS.devices)),
  rememberDevices: (devices: RememberedDevices) => write(KEYS.devices, JSON.stringify(devices)),
  language: () => read(KEYS.language),
  rememberLanguage: (language: string) => write(KEYS.language, language),
  theme: () => read(KEYS.theme),
  rememberTheme: (theme: string) => write(KEYS.theme, theme),
  shortcuts: () => read(KEYS.shortcuts) !== "off",
  rememberShortcuts: (isOn: boolean) => write(KEYS.shortcuts, isOn ? "on" : "off"),
} as const;
