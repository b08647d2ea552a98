import { useCallback, useEffect, useRef, useState } from "react";
import { DeviceError, type DeviceProblem } from "../../rtc/devices";

/** One device before the call: off, being opened, live, or refused. */
export type PreviewState<Live> =
  | { readonly state: "off" }
  | { readonly state: "starting" }
  | { readonly state: "live"; readonly live: Live }
  | { readonly state: "failed"; readonly problem: DeviceProblem };

export interface Openable {
  readonly deviceId: string | null;
  readonly onEnded: (listener: () => void) => void;
  readonly stop: () => void;
}

export interface DevicePreview<Live> {
  readonly now: PreviewState<Live>;
  /** Opens the device, or another one instead of the one that is open. */
  readonly start: (deviceId: string | null) => void;
  readonly stop: () => void;
}

/** Holds at most one open device, and lets go of it when the page goes. */
export function usePreview<Live extends Openable>(
  open: (deviceId: string | null) => Promise<Live>,
): DevicePreview<Live> {
  const [now, setNow] = useState<PreviewState<Live>>({ state: "off" });
  const held = useRef<Live | null>(null);
  // Each start or stop makes what an earlier start still brings out of date.
  const turn = useRef(0);

  const release = useCallback(() => {
    turn.current += 1;
    held.current?.stop();
    held.current = null;
    return turn.current;
  }, []);

  const stop = useCallback(() => {
    release();
    setNow({ state: "off" });
  }, [release]);

  const start = useCallback(
    (deviceId: string | null) => {
      const mine = release();
      setNow({ state: "starting" });
      const fail = (problem: DeviceProblem) => {
        if (turn.current !== mine) return;
        release();
        setNow({ state: "failed", problem });
      };
      open(deviceId).then(
        (live) => {
          if (turn.current !== mine) return live.stop();
          held.current = live;
          live.onEnded(() => fail("missing"));
          setNow({ state: "live", live });
        },
        (error: unknown) => fail(error instanceof DeviceError ? error.problem : "failed"),
      );
    },
    [open, release],
  );

  useEffect(() => () => void release(), [release]);
  return { now, start, stop };
}
