#!/usr/bin/env bash
# LiveKit's own Python SDK live tests against this repository's media server.
#
#   tools/python_sdk_tests.sh <checkout of livekit/python-sdks> [pytest options, e.g. -k simulcast]
#
# The tests stay in the checkout: they are copied to a temporary folder, run and forgotten. Each runs in a
# process of its own, because an abort in the SDK's native library would end all of them. Without LIVEKIT_URL
# a server is started on free ports; with it (and LIVEKIT_API_KEY, LIVEKIT_API_SECRET) that one is tested, so
# that two servers can be compared. Not run: data tracks, H.265 and the SVC codecs, which this server does not
# forward (docs/protocol/livekit.md). Exit status 0 if and only if no test failed.
set -euo pipefail

checkout=$(cd "${1:?usage: tools/python_sdk_tests.sh <checkout of livekit/python-sdks> [pytest options]}" && pwd)
shift
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=$repository/.venv/bin/python
work=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

mkdir -p "$work/livekit-rtc"
cp -R "$checkout/tests" "$work/tests"
cp -R "$checkout/livekit-rtc/tests" "$work/livekit-rtc/tests"
cp "$checkout/pyproject.toml" "$work/"

version_of() { sed -n 's/^__version__ *= *"\([^"]*\)".*/\1/p' "$checkout/$1"; }
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  "livekit==$(version_of livekit-rtc/livekit/rtc/version.py)" \
  "livekit-api==$(version_of livekit-api/livekit/api/version.py)" \
  "livekit-protocol==$(version_of livekit-protocol/livekit/protocol/version.py)" \
  pytest pytest-asyncio pytest-timeout numpy matplotlib

if [ -z "${LIVEKIT_URL:-}" ]; then
  (cd "$repository" && exec "$python" -m preau.sfu --dev --port 0 --udp-port 0 --tcp-port 0) >"$work/server.log" &
  server=$!
  for _ in $(seq 100); do
    grep -q 'listening on' "$work/server.log" && break
    sleep 0.1
  done
  LIVEKIT_URL=$(sed -n 's/.*listening on http\([^ ]*\).*/ws\1/p' "$work/server.log")
fi
export LIVEKIT_URL LIVEKIT_API_KEY=${LIVEKIT_API_KEY:-devkey} LIVEKIT_API_SECRET=${LIVEKIT_API_SECRET:-secret}
export MPLBACKEND=Agg PYTHONDONTWRITEBYTECODE=1
echo "server: ${LIVEKIT_URL:?the server did not start}"

cd "$work"
live=(tests/rtc/test_e2e.py livekit-rtc/tests/test_{audio,video,dc,change_video_quality,e2ee_per_participant,e2ee_shared_key}.py)
options=(-q -p no:cacheprovider -c pyproject.toml --timeout 120)
mapfile -t names < <(venv/bin/python -m pytest "${options[@]}" --collect-only "${live[@]}" "$@" | grep '::' || true)
passed=0 failed=0
for name in "${names[@]}"; do
  case $name in *h265* | *vp9* | *av1* | *test_data_track) continue ;; esac
  if venv/bin/python -m pytest "${options[@]}" "$name" >"$work/output" 2>&1; then
    passed=$((passed + 1)) && echo "passed  $name"
  else
    failed=$((failed + 1)) && echo "failed  $name" && tail -n 30 "$work/output"
  fi
done
echo "$passed passed, $failed failed"
[ "$passed" -gt 0 ] && [ "$failed" -eq 0 ]
