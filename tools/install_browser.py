"""Find Chromium for the tests of the site, or install Debian's.

    python tools/install_browser.py [--optional]

A browser is looked for where CHROMIUM points and then on PATH. Where there is none, Debian's package ``chromium`` is
installed by ``apt-get``, as root or with a sudo that asks no password. With ``--optional`` it is no failure that no
browser can be had: the tests that need one are then skipped and say so. Where CI is set it always is a failure.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

VARIABLE = "CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGE = "chromium"
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120")
ADVICE = f"install Chromium, or set {VARIABLE} to the path of the browser"


class NoBrowserError(Exception):
    """No browser is there, and none can be had; the message says why and what to do."""


def find_browser(environment: Mapping[str, str] = os.environ) -> str | None:
    """The path of a Chromium, or None. Raises ``NoBrowserError`` if CHROMIUM names something that cannot be run."""
    search = environment.get("PATH")
    given = environment.get(VARIABLE)
    if given:
        path = shutil.which(given, path=search)
        if path is None:
            raise NoBrowserError(f"{VARIABLE}={given}: is not a program that can be run")
        return path
    return next((path for name in NAMES if (path := shutil.which(name, path=search))), None)


def required(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the lack of a browser is a failure: continuous integration must not skip what it is there to check."""
    return environment.get("CI", "").lower() not in ("", "0", "false")


def rights(environment: Mapping[str, str] = os.environ) -> list[str]:
    """What ``apt-get`` has to be called with. Raises ``NoBrowserError`` where packages cannot be installed."""
    search = environment.get("PATH")
    if shutil.which("apt-get", path=search) is None:
        raise NoBrowserError(f"no Chromium is on PATH, and this is no Debian that could install it: {ADVICE}")
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo", path=search) and run(["sudo", "-n", "true"], environment) is None:
        return ["sudo", "-n"]
    raise NoBrowserError(f"no Chromium is on PATH, and only root may install it: {ADVICE}")


def run(command: list[str], environment: Mapping[str, str]) -> str | None:
    """Run a command without asking anything; None if it went well, or the last line of what it complained about."""
    done = subprocess.run(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"{command[0]} ended with {done.returncode}"])[-1]


def install(environment: Mapping[str, str] = os.environ) -> str:
    """Install Debian's package and give the browser's path. Raises ``NoBrowserError``."""
    apt = [*rights(environment), *APT]
    # A list that cannot be fetched, such as that of a repository which has nothing to do with it, need not matter.
    stale = run([*apt, "update"], environment)
    failed = run([*apt, "install", "--no-install-recommends", PACKAGE], environment)
    if failed:
        before = f" (and before, apt-get update: {stale})" if stale else ""
        raise NoBrowserError(f"apt-get cannot install {PACKAGE}: {failed}{before}; {ADVICE}")
    path = find_browser(environment)
    if path is None:
        raise NoBrowserError(f"the package {PACKAGE} is installed and brought no browser on PATH: {ADVICE}")
    return path


def main(arguments: list[str] | None = None, say: Callable[[str], object] = print) -> int:
    """Find a browser or install it; the exit code is 0, or 2 if there is none and one is needed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--optional", action="store_true", help="end with 0 without a browser too, unless CI is set")
    options = parser.parse_args(arguments)
    try:
        say(find_browser() or install())
    except NoBrowserError as error:
        skipped = options.optional and not required()
        say(f"{error}{'; tests of the site in a browser are skipped' if skipped else ''}")
        return 0 if skipped else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
