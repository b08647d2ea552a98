import { Camera, CameraOff, Mic, MicOff, Settings2, ShieldAlert } from "lucide-react";
import { useCallback, useEffect, useId, useState } from "react";
import type { Beginnings } from "../../api/types";
import { useText } from "../../i18n";
import { remembered, type RememberedDevices } from "../../remembered";
import { openCamera, openMicrophone, type DeviceKind } from "../../rtc/devices";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { ToggleButton } from "../../ui/ToggleButton";
import { BeginsOff } from "./BeginsOff";
import { wordsAbout } from "./beginnings";
import { DevicePanel } from "./DevicePanel";
import { JoinForm } from "./JoinForm";
import { MicrophoneCheck } from "./MicrophoneCheck";
import styles from "./PreJoin.module.css";
import { Preview } from "./Preview";
import { ProblemNotice } from "./ProblemNotice";
import { useDevices } from "./useDevices";
import { usePreview } from "./usePreview";

/** How somebody wants to enter. */
export interface JoinChoice {
  readonly name: string;
  readonly passcode: string | null;
  readonly microphone: boolean;
  readonly camera: boolean;
  /** Device ids; null is the one the device itself would choose. */
  readonly devices: RememberedDevices;
}

/** What is known of the room and of who comes, before anybody knocks. */
export interface PreJoinLink {
  readonly is_host: boolean;
  /** Null to those who come by the open link. */
  readonly title: string | null;
  /** The name to suggest or, on a personal link, the one to have. */
  readonly name: string | null;
  /** Whose personal link it is; null on the open link. */
  readonly invited_by: string | null;
  readonly passcode: "none" | "needed" | "wrong";
  /** With which devices the room will have them begin; null while that is not known. */
  readonly begins: Beginnings | null;
}

export interface PreJoinProps {
  link: PreJoinLink;
  /** Where a host settles who may come; null for everybody else. */
  settingsPath: string | null;
  onJoin: (choice: JoinChoice) => void;
}

type Previews = ReturnType<typeof usePreviews>;

/** Both devices, which ones are chosen, and what this browser remembers of that. */
function usePreviews() {
  const [chosen, setChosen] = useState(remembered.devices);
  const { devices, refresh } = useDevices();
  const camera = usePreview(openCamera);
  const microphone = usePreview(openMicrophone);
  const [isHeard, setHeard] = useState(false);
  const onVoice = useCallback(() => setHeard(true), []);

  // A permission given is also a permission to know the names of the devices.
  const opened = `${camera.now.state} ${microphone.now.state}`;
  useEffect(refresh, [opened, refresh]);

  function choose(kind: DeviceKind, deviceId: string | null) {
    const next = { ...chosen, [kind]: deviceId };
    setChosen(next);
    remembered.rememberDevices(next);
    if (kind === "camera" && camera.now.state === "live") camera.start(deviceId);
    if (kind === "microphone" && microphone.now.state === "live") listen(deviceId);
  }

  function listen(deviceId: string | null) {
    setHeard(false);
    microphone.start(deviceId);
  }

  return { chosen, choose, devices, camera, microphone, listen, isHeard, onVoice };
}

/** A device still starting was asked for, too. */
function areOn({ camera, microphone }: Previews) {
  const isOn = ({ now }: typeof camera | typeof microphone) =>
    now.state === "live" || now.state === "starting";
  return { camera: isOn(camera), microphone: isOn(microphone) };
}

