# Finds a JDK 25 and exports JAVA_HOME; sourced by ./mvnw and ./xsan. Answers 1 where there is none.
is_jdk25() {
    [ -x "$1/bin/javac" ] && [ -f "$1/release" ] && grep -q '^JAVA_VERSION="25[".]' "$1/release"
}

find_jdk25() {
    on_path=$(command -v javac 2>/dev/null) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
        if [ -n "$home" ] && is_jdk25 "$home"; then
            JAVA_HOME=$home
            export JAVA_HOME
            return 0
        fi
    done
    return 1
}

# Like find_jdk25, but installs one where this is allowed and the distribution has one.
find_or_install_jdk25() {
    find_jdk25 && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq >/dev/null 2>&1 || true
        for package in openjdk-25-jdk-headless temurin-25-jdk; do
            apt-cache show "$package" >/dev/null 2>&1 || continue
            echo "Installing $package..." >&2
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null 2>&1 || continue
            find_jdk25 && return 0
        done
    fi
    echo "XSAN needs a JDK 25: install one (package openjdk-25-jdk-headless or temurin-25-jdk) or set JAVA_HOME to one" >&2
    return 1
}
