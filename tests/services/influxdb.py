"""A real InfluxDB 2, built from its Go modules because no registry has it ready made.

Flux, its query language, is written in Rust, so the build needs Go, a C compiler and Cargo. Two
things keep a current Rust from building that older code: a pinned toolchain, which we override,
and the feature `strict`, which makes every new compiler warning an error and which we leave out.
"""

import json
import os
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.services import process, tools
from tests.services.cache import have, log_of
from tests.services.process import LOOPBACK, Child, Service

VERSION = "2.7.12"
PKG_CONFIG_VERSION = "0.2.14"
RUST_TOOLCHAIN = "stable"
NAME = f"influxdb-{VERSION}"
MODULE = "github.com/influxdata/influxdb/v2"
TAGS = "osusergo,netgo,sqlite_foreign_keys,sqlite_json"
GO_MOD = f"module influxdb-for-tests\n\ngo 1.23\n\nrequire {MODULE} v{VERSION}\n"
TOOLS_GO = f'//go:build tools\n\npackage tools\n\nimport _ "{MODULE}/cmd/influxd"\n'
CARGO_WRAPPER = '#!/bin/sh\nexec {cargo} "$@" -p flux --no-default-features --features flux/cffi\n'
NEEDED = {
    "go": "install Go 1.23 or later",
    "cargo": "install Rust (rustup or the package cargo)",
    "cc": "install a C compiler (Debian: gcc)",
    "pkg-config": "install pkg-config (Debian: pkg-config)",
}
ORG, BUCKET = "smart-community", "events"
USERNAME, PASSWORD, TOKEN = "tester", "tester-password", "tester-token"
# Straight to the loopback address, whatever proxy the machine is set to use.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class InfluxDB(Service):
    """A running InfluxDB with one organisation, one bucket and a token that may do everything."""

    url: str
    data: Path
    org: str = ORG
    bucket: str = BUCKET
    token: str = TOKEN

    def create_bucket(self, name: str, retention_s: int = 0) -> str:
        """Make a bucket that forgets after `retention_s` (0: never) and return its id."""
        found = _call(self.url, f"/api/v2/orgs?org={self.org}", token=self.token)
        rules = [{"type": "expire", "everySeconds": retention_s}] if retention_s else []
        wanted = {"orgID": found["orgs"][0]["id"], "name": name, "retentionRules": rules}
        return str(_call(self.url, "/api/v2/buckets", wanted, token=self.token)["id"])


def prepare() -> Path:
    """Return the influxd program, built if it is not in the cache (about four minutes)."""
    return have(NAME, _is_whole, _build) / "influxd"


def start(data: Path) -> InfluxDB:
    """Start an InfluxDB that keeps everything in `data`, set up with the names above."""
    program = prepare()
    data.mkdir(parents=True, exist_ok=True)
    port = process.free_port()
    url = f"http://{LOOPBACK}:{port}"
    argv = [str(program), "--http-bind-address", f"{LOOPBACK}:{port}", "--reporting-disabled"]
    argv += ["--bolt-path", str(data / "influxd.bolt"), "--engine-path", str(data / "engine")]
    argv += ["--sqlite-path", str(data / "influxd.sqlite")]
    child = Child(argv, data / "influxd.log", partial(_is_ready, url), cwd=data)
    child.start()
    service = InfluxDB(child, url, data)
    if _call(url, "/api/v2/setup")["allowed"]:
        names = {"username": USERNAME, "password": PASSWORD, "org": ORG, "bucket": BUCKET}
        _call(url, "/api/v2/setup", {**names, "token": TOKEN})
    return service


def _is_whole(folder: Path) -> bool:
    """Run the program: one that was cut short, or built for another system, does not answer."""
    program = folder / "influxd"
    if not program.exists():
        return False
    try:
        said = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return f"InfluxDB v{VERSION} " in said.stdout


def _build(folder: Path) -> None:
    """Build in a Go cache of its own: what an interrupted build leaves there breaks the next."""
    for program, mend in NEEDED.items():
        tools.need(program, f"{mend} to build InfluxDB")
    work, log = folder / "work", log_of(NAME)
    work.mkdir()
    (work / "go.mod").write_text(GO_MOD)
    (work / "tools.go").write_text(TOOLS_GO)
    env = _build_env(work)
    tools.run(["go", "mod", "tidy"], log=log, cwd=work, env=env)
    pkg_config = f"github.com/influxdata/pkg-config@v{PKG_CONFIG_VERSION}"
    tools.run(["go", "install", pkg_config], log=log, cwd=work, env=env)
    flags = ["-tags", TAGS, "-ldflags", f"-s -w -X main.version=v{VERSION}"]
    build = ["go", "build", *flags, "-o", str(folder / "influxd"), f"{MODULE}/cmd/influxd"]
    env["PKG_CONFIG"] = str(work / "bin" / "pkg-config")
    tools.run(build, log=log, cwd=work, env=env)
    shutil.rmtree(work)


def _build_env(work: Path) -> dict[str, str]:
    wrapper = work / "cargo"
    wrapper.write_text(CARGO_WRAPPER.format(cargo=tools.need("cargo", NEEDED["cargo"])))
    wrapper.chmod(0o755)
    return {
        "CARGO": str(wrapper),
        "CGO_ENABLED": "1",
        "GOBIN": str(work / "bin"),
        "GOCACHE": str(work / "go-cache"),
        "GOFLAGS": "-buildvcs=false",
        "GOWORK": "off",
        "RUSTUP_TOOLCHAIN": os.environ.get("RUSTUP_TOOLCHAIN", RUST_TOOLCHAIN),
    }


def _call(url: str, path: str, body: object = None, token: str | None = None) -> Any:
    """Send JSON (POST if there is a body) and return the JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Token {token}"
    request = urllib.request.Request(url + path, data, headers)
    with OPENER.open(request, timeout=30) as answer:
        return json.load(answer)


def _is_ready(url: str) -> bool:
    try:
        return bool(_call(url, "/health")["status"] == "pass")
    except (OSError, ValueError):
        return False
