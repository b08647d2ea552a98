/** Media for the call. The library is large, so it is a chunk of its own that the pre-join page fetches ahead. */
import type { MediaLink } from "./link";

export type { MediaLink, MediaReports } from "./link";
export type { ChosenDevices } from "./own-sources";

/** Fetches the library's chunk, once; the class that links to the media server is in it. */
export async function loadMediaLink(): Promise<typeof MediaLink> {
  return (await import("./link")).MediaLink;
}

export function canShareScreen(): boolean {
  return typeof navigator !== "undefined" && navigator.mediaDevices?.getDisplayMedia !== undefined;
}
