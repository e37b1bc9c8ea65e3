#!/usr/bin/env bash
# Makes the base image of XSAN's images from the distribution's packages and a jlinked Java runtime, and prints the path
# of its archive: what ./mvnw jib:buildTar -Dxsan.image.base=tar://PATH takes where no image registry is at hand. Needs root
# (mmdebstrap), Debian's package sources and a JDK 25 in JAVA_HOME. Kept under $XSAN_E2E_CACHE, named by what went into it. With --check
# nothing is made; code 1 says that it would have to be.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XSAN_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xsan-e2e}
# libstdc++: RocksDB. The others: mounting, mkfs, fsck, loop devices for agents and the CSI node plugin.
packages=libstdc++6,util-linux,mount,e2fsprogs,xfsprogs
modules=java.base,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml,java.desktop,java.instrument,java.security.jgss,jdk.crypto.ec,jdk.httpserver,jdk.unsupported,jdk.management,jdk.zipfs

key=$({ cat "$0" "$here/../kind/image-archive.sh"; cat "$JAVA_HOME/release"; } | sha256sum | cut -c1-16)
out=$cache/image-base-$key.tar
mkdir -p "$cache"
exec 9>"$cache/image-base.lock"
flock 9
[ -f "$out" ] && { echo "$out"; exit; }
[ "${1:-}" != --check ] || exit 1
echo "   base image: packages and Java runtime, about a minute" >&2
rm -f "$cache"/image-base-*.tar

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
# Only Debian's own sources of this machine: others may want keys that the new system lacks.
if [ -f /etc/apt/sources.list.d/debian.sources ]; then cp /etc/apt/sources.list.d/debian.sources "$work/sources"; else cp /etc/apt/sources.list "$work/sources"; fi
mmdebstrap --quiet --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --aptopt='APT::Install-Recommends "false"' --aptopt='APT::Sandbox::User "root"' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/* "$1"/var/cache/debconf/*' \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/rootfs.tar" - <"$work/sources" >&2
mkdir "$work/root"
tar -C "$work/root" -xf "$work/rootfs.tar" --exclude='./dev/*'
rm "$work/rootfs.tar"
"$JAVA_HOME/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --generate-cds-archive \
    --output "$work/root/opt/java" >&2
rm -f "$work"/root/opt/java/lib/server/classes_nocoops*.jsa
"$here/../kind/image-archive.sh" localhost/xsan-base:1 "$work/root" "$out.new"
mv "$out.new" "$out"
echo "$out"
