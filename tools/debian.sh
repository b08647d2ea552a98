#!/usr/bin/env bash
# Makes sure that Debian packages are there: installs the missing ones as root, names them otherwise.
# Nothing it installs is started, and nothing that is there makes way for it.
set -euo pipefail

missing=()
for package in "$@"; do
  dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "preau: missing-prerequisite: please install these packages, which the tests use: ${missing[*]}." >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# PostgreSQL would start a server of its own; the tests start theirs.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
# Debian asks this program before it starts the service of a package; 101 is no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
# A second mail server on one machine would put out the first: then the operator has to choose.
if ! apt-get install -qq --yes --no-install-recommends --no-remove "${missing[@]}" >/dev/null; then
  echo "preau: missing-prerequisite: these packages could not be installed beside what is here: ${missing[*]}." >&2
  exit 1
fi
