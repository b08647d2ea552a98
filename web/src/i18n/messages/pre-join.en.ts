/** Before the room: name, devices, and what to do when the browser says no. */
export default {
  "preJoin.title": "Join the meeting",
  "preJoin.lead": "Nobody sees or hears you before you join.",
  "preJoin.host.lead": "This is your room. You enter as the host.",
  "preJoin.untitled": "Your meeting",
  "preJoin.name": "Your name",
  "preJoin.name.hint": "This is what the others will see.",
  "preJoin.name.missing": "Write the name the others will see.",
  "preJoin.join": "Join now",
  "preJoin.notEncrypted":
    "Not end-to-end encrypted yet: the way to this server is encrypted, but the server itself could see and hear the meeting.",
  "preJoin.preview": "Your camera",
  "preJoin.camera": "Camera",
  "preJoin.microphone": "Microphone",
  "preJoin.devices": "Devices",
  "preJoin.bothOff": "Your camera and microphone are off",
  "preJoin.cameraOff": "Your camera is off",
  "preJoin.microphoneOff": "Microphone off",
  "preJoin.cameraStarting": "Starting the camera…",
  "preJoin.nothingCaptured": "Nothing is captured until you turn it on.",
  "preJoin.askingBrowser": "Your browser may ask whether this page may use it.",
  "preJoin.begins.tried": "Here you only try it out.",
  "preJoin.begins.both.off":
    "In this meeting everybody comes in with microphone and camera off. You can turn them on once you are in.",
  "preJoin.begins.both.by-rule":
    "In this meeting microphones and cameras are off until the host allows them. Once you are in, raise your hand to speak.",
  "preJoin.begins.microphone.off":
    "In this meeting everybody comes in with the microphone off. You can turn it on once you are in.",
  "preJoin.begins.microphone.by-rule":
    "In this meeting microphones are off until the host lets somebody speak. Once you are in, raise your hand.",
  "preJoin.begins.camera.off":
    "Everybody comes in with the camera off, too. You can turn it on once you are in.",
  "preJoin.begins.camera.by-rule": "In this meeting cameras are off until the host allows them.",
  "preJoin.begins.observer":
    "You come as an observer: you see and hear, and your microphone and camera stay off.",
  "preJoin.level": "Microphone level",
  "preJoin.level.waiting": "Say a few words: the bar should move.",
  "preJoin.level.heard": "Your microphone works.",
  "preJoin.level.silent":
    "We hear nothing. Is the microphone muted on the headset, or should it be another one?",
  "preJoin.level.unknown": "The microphone is on. This browser does not let us measure how loud it is here.",
  "preJoin.device.microphone": "Microphone",
  "preJoin.device.camera": "Camera",
  "preJoin.device.speaker": "Speaker",
  "preJoin.device.system": "Chosen by this device",
  "preJoin.device.unnamed": "Device {number}",
  "preJoin.device.afterTurningOn": "The list appears once you have turned it on.",
  "preJoin.speaker.play": "Play a sound",
  "preJoin.speaker.playing": "Playing…",
  "preJoin.speaker.ask": "Did you hear it?",
  "preJoin.speaker.yes": "Yes",
  "preJoin.speaker.no": "No",
  "preJoin.speaker.good": "Good, your speaker works.",
  "preJoin.speaker.advice":
    "Turn the volume up, check that headphones are plugged in all the way or connected, choose another speaker above, then play the sound again.",
  "preJoin.speaker.failed": "The browser could not play the sound. Choose another speaker and try again.",
  "preJoin.withoutIt": "You can also join without it.",
  "preJoin.microphone.blocked": "This page may not use your microphone.",
  "preJoin.microphone.dismissed": "The browser’s question about the microphone was not answered.",
  "preJoin.microphone.system": "Your system keeps the browser away from the microphone.",
  "preJoin.microphone.missing": "There is no microphone on this device.",
  "preJoin.microphone.in-use": "Another program is using the microphone.",
  "preJoin.microphone.insecure": "The browser offers the microphone to secure addresses only.",
  "preJoin.microphone.failed": "The microphone did not start.",
  "preJoin.camera.blocked": "This page may not use your camera.",
  "preJoin.camera.dismissed": "The browser’s question about the camera was not answered.",
  "preJoin.camera.system": "Your system keeps the browser away from the camera.",
  "preJoin.camera.missing": "There is no camera on this device.",
  "preJoin.camera.in-use": "Another program is using the camera.",
  "preJoin.camera.insecure": "The browser offers the camera to secure addresses only.",
  "preJoin.camera.failed": "The camera did not start.",
  "preJoin.mend.blocked.chrome":
    "Click the icon to the left of the address, switch the device on there, then try again.",
  "preJoin.mend.blocked.edge":
    "Click the padlock to the left of the address, choose “Allow” for the device, then try again.",
  "preJoin.mend.blocked.firefox":
    "Click the crossed-out device icon to the left of the address, take the block away, then try again.",
  "preJoin.mend.blocked.safari":
    "In the menu bar choose Safari, then “Settings for this website”, allow the device, then try again.",
  "preJoin.mend.blocked.ios":
    "Tap the icon at the left of the address, choose “Website settings”, allow the device, then try again.",
  "preJoin.mend.blocked.android":
    "Tap the icon to the left of the address, choose “Permissions”, allow the device, then try again.",
  "preJoin.mend.blocked.other":
    "Look for the permissions of this site beside the address, allow the device, then try again.",
  "preJoin.mend.dismissed": "Try again, and choose “Allow” when the browser asks.",
  "preJoin.mend.system":
    "Open the privacy settings of your system, allow the browser to use it, then try again.",
  "preJoin.mend.missing": "Plug one in or switch it on, then try again.",
  "preJoin.mend.in-use": "Close the other program or tab that uses it, then try again.",
  "preJoin.mend.insecure":
    "Open this page with an address that begins with https. If it has none, tell your administrator.",
  "preJoin.mend.failed": "Unplug it and plug it in again, or choose another one, then try again.",
} as const;
