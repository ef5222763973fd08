#!/usr/bin/env bash
# Installs node-llama-cpp with the prebuilt CPU library of this platform, and nothing for GPUs.
set -euo pipefail
cd "$(dirname "$0")"

version=$(node -p 'require("./package.json").dependencies["node-llama-cpp"]')
platform=$(node -p '({linux: "linux", darwin: "mac", win32: "win"})[process.platform] + "-" + process.arch')
[ "$platform" = mac-arm64 ] && platform=mac-arm64-metal

# Without scripts, because the one of node-llama-cpp compiles llama.cpp where it finds no library it likes.
npm install --no-save --no-package-lock --omit=optional --ignore-scripts \
    "node-llama-cpp@$version" "@node-llama-cpp/$platform@$version"
