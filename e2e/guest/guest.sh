#!/usr/bin/env bash
# A throw-away Linux guest under QEMU (KVM on real hardware, else emulation). Its state is in a directory of the caller.
#
#   guest.sh start DIR IMAGES NETWORK [FILE...]   boots it; the files are in /run.d/files
#   guest.sh exec DIR [-p 0..2] 'COMMANDS'        runs bash text in it, prints the output, exits with its status;
#                                                 each number is a line of its own, for commands at the same time
#   guest.sh stop DIR                             ends it
#
# NETWORK is "user" (QEMU connects for the guest: it reaches what this host can, also the addresses 127.0.0.2 and above, which
# for the guest are this host's), or TAP:ADDRESS/LEN of an existing tap device.
# IMAGES is what images.sh printed; app.sqfs in DIR, if there is one, is mounted on /app. Commands travel by virtio-serial, so
# they work while a test breaks the network.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
op=$1
dir=$2
shift 2

start() {
    local images=$1 network=$2 backend
    shift 2
    case $network in
        user) backend=user,id=n0 ;;
        *:*/*) backend=tap,id=n0,ifname=${network%%:*},script=no,downscript=no ;;
        *) echo "guest.sh: network $network, allowed is user or TAP:ADDRESS/LEN" >&2; return 2 ;;
    esac
    rm -rf "$dir/cpio"
    mkdir -p "$dir/cpio/run.d/files"
    cp "$here/init.sh" "$dir/cpio/run.d/init"
    for file in "$@"; do cp -r "$file" "$dir/cpio/run.d/files/"; done
    # A second archive behind the first must start at a multiple of four bytes.
    cp "$images/initrd.img" "$dir/initrd"
    truncate -s %512 "$dir/initrd"
    (cd "$dir/cpio" && find . | cpio -o -H newc --quiet) >>"$dir/initrd"

    # KVM in a machine that is itself virtual may hang instead of failing: emulation always works.
    local accelerator=(-accel "tcg,thread=multi")
    grep -q '^flags.* hypervisor' /proc/cpuinfo || accelerator=(-accel kvm "${accelerator[@]}")
    local arguments=("${accelerator[@]}" -cpu max -m "${GUEST_MEMORY_MIB:-1024}" -smp "${GUEST_CPUS:-2}"
        -nodefaults -no-user-config -no-reboot -display none -kernel "$images/vmlinuz" -initrd "$dir/initrd"
        -device virtio-serial-pci -device virtio-rng-pci
        -netdev "$backend" -device virtio-net-pci,netdev=n0)
    local disks=("$images/rootfs.sqfs" "$images/modules.sqfs" "$images/jre.sqfs") i
    [ -f "$dir/app.sqfs" ] && disks+=("$dir/app.sqfs")
    for i in "${!disks[@]}"; do
        arguments+=(-drive "if=none,id=d$i,file=$(readlink -f "${disks[$i]}"),format=raw,readonly=on" -device "virtio-blk-pci,drive=d$i")
    done
    for i in 0 1 2; do
        arguments+=(-chardev "socket,id=c$i,path=$dir/line$i,server=on,wait=off" -device "virtserialport,chardev=c$i,name=line$i")
    done
    qemu-system-x86_64 "${arguments[@]}" -chardev "file,id=con,path=$dir/console" -serial chardev:con \
        -append "console=ttyS0 panic=-1 quiet loglevel=4 mitigations=off net.ifnames=0 xsan.network=${network#*:}" \
        -daemonize -pidfile "$dir/pid" 2>"$dir/qemu.log" || { cat "$dir/qemu.log"; return 1; }
    for ((i = 0; i < 1200; i++)); do
        grep -q '^@@READY' "$dir/console" 2>/dev/null && { tr -d '\r' <"$dir/console" | grep '^@@READY'; return 0; }
        kill -0 "$(cat "$dir/pid")" 2>/dev/null || break
        sleep 0.1
    done
    echo "the guest did not boot:"
    tail -n 20 "$dir/console"
    return 1
}

execute() {
    local line=0
    [ "$1" = -p ] && { line=$2; shift 2; }
    exec /usr/bin/python3 -S - "$dir/line$line" "$1" <<'PYTHON'
import base64, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
line.sendall(base64.b64encode(sys.argv[2].encode()) + b"\n")
MARK = b"\n\x1eRC "
seen = b""
while True:
    data = line.recv(65536)
    if not data:
        sys.stdout.buffer.write(seen)
        sys.exit(254)
    seen += data
    at = seen.find(MARK)
    if at >= 0 and seen.endswith(b"\n") and len(seen) > at + len(MARK):
        sys.stdout.buffer.write(seen[:at] + (b"\n" if at > 0 else b""))
        sys.exit(int(seen[at + len(MARK):].split()[0]))
    whole = seen.rfind(b"\n")
    if at < 0 and whole > 0:
        sys.stdout.buffer.write(seen[:whole])
        sys.stdout.flush()
        seen = seen[whole:]
PYTHON
}

case $op in
    start) start "$@" ;;
    exec) execute "$@" ;;
    stop) [ ! -s "$dir/pid" ] || kill "$(cat "$dir/pid")" 2>/dev/null || true ;;
    *) echo "guest.sh: start, exec or stop, not $op" >&2; exit 2 ;;
esac
