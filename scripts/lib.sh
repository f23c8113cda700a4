# What the two set-up commands share: steps that are counted, skips that are named, and installing what is missing.
# Sourced by bash scripts; needs nothing but bash and coreutils.

set -u -o pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 70

passed=0
failed=0
skipped=0
failures=""
skips=""
# Whoever runs as root inside a container has no sudo and needs none.
as_root=""
if [ "$(id -u)" -ne 0 ]; then
  as_root="sudo -n"
fi
have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '\n== %s\n' "$*"; }

# step NAME COMMAND…: runs it, counts it, and goes on.
step() {
  local name=$1 started=$SECONDS
  shift
  say "$name"
  if "$@"; then
    passed=$((passed + 1))
    printf -- '-- ok: %s (%ss)\n' "$name" $((SECONDS - started))
  else
    local code=$?
    failed=$((failed + 1))
    failures="$failures
  FAILED  $name (exit status $code)"
    printf -- '-- FAILED: %s (exit status %s, %ss)\n' "$name" "$code" $((SECONDS - started))
  fi
}

# skip ID REASON: a step this machine cannot do. Fails the run unless ID is a line of scripts/allowed-skips.
skip() {
  local id=$1
  shift
  skipped=$((skipped + 1))
  skips="$skips
  SKIPPED $id: $*"
  printf '\n== SKIPPED %s: %s\n' "$id" "$*"
  if ! grep -qxF "$id" "$root/scripts/allowed-skips"; then
    failed=$((failed + 1))
    failures="$failures
  FAILED  $id was skipped and is not on scripts/allowed-skips"
  fi
}

# Prints the summary and ends with 0 only if nothing failed and something ran.
finish() {
  say "summary"
  [ -z "$failures" ] || printf '%s\n' "${failures#?}"
  [ -z "$skips" ] || printf '%s\n' "${skips#?}"
  printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# system_package COMMAND DEBIAN FEDORA ALPINE ARCH: installs the package that brings COMMAND, if COMMAND is missing.
system_package() {
  local command=$1
  have "$command" && return 0
  echo "installing what brings \`$command\`"
  if have apt-get; then
    # shellcheck disable=SC2086  # several packages in one word are meant to split
    $as_root env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends $2" >/dev/null
  elif have dnf; then
    # shellcheck disable=SC2086
    $as_root dnf install -y -q $3
  elif have apk; then
    # shellcheck disable=SC2086
    $as_root apk add -q $4
  elif have pacman; then
    # shellcheck disable=SC2086
    $as_root pacman -S --noconfirm --needed $5 >/dev/null
  fi
  have "$command" && return 0
  echo "error: \`$command\` is missing and could not be installed"
  echo "hint: install it with your system's package manager and run this again"
  return 1
}

# What both commands need: a C compiler (the allocator is C, and Rust links through it) and npm (whose configuration names the registry).
install_basics() {
  if ! have cargo; then
    echo "error: there is no Rust toolchain"
    echo "hint: install Rust 1.95 or newer, then run this again"
    return 1
  fi
  system_package cc build-essential "gcc gcc-c++ make" build-base base-devel &&
    system_package node "nodejs npm" "nodejs npm" "nodejs npm" "nodejs npm" &&
    system_package npm npm npm npm npm
}

# cargo_tool COMMAND CRATE: installs a cargo subcommand from the crates registry, if it is missing.
cargo_tool() {
  have "$1" && return 0
  echo "installing \`$2\` (once)"
  cargo install --locked --quiet "$2"
}
