#!/usr/bin/env python3
"""./xsan bench: XSAN with 3 replicas, with 1 replica, and qemu-nbd, in turn over rounds, by fio's nbd engine.

Medians with their spread, the CPU that all daemons took for 100,000 I/Os, and the ratio to qemu-nbd,
which keeps one copy in a raw file (direct, every write synced) on the same file system.
"""
import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MARK = "bench"
TICK = os.sysconf("SC_CLK_TCK")

# name, fio's rw, block size, depth, further options
WORKS = [
    ("4k random write qd1", "randwrite", "4k", 1, []),
    ("4k random write qd16", "randwrite", "4k", 16, []),
    ("4k random write qd64", "randwrite", "4k", 64, []),
    ("4k random read qd1", "randread", "4k", 1, []),
    ("4k random read qd16", "randread", "4k", 16, []),
    ("4k random read qd64", "randread", "4k", 64, []),
    ("128k sequential write qd16", "write", "128k", 16, []),
    ("128k sequential read qd16", "read", "128k", 16, []),
    ("4k 70/30 mix qd16", "randrw", "4k", 16, ["--rwmixread=70"]),
    ("4k random write, flush after each", "randwrite", "4k", 1, ["--fsync=1"]),
]
QUICK = ["4k random write qd1", "4k random write qd16", "4k random write qd64", "4k random read qd64",
         "128k sequential write qd16", "128k sequential read qd16"]


# Command and the Debian package that brings it.
TOOLS = {"fio": "fio", "qemu-nbd": "qemu-utils", "qemu-img": "qemu-utils"}


def fail(text):
    print("xsan bench: " + text, file=sys.stderr)
    sys.exit(1)


def need_tools():
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing " + " ".join(missing), file=sys.stderr, flush=True)
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *missing]):
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        fail(f"{', '.join(missing)} not found; install the packages {', '.join(sorted(set(map(TOOLS.get, missing))))}"
             " (as root this is done for you on Debian)")
    if "nbd" not in subprocess.run(["fio", "--enghelp"], capture_output=True, text=True).stdout.split():
        fail("this fio has no nbd engine (fio --enghelp does not name it); Debian's package fio has it")


class Target:
    """What fio talks to: a name, a URI, the processes whose CPU counts, and where metrics are."""

    def __init__(self, name, uri, pids, metrics=()):
        self.name, self.uri, self.pids, self.metrics = name, uri, pids, metrics

    def cpu_seconds(self):
        ticks = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICK

    def counted(self):
        """Bytes written to devices, and syncs, of all nodes."""
        device = syncs = 0
        for url in self.metrics:
            for line in urllib.request.urlopen(url, timeout=20).read().decode().splitlines():
                if line.startswith("xsan_store_device_written_bytes_total{"):
                    device += float(line.split()[-1])
                elif line.startswith("xsan_store_syncs_total{"):
                    syncs += float(line.split()[-1])
        return device, syncs


def fio(target, work, seconds, size):
    name, rw, block, depth, more = work
    command = ["fio", "--name=bench", "--ioengine=nbd", "--uri=" + target.uri, "--rw=" + rw, "--bs=" + block,
               f"--iodepth={depth}", f"--size={size}", "--time_based", f"--runtime={int(seconds * 1000)}ms", "--norandommap",
               "--randseed=7", "--output-format=json", *more]
    cpu, counted = target.cpu_seconds(), target.counted()
    out = subprocess.run(command, capture_output=True, text=True)
    cpu = target.cpu_seconds() - cpu
    device, syncs = (after - before for after, before in zip(target.counted(), counted))
    if out.returncode != 0:
        fail(f"fio on {target.name}: {out.stderr.strip() or out.stdout[-500:]}")
    job = json.loads(out.stdout[out.stdout.index("{"):])["jobs"][0]
    if job["error"]:
        fail(f"fio on {target.name} ended with error {job['error']}")
    sides = [side for side in (job["read"], job["write"]) if side["total_ios"]]
    ios = sum(side["total_ios"] for side in sides)
    slow = max(sides, key=lambda side: side["clat_ns"]["mean"])
    percentile = slow["clat_ns"].get("percentile", {})
    written = job["write"]["io_bytes"]
    return {
        "iops": sum(side["iops"] for side in sides),
        "mib_s": sum(side["bw_bytes"] for side in sides) / (1 << 20),
        "p50_us": percentile.get("50.000000", 0) / 1000,
        "p99_us": percentile.get("99.000000", 0) / 1000,
        "p999_us": percentile.get("99.900000", 0) / 1000,
        "cpu_s_per_100k": cpu * 100_000 / ios,
        "device_bytes_per_byte": device / written if written and target.metrics else None,
        "syncs_per_write": syncs / job["write"]["total_ios"] if written and target.metrics else None,
    }


