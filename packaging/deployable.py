#!/usr/bin/env python3
"""Writes template.yaml as it stands in a package: it takes an archive that is there, where the original has one built.

    deployable.py arm64|x86_64 ARCHIVE < template.yaml
"""

import re
import sys

# What the original says, and what a package says in its place. Each stands in the original once.
CHANGES = [
    (r"\A(?:#.*\n)+", "# The connector in an account, from a package: it takes the archive beside it. README.md says how to deploy it.\n"),
    (r"( +Default: )arm64\n( +AllowedValues: )\[arm64, x86_64\]\n( +Description: ).*\n",
     r"\1{architecture}\n\2[{architecture}]\n\3The processor that this package is for. It cannot be another one.\n"),
    (r"    Metadata:\n(?:      .*\n)+(    Properties:\n(?:      .*\n)*?)      CodeUri: \S+\n",
     r"\1      CodeUri: {archive}\n"),
]


def deployable(template, architecture, archive):
    """Returns the text of a template that deploys an archive for an architecture."""
    for original, packaged in CHANGES:
        packaged = packaged.replace("{architecture}", architecture).replace("{archive}", archive)
        template, count = re.subn(original, packaged, template)
        if count != 1:
            sys.exit(f"template.yaml has {count} places, where one is expected, that read like\n{original}")
    return template


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.stdout.write(deployable(sys.stdin.read(), *sys.argv[1:]))
