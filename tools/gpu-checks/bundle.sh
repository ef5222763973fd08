#!/usr/bin/env bash
# Packs all that run.sh needs into one folder, to be copied to a machine with a GPU: a Java runtime made by jlink, the
# command line, the tests of the CUDA backend with what they depend on, the native tests of the kernels, the embedded model.
# Usage: tools/gpu-checks/bundle.sh [FOLDER]     (default: target/gpu-checks)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bundle=$(realpath -m "${1:-$root/target/gpu-checks}")
cd "$root"

mvn -q -B -ntp -pl kernels,tidar-engine,tidar-cli -am package -DskipTests
rm -rf "$bundle"
mkdir -p "$bundle/lib" "$bundle/native" "$bundle/tidar-engine/src/test/resources"

jlink=$(dirname "$(readlink -f "$(command -v javac)")")/jlink
[ -x "$jlink" ] || { echo "no jlink beside javac: a full JDK is needed to make the bundle" >&2; exit 1; }
"$jlink" --add-modules java.base,java.compiler,java.instrument,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml,jdk.incubator.vector,jdk.unsupported \
    --strip-debug --no-header-files --no-man-pages --output "$bundle/jre"

mvn -q -B -ntp -pl kernels,tidar-engine org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies -DincludeScope=test -DoutputDirectory="$bundle/lib"
cp -r tidar-engine/target/classes "$bundle/classes"
cp -r tidar-engine/target/test-classes "$bundle/test-classes"
cp -r kernels/target/classes/. "$bundle/classes/"
cp tidar-cli/target/tidar.jar "$bundle/"
cp kernels/target/emulated/kernel_test kernels/target/emulated/kernel_bench "$bundle/native/" 2>/dev/null ||
    echo "the native tests of the kernels were not built (no g++): run.sh will leave them out" >&2
cp kernels/src/main/resources/dev/tidar/kernels/tidar-sm80.ptx "$bundle/"
# where kernel_test looks for the vectors that it shares with the engine, as seen from native/
cp tidar-engine/src/test/resources/noise-vectors.csv "$bundle/tidar-engine/src/test/resources/"
mkdir -p "$bundle/model"
cp -r sample-app/src/main/resources/models/smollm2-135m-instruct-tidar/. "$bundle/model/"
cp tools/gpu-checks/run.sh tools/gpu-checks/pytorch_steps.py "$bundle/"
git rev-parse HEAD > "$bundle/commit" 2>/dev/null || echo unknown > "$bundle/commit"
echo "$bundle: $(du -sh "$bundle" | cut -f1); on the machine with the GPU: ./run.sh"
