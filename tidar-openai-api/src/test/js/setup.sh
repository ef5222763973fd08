#!/bin/sh
# Installs OpenAI's JavaScript client for OpenAiJavaScriptClientTest, which is skipped where it is missing.
set -eu
cd "$(dirname "$0")"
npm install --no-save --no-package-lock --no-audit --no-fund --ignore-scripts
