"""What the proofs with real mail programs share: checks that are counted, skips that are named, and the program that is tested."""

import os
import pathlib
import subprocess
import sys

import debian
import world

ROOT = world.ROOT


class Checks:
    """Counts what held and what did not; `finish` says so, and is the exit status."""

    def __init__(self):
        self.held, self.failed = 0, []

    def equal(self, name, got, wanted):
        self.true(name, got == wanted, f"wanted {wanted!r}, got {got!r}")

    def true(self, name, held, otherwise=""):
        if held:
            self.held += 1
        else:
            self.failed.append(name)
            print(f"FAILED {name}: {otherwise}", flush=True)

    def prove(self, name, proof):
        """Runs one proof; what it waits for in vain is a failure, and the next goes on."""
        before = self.held, len(self.failed)
        try:
            proof(self)
        except (TimeoutError, OSError, LookupError, StopIteration, subprocess.SubprocessError) as err:
            self.true(f"{name}: to its end", False, repr(err))
        print(f"{name}: {self.held - before[0]} held, {len(self.failed) - before[1]} failed", flush=True)

    def finish(self):
        print(f"{self.held} held, {len(self.failed)} failed", flush=True)
        return 1 if self.failed or not self.held else 0


def waxseal():
    """The program to test: $WAXSEAL, or the newest that was built here."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    built = [it for it in (target / "release/waxseal", target / "debug/waxseal") if it.exists()]
    given = os.environ.get("WAXSEAL")
    if not given and not built:
        raise SystemExit("error: there is no `waxseal` to test\nhint: build it, or set WAXSEAL to it")
    return given or str(max(built, key=lambda it: it.stat().st_mtime))


def skip(name, reason):
    """Names what this machine cannot do; ends with 0 only if that is on the committed list."""
    print(f"SKIPPED {name}: {reason}")
    return 0 if name in (ROOT / "scripts/allowed-skips").read_text().splitlines() else 1


def in_world(programs, seconds=300):
    """Runs the calling script again inside a world with these programs, and ends with its exit status; inside, goes on."""
    if os.environ.get("MAIL_WORLD"):
        return
    reason = debian.missing()
    if reason:
        sys.exit(skip("mail-world", reason))
    os.environ["WAXSEAL"] = waxseal()
    sys.exit(world.enter(programs, [sys.executable, *sys.argv], seconds=seconds))


def run(*command, seconds=60, **options):
    """A command with its output as text; its exit status is the caller's to look at."""
    options = {"capture_output": True, "text": True, "errors": "replace", **options}
    return subprocess.run([str(it) for it in command], timeout=seconds, check=False, **options)


def rule(kind, *options):
    """The text of one kind of rule."""
    res = run(os.environ["WAXSEAL"], "mail", "rules", kind, *options)
    if res.returncode != 0:
        raise SystemExit(f"error: `waxseal mail rules {kind}` ended with {res.returncode}\n{res.stderr}")
    return res.stdout
