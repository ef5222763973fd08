# Sourced by .ci/run and tools/full-check, in the root of the checkout: builds and tests on a JDK, and counts.

passed=0
failed=0
failed_tests=
summaries=() # one line for each JDK

# Installs the Debian packages whose commands are missing. Arguments: command=package ...
provide() {
    local missing=() pair
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
    done
    if [ "${#missing[@]}" -eq 0 ]; then
        return
    fi
    echo "== installing ${missing[*]}"
    local root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Prints the home of a JDK of this major version: the current one if it fits, else one under /usr/lib/jvm.
jdk() {
    local home
    for home in ${JAVA_HOME:+"$JAVA_HOME"} "$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")" /usr/lib/jvm/*; do
        if [ -x "$home/bin/javac" ] && [[ "$("$home/bin/javac" -version 2>&1)" =~ ^javac\ $1(\.|$) ]]; then
            echo "$home"
            return
        fi
    done
}

# Adds up one attribute of the test suites of all reports.
total() {
    find . -path '*/target/*-reports/TEST-*.xml' -exec grep -oh '<testsuite [^>]*' {} + |
        sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'
}

# Prints a row of a table for each test suite of all reports: name, cases, those that failed and were skipped, seconds.
suites() {
    find . -path '*/target/*-reports/TEST-*.xml' -exec grep -oh '<testsuite [^>]*' {} + | awk '
        function value(name) {
            match($0, " " name "=\"[^\"]*\"")
            return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
        }
        { print "| " value("name") " | " value("tests") " | " value("failures") + value("errors") " | " value("skipped") " | " value("time") " |" }
    ' | sort
}

# Prints the test cases that failed, with the first lines of why.
failures() {
    find . -path '*/target/*-reports/TEST-*.xml' -exec grep -lE '<(failure|error)[ >]' {} + 2>/dev/null | while read -r report; do
        echo "-- $report"
        grep -E -B 1 -A 4 '<(failure|error)[ >]' "$report" | cut -c1-500
    done
}

# Deletes what an earlier build made, except the emulated device and the tests in C, which are the same on every JDK.
clean() {
    local target
    for target in target */target; do
        [ ! -d "$target" ] || find "$target" -mindepth 1 -maxdepth 1 ! -path kernels/target/emulated ! -path kernels/target/native \
            -exec rm -rf {} +
    done
}

# Builds and tests on one JDK and counts. A build that breaks outside its tests counts as one failure.
# Arguments: major version, then those of Maven.
verify() {
    local version=$1 home broken=0 tests bad skipped
    shift
    home=$(jdk "$version")
    if [ -z "$home" ]; then
        summaries+=("JDK $version is not here (looked at JAVA_HOME, the path and /usr/lib/jvm): NOT RUN: mvn $*")
        echo "== ${summaries[-1]}"
        failed=$((failed + 1))
        return
    fi
    echo "== JDK $version ($home): mvn $*"
    local began=$SECONDS
    clean
    # benchmarks beside starter and sample-app; a failed test hides none of the modules after it, and is counted below
    JAVA_HOME=$home mvn -B -ntp -T 2 -Dmaven.test.failure.ignore=true "$@" || broken=1
    tests=$(total tests)
    skipped=$(total skipped)
    bad=$(($(total failures) + $(total errors)))
    if [ "$broken" -eq 1 ] && [ "$bad" -eq 0 ]; then
        echo "== JDK $version: the build broke outside its tests"
        bad=1
        tests=$((tests + 1))
    fi
    [ "$bad" -eq 0 ] || failed_tests+=$(printf '\n== JDK %s\n%s' "$version" "$(failures)")
    summaries+=("JDK $version: $((tests - bad - skipped)) passed, $bad failed, $skipped skipped in $((SECONDS - began)) s: mvn $*")
    echo "== ${summaries[-1]}"
    passed=$((passed + tests - bad - skipped))
    failed=$((failed + bad))
}
