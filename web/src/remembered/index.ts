/**
 * What this browser remembers on this device, and nowhere else. Each entry is one key of local storage, or (the place in
 * a room and the numbers of its people) of the tab's own; a browser that refuses storage (private windows of some)
 * simply forgets.
 */
import { parseNumbers, parsePlace, type RememberedNumbers, type RememberedPlace } from "./places";

export { isWorthTrying, wayKey, type RememberedPlace } from "./places";

export interface RememberedDevices {
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly speaker: string | null;
}

export const DEFAULT_DEVICES: RememberedDevices = { microphone: null, camera: null, speaker: null };

/**
 * Every key the client writes, for the data inventory: the name last used, the devices, language, colours, whether the
 * call answers to single keys; for one tab, the place in a room and the numbers beside people's names.
 */
export const KEYS = {
  name: "preau.name",
  devices: "preau.devices",
  language: "preau.language",
  theme: "preau.theme",
  shortcuts: "preau.shortcuts",
  place: "preau.place",
  numbers: "preau.numbers",
} as const;

type Kept = "localStorage" | "sessionStorage";

function read(key: string, kept: Kept = "localStorage"): string | null {
  try {
    return window[kept].getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null, kept: Kept = "localStorage"): void {
  try {
    if (value === null) window[kept].removeItem(key);
    else window[kept].setItem(key, value);
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
  place: () => parsePlace(read(KEYS.place, "sessionStorage")),
  rememberPlace: (place: RememberedPlace | null) =>
    write(KEYS.place, place && JSON.stringify(place), "sessionStorage"),
  numbers: (room: string) => parseNumbers(read(KEYS.numbers, "sessionStorage"), room),
  rememberNumbers: (numbers: RememberedNumbers) =>
    write(KEYS.numbers, JSON.stringify(numbers), "sessionStorage"),
  shortcuts: () => read(KEYS.shortcuts) !== "off",
  rememberShortcuts: (isOn: boolean) => write(KEYS.shortcuts, isOn ? "on" : "off"),
} as const;
