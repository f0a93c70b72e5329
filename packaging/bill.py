"""Writes the bill of materials of a program: what it is made of, as CycloneDX."""

import json
import os
import subprocess
import tempfile


def bill(package, binary, target, commit, epoch):
    """Returns the text of the bill of a program at a commit.

    cargo-cyclonedx writes into every folder that has a manifest. It is given a copy, whose place is not to be told.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        sources = subprocess.run(["git", "archive", commit], check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "-x", "-C", folder], check=True, input=sources)
        manifest = f"{folder}/crates/{package}"
        command = ["cargo", "cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"]
        command += ["--describe", "binaries", "--no-build-deps", "--target", target]
        command += ["--manifest-path", f"{manifest}/Cargo.toml"]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
        subprocess.run(command, check=True, cwd=folder, env=environment)
        with open(f"{manifest}/{binary}_bin.cdx.json", encoding="utf-8") as file:
            text = file.read().replace(folder, "/okta-connector")
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
