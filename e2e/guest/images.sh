#!/usr/bin/env bash
# Builds what a Linux guest boots from and prints the directory it is in. Needs root (mmdebstrap), Debian's
# package sources and a JDK 25 in JAVA_HOME. What was built is kept under $XSAN_E2E_CACHE (~/.cache/xsan-e2e),
# named by the content of this script and of the JDK: a second run takes no time.
#
#   vmlinuz initrd.img modules.sqfs   Debian's cloud kernel: it has nbd, nvme-tcp, fuse, ext4
#   rootfs.sqfs                       a minimal Debian with the tools that the tests use
#   jre.sqfs                          the JDK's runtime
set -euo pipefail
cache=${XSAN_E2E_CACHE:-$HOME/.cache/xsan-e2e}
kernels="linux-image-6.12-cloud-amd64 linux-image-cloud-amd64"
packages=busybox-static,kmod,iproute2,util-linux,mount,e2fsprogs,fio,procps
boot_modules="virtio_pci virtio_blk virtio_net virtio_console virtio_rng squashfs overlay loop"

note() { echo "   guest images: $*" >&2; }

[ "$(uname -m)" = x86_64 ] || { note "only for x86_64"; exit 1; }
base_key=$(sha256sum "$0" | cut -c1-16)
jre_key=$(cat "$0" "$JAVA_HOME/release" | sha256sum | cut -c1-16)
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

# The name of the newest kernel package that the meta packages of this distribution name.
kernel_package() {
    local meta found
    for meta in $kernels; do
        found=$(apt-cache depends "$meta" 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*cloud-amd64\)$/\1/p' | head -n 1)
        [ -n "$found" ] && { echo "$found"; return 0; }
    done
    note "no kernel package: none of $kernels is known to apt"
    return 1
}

build_kernel() {
    local out=$1 work package version module file name
    work=$(mktemp -d)
    package=$(kernel_package) || { apt-get update -qq >&2 && package=$(kernel_package); }
    version=${package#linux-image-}
    note "kernel $version"
    (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$package" >&2 && dpkg-deb -x linux-image-*.deb k)
    depmod -b "$work/k" "$version"
    cp "$work/k/boot/vmlinuz-$version" "$out/vmlinuz"
    mkdir -p "$work"/i/{bin,dev,proc,sys,mods,new,ro,rw}
    cp "$(command -v busybox)" "$work/i/bin/busybox"
    for module in $boot_modules; do
        modprobe -d "$work/k" -S "$version" --show-depends "$module" 2>/dev/null | awk '$1 == "insmod" { print $2 }' || true
    done | awk '!seen[$0]++' | while read -r file; do
        name=$(basename "$file" | sed 's/\.ko.*/.ko/')
        case $file in
            *.xz) xz -dc "$file" >"$work/i/mods/$name" ;;
            *.zst) zstd -qdc "$file" >"$work/i/mods/$name" ;;
            *) cp "$file" "$work/i/mods/$name" ;;
        esac
        echo "$name" >>"$work/i/mods/list"
    done
    cat >"$work/i/init" <<'INIT'
#!/bin/busybox sh
# First program of the guest: finds the squashfs disks and starts /run.d/init of the second archive.
b=/bin/busybox
$b mount -t devtmpfs d /dev; $b mount -t proc p /proc; $b mount -t sysfs s /sys
for m in $($b cat /mods/list); do $b insmod /mods/$m; done
$b mount -t squashfs -o ro /dev/vda /ro || $b poweroff -f
$b mount -t tmpfs t /rw; $b mkdir /rw/u /rw/w
$b mount -t overlay -o lowerdir=/ro,upperdir=/rw/u,workdir=/rw/w o /new
$b mount -t squashfs -o ro /dev/vdb /new/lib/modules
$b mount -t squashfs -o ro /dev/vdc /new/jre
[ -b /dev/vdd ] && $b mount -t squashfs -o ro /dev/vdd /new/app
$b cp -a /run.d /new/run.d
$b mount --move /dev /new/dev; $b mount --move /proc /new/proc; $b mount --move /sys /new/sys
exec $b switch_root /new /bin/bash /run.d/init
INIT
    chmod +x "$work/i/init"
    (cd "$work/i" && find . | cpio -o -H newc --quiet) | gzip -1 >"$out/initrd.img"
    mksquashfs "$work/k/lib/modules" "$out/modules.sqfs" -comp lz4 -noappend -quiet -no-progress >&2
    rm -rf "$work"
}

build_rootfs() {
    local out=$1 work
    work=$(mktemp -d)
    chmod 755 "$work"
    note "root file system, about a minute"
    cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null >"$work/all" || true
    # Only Debian's own sources of this machine: others may want keys that the new system lacks.
    if [ -f /etc/apt/sources.list.d/debian.sources ]; then cp /etc/apt/sources.list.d/debian.sources "$work/all"; fi
    mmdebstrap --quiet --variant=minbase --include="$packages" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --aptopt='APT::Install-Recommends "false"' \
        --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/*' \
        --customize-hook='mkdir -p "$1"/jre "$1"/app "$1"/lib/modules "$1"/mnt/a' \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/rootfs.tar" - <"$work/all" >&2
    mkdir "$work/rootfs"
    tar -C "$work/rootfs" -xf "$work/rootfs.tar" --exclude='./dev/*'
    mksquashfs "$work/rootfs" "$out/rootfs.sqfs" -comp lz4 -noappend -quiet -no-progress >&2
    rm -rf "$work"
}

build_jre() {
    local out=$1
    note "Java runtime"
    # As it is: the start-up caches of a program fit only the very JDK that made them.
    mksquashfs "$JAVA_HOME" "$out/jre.sqfs" -comp lz4 -noappend -quiet -no-progress \
        -wildcards -e jmods man include legal demo lib/src.zip lib/ct.sym 'lib/*.jsa' >&2
}

# built NAME FUNCTION...: runs the functions into a new directory, unless it is there already.
built() {
    local name=$1 step
    shift
    [ -d "$cache/$name" ] && return
    rm -rf "$cache/$name.new"
    mkdir "$cache/$name.new"
    for step in "$@"; do "$step" "$cache/$name.new"; done
    mv "$cache/$name.new" "$cache/$name"
}

built "base-$base_key" build_kernel build_rootfs
built "jre-$jre_key" build_jre
images=$cache/images-$base_key-$jre_key
mkdir -p "$images"
ln -sf "$cache/base-$base_key/"* "$cache/jre-$jre_key/jre.sqfs" "$images/"
echo "$images"