def fill(target, size):
    command = ["fio", "--name=fill", "--ioengine=nbd", "--uri=" + target.uri, "--rw=write", "--bs=1m", "--iodepth=4",
               f"--size={size}"]
    for _ in range(60):
        # The export opens when the volume's components are there.
        if subprocess.run(command, capture_output=True).returncode == 0:
            return
        time.sleep(1)
    fail(f"{target.name} does not take writes")


def xsan(*arguments):
    out = subprocess.run([os.path.join(HERE, "xsan"), *arguments], capture_output=True, text=True)
    if out.returncode != 0:
        fail(f"xsan {' '.join(arguments)}: {out.stdout[-1000:]}{out.stderr[-1000:]}")
    return out.stdout


def start_xsan(place, size):
    demo = os.path.join(place, "cluster")
    xsan("demo", "--keep", "--seconds", "0", "--size", size, "--dir", demo)
    pids = [int(line) for line in open(os.path.join(demo, "pids"))]
    xsan("volume", "create", "one", "--size", size, "--replicas", "1", "--cluster", demo)
    metrics = []
    for node in range(1, 4):
        with open(os.path.join(demo, f"node{node}", "config.json")) as file:
            cluster = json.load(file)["cluster"]
        metrics.append(f"http://{cluster['bind_ip']}:{cluster['bind_port'] + 4}/metrics")

    def uri(volume):
        lines = xsan("export", volume, "--cluster", demo).split()
        return next((line for line in lines if line.startswith("nbd+unix")), lines[0])

    return demo, [Target("XSAN, 3 replicas", uri("demo"), pids, metrics),
                  Target("XSAN, 1 replica", uri("one"), pids, metrics)]


def stop_xsan(demo):
    """Also what an interrupted bench has left running."""
    if os.path.exists(os.path.join(demo, "pids")):
        xsan("demo", "--stop", "--dir", demo)


def start_qemu(place, size):
    image, socket = os.path.join(place, "raw"), os.path.join(place, "qemu.sock")
    subprocess.run(["qemu-img", "create", "-q", "-f", "raw", "-o", "preallocation=falloc", image, size.replace("iB", "")],
                   check=True)
    process = subprocess.Popen(["qemu-nbd", "-t", "-e", "8", "-f", "raw", "--cache=directsync", "-k", socket, image])
    for _ in range(100):
        if os.path.exists(socket):
            break
        time.sleep(0.1)
    else:
        process.kill()
        fail("qemu-nbd did not open its socket within 10 s")
    return process, Target("qemu-nbd, 1 copy", f"nbd+unix:///?socket={socket}", [process.pid])


def median(rounds, key):
    values = [one[key] for one in rounds if one[key] is not None]
    return statistics.median(values) if values else None


