#!/usr/bin/env python3
"""The Debian package: what is in it, its unit and its settings, and an import with the programs as installed."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

import harness
from harness import ROOT, SAMPLE, check, workplace

BUILD = pathlib.Path(os.environ.get("PULTER_BUILD", ROOT / "build/release"))
SKIPPED = 77


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    check(done.returncode == 0, f"{' '.join(map(str, command))}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def unpacked(place):
    """The package made from this build, unpacked as dpkg would put it."""
    for program in ("cpack", "dpkg-deb", "dpkg-shlibdeps", "file"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is missing; tools/ci/install-dependencies package installs it")
            sys.exit(SKIPPED)
    run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", place.path("package"))
    (package,) = pathlib.Path(place.path("package")).glob("*.deb")
    run("dpkg-deb", "-x", package, place.path("root"))
    return package, pathlib.Path(place.path("root"))


def the_package_holds_what_a_machine_needs():
    with workplace() as place:
        package, root = unpacked(place)
        files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        for name in ("usr/bin/pulter", "usr/bin/pulterd", "usr/lib/systemd/system/pulterd.service",
                     "usr/lib/sysusers.d/pulter.conf", "etc/pulter/pulter.toml", "usr/share/man/man1/pulter.1",
                     "usr/share/man/man8/pulterd.8", "usr/share/doc/pulter/copyright"):
            check(name in files, f"not in the package: {name}")
        needs = run("dpkg-deb", "-f", package, "Depends")
        for library in ("android-libboringssl", "libsqlite3-0", "libc-ares2", "ca-certificates"):
            check(library in needs, f"not among its dependencies ({needs.strip()}): {library}")
        for other in ("libssl3", "libcurl"):
            check(other not in needs, f"OpenSSL would come into the daemon: {needs.strip()}")
        # It delivers without anything of the build folder.
        built = harness.PULTER, harness.PULTERD
        harness.PULTER, harness.PULTERD = str(root / "usr/bin/pulter"), str(root / "usr/bin/pulterd")
        try:
            deliver_the_sample(place)
        finally:
            harness.PULTER, harness.PULTERD = built


def deliver_the_sample(place):
    receiver = place.receiver(secret=None)
    daemon = place.daemon().wait_ready()
    done = place.pulter("import", SAMPLE, "--webhook-url", receiver.url, daemon=daemon)
    check(done.returncode == 0, f"pulter import: {done.stdout}{done.stderr}")
    daemon.stop()


def every_setting_is_explained():
    packaging = ROOT / "tools/packaging"
    flags = run(harness.PULTERD, "--help")
    known = set(re.findall(r"^  --([a-z-]+) VALUE", flags, re.M)) | {"allow-http"}
    settings = {name.replace("-", "_") for name in known}
    lists = {name.replace("-", "_") for name in re.findall(r"^  --([a-z-]+) VALUE \.\.\.", flags, re.M)}
    settings = {name + "s" if name in lists else name for name in settings}
    lines = re.findall(r"^#([a-z_]+ = .*)$", (packaging / "pulter.toml").read_text(), re.M)
    defaults = tomllib.loads("\n".join(lines))
    check(set(defaults) == settings, f"pulter.toml and the daemon differ: {set(defaults) ^ settings}")
    manual = (packaging / "pulterd.8").read_text()
    check(all(re.search(rf"\b{name}\b", manual) for name in settings), "pulterd.8 lacks a setting")
    commands = set(re.findall(r"^  ([a-z]+) ", run(harness.PULTER, "--help").split("Subcommands:")[1], re.M))
    described = (packaging / "pulter.1").read_text()
    check(all(re.search(rf"\b{name}\b", described) for name in commands), f"pulter.1 lacks a command of {commands}")
    with workplace() as place:
        # The file as it is, and with every default spoken out, is a configuration that the daemon takes.
        spoken = pathlib.Path(place.path("spoken.toml"))
        overridden = ("data_dir", "socket", "allow_networks", "allow_http")
        spoken.write_text("\n".join(line for line in lines if not line.startswith(overridden)))
        for file in (packaging / "pulter.toml", spoken):
            daemon = place.daemon("--config", str(file), name=file.stem).wait_ready()
            check(daemon.json("GET", "/readyz")["ready"], f"not ready with {file.name}")
            daemon.stop()


def the_unit_is_sound():
    if shutil.which("systemd-analyze") is None:
        print("systemd-analyze is missing: the unit was not checked")
        return
    with workplace() as place:
        unit = (ROOT / "tools/packaging/pulterd.service").read_text().replace("/usr/bin/pulterd", harness.PULTERD)
        path = pathlib.Path(place.path("pulterd.service"))
        path.write_text(unit.replace("Documentation=man:pulterd(8)\n", ""))
        done = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True)
        about = [line for line in done.stderr.splitlines() if "pulterd.service" in line]
        check(about == [], f"systemd-analyze verify: {about}")


def the_unit_allows_what_the_daemon_calls():
    """Every system call of a start, an import and a stop is one that the unit's filter lets through."""
    if shutil.which("strace") is None or shutil.which("systemd-analyze") is None:
        print("strace or systemd-analyze is missing: the filter was not checked")
        return
    unit = (ROOT / "tools/packaging/pulterd.service").read_text()
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        denied, words = line.startswith("~"), line.lstrip("~").split()
        names = set().union(*(members(word) for word in words))
        allowed = allowed - names if denied else allowed | names
    with workplace() as place:
        trace = place.path("calls")
        real, harness.PULTERD = harness.PULTERD, place.path("traced")
        pathlib.Path(harness.PULTERD).write_text(f"#!/bin/sh\nexec strace -D -f -qq -o {trace} {real} \"$@\"\n")
        os.chmod(harness.PULTERD, 0o755)
        try:
            receiver = place.receiver(secret=None)
            daemon = place.daemon("--listen", "127.0.0.1:0")
            try:
                daemon.wait_ready()
            except AssertionError:
                if "PTRACE" in pathlib.Path(place.path("pulterd.log")).read_text():
                    print("strace may not trace here: the filter was not checked")
                    return
                raise
            done = place.pulter("import", SAMPLE, "--webhook-url", receiver.url, daemon=daemon)
            check(done.returncode == 0, f"pulter import: {done.stdout}{done.stderr}")
            daemon.stop()
        finally:
            harness.PULTERD = real
        called = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", pathlib.Path(trace).read_text(), re.M))
        check("io_uring_enter" in called, f"nothing was traced: {called}")
        # execve is made before the filter stands; fchown is SQLite's, and only root's, who makes files for others.
        called -= {"execve", "fchown"}
        check(called <= allowed, f"the unit forbids {sorted(called - allowed)}")


def members(word):
    """The system calls of a group, or the one named."""
    if not word.startswith("@"):
        return {word}
    found = set()
    for name in run("systemd-analyze", "syscall-filter", word).split("\n")[1:]:
        name = name.strip()
        if name and not name.startswith("#"):
            found |= members(name)
    return found


if __name__ == "__main__":
    harness.main([the_package_holds_what_a_machine_needs, every_setting_is_explained, the_unit_is_sound,
                  the_unit_allows_what_the_daemon_calls])
