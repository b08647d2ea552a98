import { useCallback, useEffect, useState } from "react";
import { listDevices, NO_DEVICES, watchDevices, type DeviceList } from "../../rtc/devices";

/** The devices of this computer, kept current; `refresh` once a permission has given them names. */
export function useDevices(): { devices: DeviceList; refresh: () => void } {
  const [devices, setDevices] = useState<DeviceList>(NO_DEVICES);
  const refresh = useCallback(() => {
    listDevices().then(setDevices, () => setDevices(NO_DEVICES));
  }, []);
  useEffect(() => {
    refresh();
    return watchDevices(refresh);
  }, [refresh]);
  return { devices, refresh };
}
