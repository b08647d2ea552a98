import { useText } from "../../i18n";
import type { RememberedDevices } from "../../remembered";
import { canChooseSpeaker, type Device, type DeviceKind, type DeviceList } from "../../rtc/devices";
import { Card } from "../../ui/Card";
import { Select } from "../../ui/Select";
import styles from "./DevicePanel.module.css";
import { SpeakerTest } from "./SpeakerTest";

interface DeviceSelectProps {
  kind: DeviceKind;
  devices: readonly Device[];
  chosen: string | null;
  onChoose: (deviceId: string | null) => void;
}

function DeviceSelect({ kind, devices, chosen, onChoose }: DeviceSelectProps) {
  const text = useText();
  const named = devices.map((device, index) => ({
    value: device.id,
    label: device.label === "" ? text("preJoin.device.unnamed", { number: index + 1 }) : device.label,
  }));
  const isKnown = devices.some((device) => device.id === chosen);
  return (
    <Select
      label={text(`preJoin.device.${kind}`)}
      value={isKnown && chosen !== null ? chosen : ""}
      options={[{ value: "", label: text("preJoin.device.system") }, ...named]}
      onChange={(value) => onChoose(value === "" ? null : value)}
      isDisabled={devices.length === 0}
      hint={devices.length === 0 ? text("preJoin.device.afterTurningOn") : undefined}
    />
  );
}

export interface DevicePanelProps {
  id: string;
  devices: DeviceList;
  chosen: RememberedDevices;
  onChoose: (kind: DeviceKind, deviceId: string | null) => void;
}

/** Which microphone, camera and speaker, and whether the speaker is heard. */
export function DevicePanel({ id, devices, chosen, onChoose }: DevicePanelProps) {
  const kinds: readonly DeviceKind[] = canChooseSpeaker()
    ? ["microphone", "camera", "speaker"]
    : ["microphone", "camera"];
  return (
    <Card id={id} className={styles.panel}>
      {kinds.map((kind) => (
        <DeviceSelect
          key={kind}
          kind={kind}
          devices={devices[kind]}
          chosen={chosen[kind]}
          onChoose={(deviceId) => onChoose(kind, deviceId)}
        />
      ))}
      <div className={styles.sound}>
        <SpeakerTest key={chosen.speaker} speaker={chosen.speaker} />
      </div>
    </Card>
  );
}
