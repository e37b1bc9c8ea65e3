#!/bin/bash
# Packs a directory as a one-layer image archive that `kind load image-archive`, `ctr import` and `podman load` take.
# usage: image-archive.sh NAME:TAG ROOT_DIR OUT.tar [ENTRYPOINT_WORD...]
# Same input, same bytes: times, owners and order are fixed.
set -euo pipefail
name=$1 root=$2 out=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fixed=(--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner)

chmod 755 "$root"   # it becomes /, and mktemp made it private
tar -C "$root" "${fixed[@]}" -cf "$work/layer" .
diff_id=$(sha256sum < "$work/layer" | cut -d' ' -f1)
gzip -1nc "$work/layer" > "$work/layer.tar.gz" && rm "$work/layer"

case $(uname -m) in aarch64) architecture=arm64 ;; *) architecture=amd64 ;; esac
jq -cn --arg diff_id "sha256:$diff_id" --arg architecture $architecture '{architecture: $architecture, os: "linux", created: "1970-01-01T00:00:00Z",
  config: {Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/java/bin"], Entrypoint: $ARGS.positional},
  rootfs: {type: "layers", diff_ids: [$diff_id]}}' --args -- "$@" > "$work/config.json"
jq -cn --arg name "$name" '[{Config: "config.json", RepoTags: [$name], Layers: ["layer.tar.gz"]}]' > "$work/manifest.json"
tar -C "$work" "${fixed[@]}" -cf "$out" manifest.json config.json layer.tar.gz
