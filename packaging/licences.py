"""Collects the licences of what is linked into a program."""

import json
import os
import subprocess

HEAD = """The programs of this package are made of their own code, whose licence is in LICENSE, of Rust's standard library
(https://github.com/rust-lang/rust, MIT OR Apache-2.0) and of the packages below, which crates.io has. Each text stands
once, below the packages that come with it.
"""
RULE = "=" * 100
BEGINNINGS = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")


def linked(package, target):
    """Returns the names and versions of the packages that are linked into the programs of a package."""
    command = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
    tree = output(command + ["--package", package, "--target", target])
    return {" ".join(line.split()[:2]) for line in tree.splitlines()}


def third_party(programs):
    """Returns the text of THIRD-PARTY.txt for programs, each given as (package, target)."""
    names = set().union(*(linked(package, target) for package, target in programs))
    metadata = json.loads(output(["cargo", "metadata", "--locked", "--format-version", "1"]))
    packages_of = {}
    for package in metadata["packages"]:
        name = f"{package['name']} v{package['version']}"
        if name in names and package["source"]:
            of = f"{name}  {package['license']}  {package['repository'] or ''}".rstrip()
            for text in texts(package):
                packages_of.setdefault(text, set()).add(of)
    parts = (("\n".join(sorted(packages)), text) for text, packages in packages_of.items())
    return "\n".join([HEAD, *(f"{RULE}\n{packages}\n{RULE}\n\n{text}\n" for packages, text in sorted(parts))])


def texts(package):
    """Returns the texts of licences that a package comes with."""
    found = []
    for folder, folders, files in os.walk(os.path.dirname(package["manifest_path"])):
        folders.sort()
        for name in sorted(files):
            if name.upper().startswith(BEGINNINGS) and not name.endswith((".rs", ".c", ".h")):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                    found.append(file.read().replace("\r\n", "\n").strip("\n"))
    named = f"The package comes with no text. Its licence is {package['license']}: https://spdx.org/licenses/"
    return found or [named]


def output(command):
    """Returns what a command prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
