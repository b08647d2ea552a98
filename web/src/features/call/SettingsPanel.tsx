import { useCallback, useEffect, useState } from "react";
import { useText } from "../../i18n";
import { remembered, type RememberedDevices } from "../../remembered";
import {
  canChooseSpeaker,
  listDevices,
  NO_DEVICES,
  watchDevices,
  type Device,
  type DeviceKind,
  type DeviceList,
} from "../../rtc/devices";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Select } from "../../ui/Select";
import { useCall, useRoomParts } from "./CallContext";
import styles from "./SettingsPanel.module.css";
import { SidePanel } from "./SidePanel";
import { Switch } from "./Switch";

/** The devices of this computer, kept current; asked again when `stir` changes, as a permission names them. */
function useDeviceList(stir: string): DeviceList {
  const [devices, setDevices] = useState<DeviceList>(NO_DEVICES);
  const refresh = useCallback(() => {
    listDevices().then(setDevices, () => setDevices(NO_DEVICES));
  }, []);
  useEffect(refresh, [refresh, stir]);
  useEffect(() => watchDevices(refresh), [refresh]);
  return devices;
}

export interface SettingsPanelProps {
  hasShortcuts: boolean;
  onShortcuts: (on: boolean) => void;
  onShowShortcuts: () => void;
  onClose: () => void;
}

export function SettingsPanel({ hasShortcuts, onShortcuts, onShowShortcuts, onClose }: SettingsPanelProps) {
  const text = useText();
  const { microphone, camera } = useRoomParts("sources").sources;
  const devices = useDeviceList(`${microphone.actual} ${camera.actual}`);
  return (
    <SidePanel title={text("call.settings")} onClose={onClose}>
      <DeviceChoices devices={devices} />
      <hr className={styles.line} />
      <Switch isOn={hasShortcuts} onChange={onShortcuts}>
        {text("call.settings.shortcuts")}
      </Switch>
      <Button onPress={onShowShortcuts}>{text("call.shortcuts.show")}</Button>
    </SidePanel>
  );
}

function DeviceChoices({ devices }: { devices: DeviceList }) {
  const text = useText();
  const call = useCall();
  const [chosen, setChosen] = useState<RememberedDevices>(remembered.devices);
  const [failed, setFailed] = useState<DeviceKind | null>(null);

  async function choose(kind: DeviceKind, deviceId: string) {
    const next = { ...chosen, [kind]: deviceId === "" ? null : deviceId };
    setFailed(null);
    setChosen(next);
    remembered.rememberDevices(next);
    try {
      await call.chooseDevice(kind, deviceId === "" ? "default" : deviceId);
    } catch {
      setFailed(kind);
    }
  }

  const kinds: readonly DeviceKind[] = canChooseSpeaker()
    ? ["microphone", "camera", "speaker"]
    : ["microphone", "camera"];
  return (
    <>
      {kinds.map((kind) => (
        <div key={kind} className={styles.device}>
          <Select
            label={text(`call.settings.${kind}`)}
            value={devices[kind].some((device) => device.id === chosen[kind]) ? (chosen[kind] ?? "") : ""}
            onChange={(deviceId) => void choose(kind, deviceId)}
            options={optionsOf(devices[kind], text("call.settings.standard"), (number) =>
              text("call.settings.unnamed", { number }),
            )}
          />
          {failed === kind && <Notice kind="attention">{text("call.settings.failed")}</Notice>}
        </div>
      ))}
    </>
  );
}

function optionsOf(devices: readonly Device[], standard: string, unnamed: (number: number) => string) {
  const named = devices.map(({ id, label }, index) => ({ value: id, label: label || unnamed(index + 1) }));
  return [{ value: "", label: standard }, ...named];
}
