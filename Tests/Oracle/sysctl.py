#!/usr/bin/env python3
"""What the real systemd-sysctl and `sysctl --system` make of trees of sysctl.d files.

As root: unshare --mount --propagation private python3 sysctl.py < requests

Both see the tree's directories in place of the machine's and an empty tmpfs in place of /proc/sys, in
which only the keys exist that were asked for. Nothing of the machine is read or written: where the
tmpfs is not in place, nothing is run.

Requests, one a line:   key PATH     a key that exists from here on (PATH below /proc/sys)
                        tree DIR     runs both programs over DIR/etc/sysctl.d and its likes
Answers:                systemd PATH HEX, procps PATH =HEX  a key that was written, and its value
                        done         the end of a tree
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile

DIRECTORIES = ["etc", "run", "usr/local/lib", "usr/lib"]
PROGRAMS = {
    "systemd": ["/lib/systemd/systemd-sysctl"],
    "procps": ["/sbin/sysctl", "--system"],
}
# What a key has before. Not empty: systemd-sysctl does not write what is there already.
UNTOUCHED = b"(untouched)"


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


class Oracle:
    def __init__(self):
        if os.readlink("/proc/self/ns/mnt") == os.readlink(f"/proc/{os.getppid()}/ns/mnt"):
            sys.exit("sysctl.py: not in a mount namespace of its own")
        self.base = tempfile.mkdtemp(prefix="sockwise-oracle-")
        mount("-t", "tmpfs", "none", self.base)
        atexit.register(self.leave)
        os.mkdir(self.base + "/sys")
        for directory in DIRECTORIES:
            self.replace(directory)
        self.conf = self.base + "/sysctl.conf"
        open(self.conf, "w").close()
        if os.path.exists("/etc/sysctl.conf"):
            mount("--bind", self.conf, "/etc/sysctl.conf")
        else:
            # The file is not the machine's: it is in an overlay of this namespace.
            self.overlay("etc")
            open("/etc/sysctl.conf", "w").close()
            mount("--bind", self.conf, "/etc/sysctl.conf")
        mount("--bind", self.base + "/sys", "/proc/sys")
        self.keys = {}

    def leave(self):
        """Takes the directory away; what is mounted goes with the namespace."""
        subprocess.run(["umount", "--lazy", self.base])
        os.rmdir(self.base)

    def replace(self, directory):
        """Puts an empty directory of ours in place of /DIRECTORY/sysctl.d."""
        os.makedirs(f"{self.base}/trees/{directory}")
        place = f"/{directory}/sysctl.d"
        if not os.path.isdir(place):
            self.overlay(directory)
            os.makedirs(place, exist_ok=True)
        mount("--bind", f"{self.base}/trees/{directory}", place)

    def overlay(self, directory):
        name = directory.replace("/", "-")
        upper, work = f"{self.base}/upper-{name}", f"{self.base}/work-{name}"
        os.mkdir(upper)
        os.mkdir(work)
        options = f"lowerdir=/{directory},upperdir={upper},workdir={work}"
        mount("-t", "overlay", "overlay", "-o", options, f"/{directory}")

    def check(self):
        """Refuses to go on where a program would write to the machine's own /proc/sys."""
        ours = os.stat(self.base + "/sys")
        there = os.stat("/proc/sys")
        if (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino):
            sys.exit("sysctl.py: /proc/sys is not ours")

    def key(self, path):
        file = f"{self.base}/sys/{path}"
        os.makedirs(os.path.dirname(file), exist_ok=True)
        self.keys[path] = file

    def place(self, tree):
        for directory in DIRECTORIES:
            target = f"{self.base}/trees/{directory}"
            for name in os.listdir(target.encode()):
                path = os.path.join(target.encode(), name)
                if os.path.isdir(path) and not os.path.islink(path):
                    shutil.rmtree(path)
                else:
                    os.unlink(path)
            # Last the one that wins: /lib is /usr/lib on the machine, and not yet in some packages.
            for source in (["lib"] if directory == "usr/lib" else []) + [directory]:
                self.copy(f"{tree}/{source}/sysctl.d".encode(), target.encode())
        conf = f"{tree}/etc/sysctl.conf"
        content = open(conf, "rb").read() if os.path.isfile(conf) else b""
        with open(self.conf, "wb") as file:
            file.write(content)

    def copy(self, source, target):
        if not os.path.isdir(source):
            return
        for name in os.listdir(source):
            path, copy = os.path.join(source, name), os.path.join(target, name)
            if os.path.lexists(copy):
                os.unlink(copy)
            if os.path.isdir(path) and not os.path.islink(path):
                os.mkdir(copy)
            else:
                shutil.copyfile(path, copy, follow_symlinks=False)

    def run(self, name):
        for file in self.keys.values():
            with open(file, "wb") as stream:
                stream.write(UNTOUCHED + b"\n")
        self.check()
        subprocess.run(
            PROGRAMS[name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        for path, file in self.keys.items():
            # systemd does not truncate: what a longer value left behind follows.
            value = open(file, "rb").read().split(b"\n", 1)[0]
            if value != UNTOUCHED:
                print(name, path, "=" + value.hex())


oracle = Oracle()
for line in sys.stdin:
    verb, _, rest = line.rstrip("\n").partition(" ")
    if verb == "key":
        oracle.key(rest)
    elif verb == "tree":
        oracle.place(rest)
        for name in PROGRAMS:
            oracle.run(name)
        print("done")