def shown(rounds, key, form):
    values = [one[key] for one in rounds if one[key] is not None]
    if not values:
        return "-"
    return f"{statistics.median(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def table(results):
    lines = ["| work | target | IOPS | MiB/s | p50 us | p99 us | p99.9 us | CPU-s per 100k | of qemu-nbd: CPU, IOPS | device bytes per byte | syncs per write |",
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    for work, targets in results.items():
        yard = targets["qemu-nbd, 1 copy"]
        for name, rounds in targets.items():
            ratio = "1" if rounds is yard else \
                f"{median(rounds, 'cpu_s_per_100k') / median(yard, 'cpu_s_per_100k'):.2f} x, {median(rounds, 'iops') / median(yard, 'iops'):.2f} x"
            device, syncs = median(rounds, "device_bytes_per_byte"), median(rounds, "syncs_per_write")
            lines.append(f"| {work} | {name} | {shown(rounds, 'iops', ',.0f')} | {median(rounds, 'mib_s'):.1f} | "
                         f"{median(rounds, 'p50_us'):,.0f} | {median(rounds, 'p99_us'):,.0f} | {median(rounds, 'p999_us'):,.0f} | "
                         f"{shown(rounds, 'cpu_s_per_100k', '.2f')} | {ratio} | {'-' if device is None else f'{device:.2f}'} | "
                         f"{'-' if syncs is None else f'{syncs:.3f}'} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="xsan bench", description="Compares XSAN with qemu-nbd by fio's nbd engine.")
    parser.add_argument("--quick", action="store_true", help="fewer works and rounds, about two minutes")
    parser.add_argument("--rounds", type=int, help="rounds (default 5, quick 3)")
    parser.add_argument("--seconds", type=float, help="seconds of each run (default 8, quick 1.2)")
    parser.add_argument("--size", default="512MiB", help="size of each volume (default 512MiB)")
    parser.add_argument("--dir", default=os.path.join(HERE, ".xsan", "bench"), help="where all of it is (default .xsan/bench)")
    parser.add_argument("--json", help="where the results go (default DIR.json)")
    options = parser.parse_args()
    need_tools()
    rounds = options.rounds or (3 if options.quick else 5)
    seconds = options.seconds or (1.2 if options.quick else 8)
    for name, value in (("--rounds", rounds), ("--seconds", seconds)):
        if value <= 0:
            fail(f"{name} is {value}, allowed is more than 0")
    if os.path.exists(options.dir) and os.listdir(options.dir) and not os.path.exists(os.path.join(options.dir, MARK)):
        fail(f"--dir is {options.dir}, which holds what no bench has put there; allowed is a directory that is empty or does not exist")
    works = [work for work in WORKS if not options.quick or work[0] in QUICK]
    stop_xsan(os.path.join(options.dir, "cluster"))
    shutil.rmtree(options.dir, ignore_errors=True)
    os.makedirs(options.dir)
    open(os.path.join(options.dir, MARK), "w").close()
    demo = os.path.join(options.dir, "cluster")
    qemu = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        demo, targets = start_xsan(options.dir, options.size)
        with open(os.path.join(demo, "node1", "config.json")) as file:
            encryption = json.load(file).get("network", {}).get("encryption", "on")
        qemu, yard = start_qemu(options.dir, options.size)
        targets.append(yard)
        size = options.size.replace("iB", "")
        for target in targets:
            fill(target, size)
        print("filled; warming up", file=sys.stderr, flush=True)
        for target in targets:
            for work in works:
                fio(target, work, min(seconds, 1), size)
        results = {work[0]: {target.name: [] for target in targets} for work in works}
        load = os.getloadavg()[0]
        for number in range(rounds):
            for work in works:
                for target in targets:
                    results[work[0]][target.name].append(fio(target, work, seconds, size))
            print(f"round {number + 1} of {rounds} done", file=sys.stderr, flush=True)
    finally:
        if qemu:
            qemu.terminate()
            qemu.wait()
        stop_xsan(demo)
        shutil.rmtree(options.dir, ignore_errors=True)
    about = {"cpus": os.cpu_count(), "kernel": platform.release(), "load_before": load, "encryption": encryption, "rounds": rounds,
             "seconds": seconds, "size": options.size}
    place = options.json or options.dir.rstrip("/") + ".json"
    with open(place, "w") as file:
        json.dump({"about": about, "results": results}, file, indent=1)
    print(f"{os.cpu_count()} CPUs, Linux {platform.release()}, load average before {load:.1f}; {rounds} rounds of {seconds} s, "
          f"volumes of {options.size}; median (least-most)\n")
    print(table(results))
    print(f"\nAll values: {place}")


main()