function Switches({ previews, panelId, isOpen, onToggle, begins, beginsId }: SwitchesProps) {
  const text = useText();
  const { camera, microphone, chosen, listen } = previews;
  const { camera: isCameraOn, microphone: isMicrophoneOn } = areOn(previews);
  const describedBy = begins !== null && wordsAbout(begins).length > 0 ? beginsId : undefined;
  return (
    <div className={styles.switches}>
      <ToggleButton
        className={styles.switch}
        aria-describedby={describedBy}
        isSelected={isMicrophoneOn}
        onChange={(isOn) => (isOn ? listen(chosen.microphone) : microphone.stop())}
      >
        <Icon of={isMicrophoneOn ? Mic : MicOff} />
        {text("preJoin.microphone")}
      </ToggleButton>
      <ToggleButton
        className={styles.switch}
        aria-describedby={describedBy}
        isSelected={isCameraOn}
        onChange={(isOn) => (isOn ? camera.start(chosen.camera) : camera.stop())}
      >
        <Icon of={isCameraOn ? Camera : CameraOff} />
        {text("preJoin.camera")}
      </ToggleButton>
      <Button
        className={styles.switch}
        kind="quiet"
        aria-expanded={isOpen}
        aria-controls={isOpen ? panelId : undefined}
        onPress={onToggle}
      >
        <Icon of={Settings2} />
        {text("preJoin.devices")}
      </Button>
    </div>
  );
}

interface SwitchesProps {
  previews: Previews;
  panelId: string;
  isOpen: boolean;
  onToggle: () => void;
  begins: Beginnings | null;
  beginsId: string;
}

type DevicesProps = Omit<SwitchesProps, "panelId" | "beginsId"> & { name: string };

function Devices({ name, previews, isOpen, onToggle, begins }: DevicesProps) {
  const panelId = useId();
  const beginsId = useId();
  const { camera, microphone, chosen, choose, devices, listen, isHeard, onVoice } = previews;
  return (
    <div className={styles.devices}>
      <Preview name={name} camera={camera.now} microphone={microphone.now} onVoice={onVoice} />
      <Switches {...{ previews, panelId, isOpen, onToggle, begins, beginsId }} />
      {begins !== null && <BeginsOff id={beginsId} begins={begins} isOn={areOn(previews)} />}
      {microphone.now.state === "live" && (
        <MicrophoneCheck
          key={microphone.now.live.deviceId}
          isHeard={isHeard}
          canMeasure={microphone.now.live.canMeasure}
        />
      )}
      {microphone.now.state === "failed" && (
        <ProblemNotice
          kind="microphone"
          problem={microphone.now.problem}
          onTryAgain={() => listen(chosen.microphone)}
        />
      )}
      {camera.now.state === "failed" && (
        <ProblemNotice
          kind="camera"
          problem={camera.now.problem}
          onTryAgain={() => camera.start(chosen.camera)}
        />
      )}
      {isOpen && <DevicePanel id={panelId} devices={devices} chosen={chosen} onChoose={choose} />}
    </div>
  );
}

/** The page before the room. Nothing is captured before an act; who opens a link sees no title and no names. */
export function PreJoin({ link, settingsPath, onJoin }: PreJoinProps) {
  const text = useText();
  const previews = usePreviews();
  const isFixed = link.invited_by !== null;
  const [name, setName] = useState(link.name ?? remembered.name());
  const [isOpen, setOpen] = useState(false);
  const { camera, microphone, chosen } = previews;

  function join(chosenName: string, passcode: string | null) {
    if (!isFixed) remembered.rememberName(chosenName);
    const isOn = areOn(previews);
    camera.stop();
    microphone.stop();
    onJoin({ name: chosenName, passcode, ...isOn, devices: chosen });
  }

  return (
    <Page title={link.title ?? text("preJoin.title")} className={styles.page}>
      <div className={styles.columns}>
        <JoinForm link={link} settingsPath={settingsPath} name={name} onName={setName} onJoin={join}>
          <Notice kind="quiet" icon={ShieldAlert} className={styles.truth}>
            {text("preJoin.notEncrypted")}
          </Notice>
        </JoinForm>
        <Devices
          name={name}
          previews={previews}
          isOpen={isOpen}
          onToggle={() => setOpen(!isOpen)}
          begins={link.begins}
        />
      </div>
    </Page>
  );
}
