#!/usr/bin/env bash
# segno 1.6.6: a short text, such as a passcode of six digits, becomes a Micro QR code unless that is forbidden.
# Expected: a QR code, which every telephone's camera reads.
# Seen: "123456" is a code of size M2, with one corner mark instead of three; jsQR 1.4.0, which reads the ordinary code of the same
# text from the same pixels, finds nothing in it. make(…, micro=False), or make_qr, gives the ordinary one.
source "$(dirname "$0")/common.sh"
install segno==1.6.6
npm install --silent --no-audit --no-fund --prefix "$folder" jsqr@1.4.0 >/dev/null
run <<'PY'
import json, subprocess
import segno
READ = """
const jsQR = require("jsqr");
const { side, pixels } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const seen = jsQR(Uint8ClampedArray.from(pixels.flatMap((dark) => (dark ? [0, 0, 0, 255] : [255, 255, 255, 255]))), side, side);
console.log(JSON.stringify(seen && seen.data));
"""
def read(code):
    rows = [list(row) for row in code.matrix_iter(scale=8, border=4)]
    picture = json.dumps({"side": len(rows), "pixels": [bool(dark) for row in rows for dark in row]})
    ran = subprocess.run(["node", "-e", READ], input=picture, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)
short, ordinary = segno.make("123456"), segno.make("123456", micro=False)
print(short.designator, read(short), ordinary.designator, read(ordinary))
assert (short.designator, read(short)) == ("M2-M", None)
assert read(ordinary) == "123456"
PY
