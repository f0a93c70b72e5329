#!/usr/bin/env python3
"""Puts programs into archives that are the same, byte for byte, wherever and whenever they are made.

    archives.py zip BOOTSTRAP arm64|x86_64 FILE
"""

import gzip
import io
import os
import struct
import sys
import tarfile
import time
import zipfile

# The numbers by which ELF knows Lambda's two kinds of processors.
MACHINES = {"x86_64": 62, "arm64": 183}


def architecture(program):
    """Returns the architecture that a program for Linux is built for, as Lambda calls it."""
    with open(program, "rb") as file:
        head = file.read(20)
    if head[:6] != b"\x7fELF\x02\x01" or len(head) < 20:
        sys.exit(f"{program} is no program for Lambda: a 64-bit ELF file is expected")
    machine = struct.unpack_from("<H", head, 18)[0]
    names = {number: name for name, number in MACHINES.items()}
    return names.get(machine, f"a processor with ELF's number {machine}")


def zip_function(bootstrap, wanted, archive, epoch):
    """Writes the archive that Lambda takes, of a program that is called `bootstrap` there."""
    found = architecture(bootstrap)
    if found != wanted:
        sys.exit(f"{bootstrap} is built for {found}, and {archive} is to be for {wanted}")
    entry = zipfile.ZipInfo("bootstrap", time.gmtime(epoch)[:6])
    entry.create_system = 3  # Unix, whose permissions follow.
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with open(bootstrap, "rb") as file, zipfile.ZipFile(archive, "w") as target:
        target.writestr(entry, file.read(), compresslevel=9)


def tar_programs(files, folder, archive, epoch):
    """Writes an archive of (path, mode) below a folder."""
    with open(archive, "wb") as target, gzip.GzipFile("", "wb", 9, target, mtime=epoch) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path, mode in files:
                with open(path, "rb") as file:
                    content = file.read()
                entry = tarfile.TarInfo(f"{folder}/{os.path.basename(path)}")
                entry.size, entry.mode, entry.mtime = len(content), mode, epoch
                tar.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] != "zip" or sys.argv[3] not in MACHINES:
        sys.exit(__doc__)
    _, _, program, name, target = sys.argv
    zip_function(program, name, target, int(os.environ["SOURCE_DATE_EPOCH"]))
