"""The Sigma rules: checked against the specification and converted by sigma-cli, from Python's own registry."""

import os
import pathlib
import subprocess
import sys
import tempfile

import checks
import debian

# The last ones that bring the list of tactics and techniques along; later ones fetch it while they check.
PACKAGES = ["sigma-cli==1.0.6", "pysigma==0.11.23", "pysigma-backend-splunk==1.1.3", "pysigma-backend-loki==0.12.4"]


def prove():
    place = _converter()
    if place is None:
        return checks.skip("mail-sigma", "there is no pip, or it cannot reach an index")
    found = checks.Checks()
    with tempfile.TemporaryDirectory() as work:
        rules = pathlib.Path(work) / "waxseal_mail_rules.yml"
        rules.write_text(checks.rule("sigma"))
        checked = _sigma(place, "check", "--fail-on-error", "--fail-on-issues", rules)
        found.true("sigma check has nothing against them", checked.returncode == 0 and "Found 0 errors, 0 condition errors and 0 issues" in checked.stdout, checked.stdout + checked.stderr)
        wanted = rules.read_text().count("\ntitle: ") + rules.read_text().startswith("title: ")
        found.true("there are rules", wanted >= 3, wanted)
        for target in ("splunk", "loki"):
            made = _sigma(place, "convert", "-t", target, "--without-pipeline", rules)
            queries = [line for line in made.stdout.splitlines() if line.strip()]
            found.equal(f"{target}: each becomes a query", (made.returncode, len(queries)), (0, wanted))
    print(f"sigma: {found.held} held, {len(found.failed)} failed", flush=True)
    return 1 if found.failed else 0


def _converter():
    """Where sigma-cli lies; fetched once."""
    place = debian.CACHE.parent / ("sigma-" + "-".join(it.split("==")[1] for it in PACKAGES))
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".sigma.") as work:
            fresh = pathlib.Path(work) / "packages"
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore", "--target", fresh]
            res = subprocess.run([*pip, *PACKAGES], capture_output=True, text=True, timeout=300, check=False)
            if res.returncode != 0:
                print(res.stderr.strip()[-2000:])
                return None
            fresh.rename(place)
    return place


def _sigma(place, *arguments):
    return checks.run(sys.executable, "-m", "sigma.cli.main", *arguments, env={**os.environ, "PYTHONPATH": str(place)})
