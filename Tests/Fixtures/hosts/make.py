#!/usr/bin/env python3
"""Makes the recorded hosts beside it: real processes and sockets in namespaces of their own.

    Tests/Fixtures/hosts/make.py SOCKWISE [HOST ...]

SOCKWISE is a built binary. Needs root, util-linux's unshare and iproute2. Each host is a network,
PID, UTS and mount namespace with PID 1 called systemd; `eth0` leads to a second network namespace,
the world, where its peers are. Where cgroup v2 can be written, services run in units of their own.

Files that set kernel parameters, and unit files, are those of a Debian 12 and of the situation, not
the machine's.

What a laboratory has and a host has not is taken out at the end: the suffix of its kernel's
release, its boot id, and the reason that processes outside the PID namespace are out of sight. And
the kernel has what Debian's files set for the whole machine.
"""

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CLONE_NEWNET, CLONE_NEWCGROUP = 0x40000000, 0x02000000
CGROUP = next((p for p in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")
               if os.path.exists(p + "/cgroup.procs")), None)
libc = ctypes.CDLL(None, use_errno=True)


def check(status):
    if status != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def sysctl(**values):
    for key, value in values.items():
        write("/proc/sys/" + key.replace("__", "/"), str(value))


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


# The host, its services, and its peers


class Host:
    """What a situation has at hand. Addresses: 10.0.0.5 and 2001:db8::5 are the host's."""

    address, address6 = "10.0.0.5", "2001:db8::5"

    def __init__(self, world):
        self.world = world

    def run(self, name, body, unit=None, world=False):
        """Runs `body` in a process called `name`, in a unit or in the world, until it is ready."""
        ready, ready_end = os.pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            try:
                if world:
                    with open(f"/proc/{self.world}/ns/net") as net:
                        check(libc.setns(net.fileno(), CLONE_NEWNET))
                if unit and CGROUP:
                    write(f"{CGROUP}/{unit}/cgroup.procs", "0")
                write("/proc/self/comm", name)
                keep = body()
                os.write(ready_end, b"1")
                signal.pause()
                del keep
            finally:
                os._exit(1)
        os.close(ready_end)
        if os.read(ready, 1) != b"1":
            raise SystemExit(f"{name} did not start")
        os.close(ready)

    def server(self, name, endpoints, unit=None, world=False, closes=0, workers=1, **options):
        """A process that accepts and keeps; of its connections it closes the first `closes`."""
        def body():
            held = []
            for address, port in endpoints:
                for _ in range(workers):
                    listener = listen(address, port, reuse_port=workers > 1, **options)
                    held.append(listener)
                    threading.Thread(target=accept, args=(listener, held, closes), daemon=True).start()
            return held
        self.run(name, body, unit, world)

    def clients(self, endpoint, count, name="client", unit=None, world=False, closes=False,
                sources=None, first_port=None):
        """A process with `count` connections, which it closes or keeps.

        A connection from a port that the server has in TIME_WAIT would re-open that one;
        `first_port` and those that follow are never the same.
        """
        def body():
            held = []
            for number in range(count):
                client = tcp(endpoint[0])
                if sources:
                    client.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
                    client.bind((sources[number % len(sources)], 0))
                if first_port:
                    client.bind(("", first_port + number))
                client.connect(endpoint)
                # The peer's end of it is there once this came back.
                client.recv(1)
                if closes:
                    client.close()
                    time.sleep(0.0005)
                else:
                    held.append(client)
                    threading.Thread(target=close_with_peer, args=(client,), daemon=True).start()
            return held
        self.run(name, body, unit, world)


def tcp(address):
    return socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)


def listen(address, port, reuse_address=True, reuse_port=False, backlog=511):
    listener = tcp(address)
    if reuse_address:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if ":" in address:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind((address, port))
    listener.listen(backlog)
    return listener


def accept(listener, held, closes):
    accepted = 0
    while True:
        connection, _ = listener.accept()
        connection.send(b"x")
        accepted += 1
        if accepted <= closes:
            connection.close()
        else:
            held.append(connection)
            threading.Thread(target=close_with_peer, args=(connection,), daemon=True).start()


def close_with_peer(connection):
    """The peer closes first, or stays."""
    if connection.recv(1) == b"":
        connection.close()


def udp(address, port, reuse_port=False):
    bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    if reuse_port:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if ":" in address:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    bound.bind((address, port))
    return bound


# What every host has


def debian(host):
    """ssh with one session, a mail server for the host itself, DHCP and time."""
    host.server("sshd", [("0.0.0.0", 22), ("::", 22)], "system.slice/ssh.service")
    host.clients((host.address, 22), 1, world=True)
    host.server("exim4", [("127.0.0.1", 25), ("::1", 25)], "system.slice/exim4.service")
    host.run("systemd-network", lambda: [udp(host.address, 68)],
             "system.slice/systemd-networkd.service")


# The hosts


def idle_debian(host):
    debian(host)


def pure_client(host):
    """A crawler: many destinations, few connections to each, some closed a moment ago."""
    debian(host)
    for number in range(12):
        peer = (f"203.0.113.{10 + number}", 443)
        host.server("peer", [peer], world=True)
        host.clients(peer, 10, "crawler", "system.slice/crawler.service")
        host.clients(peer, 8, "crawler", "system.slice/crawler.service", closes=True)


def keep_alive_server(host):
    """A web server with two workers and idle clients, which it closes when it has enough."""
    debian(host)
    host.server("nginx", [("0.0.0.0", 80), ("0.0.0.0", 443), ("::", 443)],
                "system.slice/nginx.service", workers=2, closes=20)
    peers = [f"198.51.100.{number}" for number in range(1, 60)]
    host.clients((host.address, 443), 300, world=True, sources=peers)
    host.clients((host.address6, 443), 40, world=True)


def reverse_proxy(host):
    """Connections in, and pools of connections to three backends."""
    debian(host)
    host.server("haproxy", [("0.0.0.0", 443), ("127.0.0.1", 9000)],
                "system.slice/haproxy.service", closes=30)
    peers = [f"198.51.100.{number}" for number in range(1, 40)]
    host.clients((host.address, 443), 150, world=True, sources=peers)
    for number in range(3):
        backend = (f"10.0.0.{20 + number}", 8080)
        host.server("backend", [backend], world=True)
        host.clients(backend, 32, "haproxy", "system.slice/haproxy.service")
        host.clients(backend, 10, "haproxy", "system.slice/haproxy.service", closes=True)


def database(host):
    """Pools of four applications, a replica, and an exporter on loopback. One parameter is set."""
    debian(host)
    sysctl(net__ipv4__tcp_keepalive_time=300)
    unit = "system.slice/postgresql@15-main.service"
    host.server("postgres", [("0.0.0.0", 5432), ("::", 5432)], unit)
    peers = [f"10.0.0.{number}" for number in range(30, 34)]
    host.clients((host.address, 5432), 120, world=True, sources=peers)
    host.clients((host.address, 5432), 12, world=True, sources=peers, closes=True)
    host.server("postgres_export", [("127.0.0.1", 9187)],
                "system.slice/prometheus-postgres-exporter.service")
    host.clients(("127.0.0.1", 5432), 2, "postgres_export",
                 "system.slice/prometheus-postgres-exporter.service")


def container_host(host):
    """Published ports, a bridge, and two containers with network namespaces of their own."""
    debian(host)
    sysctl(net__ipv4__ip_forward=1)
    ip("link", "add", "docker0", "type", "bridge")
    ip("addr", "add", "172.17.0.1/16", "dev", "docker0")
    ip("link", "set", "docker0", "up")
    # A port that the kernel chose, as containerd's stream server has it.
    host.server("containerd", [("127.0.0.1", 0)], "system.slice/containerd.service")
    for port in (8080, 8443):
        host.server("docker-proxy", [("0.0.0.0", port), ("::", port)],
                    "system.slice/docker.service")
    host.clients((host.address, 8080), 40, world=True)
    for number in range(2):
        identifier = f"{number + 10:x}" * 64

        def container():
            check(libc.unshare(CLONE_NEWNET))
            ip("link", "set", "lo", "up")
            return [listen("0.0.0.0", 80)]
        host.run("httpd", container, f"system.slice/docker-{identifier[:64]}.scope")


def dns_resolver(host):
    """Two workers on port 53, and a query to each of many servers from a port of its own."""
    debian(host)
    unit = "system.slice/unbound.service"
    host.server("unbound", [("0.0.0.0", 53), ("::", 53), ("0.0.0.0", 853)], unit, workers=2)

    def queries():
        held = [udp(address, 53, reuse_port=True) for address in ("0.0.0.0", "::") for _ in "ab"]
        for number in range(150):
            query = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            query.connect((f"203.0.113.{number + 1}", 53))
            held.append(query)
        return held
    host.run("unbound", queries, unit)
    host.clients((host.address, 853), 30, world=True)


def sick_client(host):
    """A range of 2,401 ports used up toward one destination, and its better half toward another."""
    debian(host)
    sysctl(net__ipv4__ip_local_port_range="32768 35168", net__ipv4__tcp_tw_reuse=0,
           net__ipv4__tcp_max_tw_buckets=4000)
    host.server("metrics", [("0.0.0.0", 33000)], "system.slice/metrics.service")
    for number, count in enumerate((2390, 1190)):
        peer = (f"203.0.113.{10 + number}", 443)
        host.server("peer", [peer], world=True)
        host.clients(peer, count, "crawler", "system.slice/crawler.service", closes=True)
    host.server("legacy", [("0.0.0.0", 8080)], "system.slice/legacy.service", closes=3,
                reuse_address=False)
    host.clients((host.address, 8080), 3, world=True)


def sick_server(host):
    """Accepts only; reuse of TIME_WAIT is on without timestamps, and does nothing here anyway. Its
    configuration has most of what goes wrong in sysctl.d."""
    debian(host)
    sysctl(net__ipv4__tcp_tw_reuse=1, net__ipv4__tcp_timestamps=0, net__ipv4__tcp_fin_timeout=15,
           net__ipv4__tcp_keepalive_time=600)
    host.server("httpd", [("0.0.0.0", 80)], "system.slice/apache2.service", closes=1020)
    host.clients((host.address, 80), 1020, world=True, first_port=20000)


def no_timestamps(host):
    """Somebody has turned TCP timestamps off."""
    debian(host)
    sysctl(net__ipv4__tcp_timestamps=0)


HOSTS = {name.replace("_", "-"): globals()[name] for name in (
    "idle_debian", "pure_client", "keep_alive_server", "reverse_proxy", "database",
    "container_host", "dns_resolver", "sick_client", "sick_server", "no_timestamps")}


# Files that set kernel parameters

DIRECTORIES = [f"{tree}/{name}.d" for name in ("sysctl", "tmpfiles")
               for tree in ("/etc", "/usr/local/lib", "/usr/lib", "/lib")]
DIRECTORIES += ["/etc/tuned", "/usr/lib/tuned", "/etc/systemd/system", "/usr/lib/systemd/system"]

# What procps and systemd of Debian 12 set.
DEBIAN = {
    "/usr/lib/sysctl.d/50-pid-max.conf": "kernel.pid_max = 4194304\n",
    "/usr/lib/sysctl.d/99-protect-links.conf":
        "fs.protected_fifos = 1\nfs.protected_hardlinks = 1\n"
        "fs.protected_regular = 2\nfs.protected_symlinks = 1\n",
    "/usr/lib/tmpfiles.d/tmp.conf": "D /tmp 1777 root root -\nq /var/tmp 1777 root root 30d\n",
}

CONFIGURATION = {
    "database": {"/etc/sysctl.d/30-postgresql.conf": """\
# Find dead clients in five minutes
net.ipv4.tcp_keepalive_time = 300
"""},
    "sick-server": {
        "/etc/sysctl.d/60-tuning.conf": """\
# Fewer connections in TIME_WAIT
net.ipv4.tcp_fin_timeout = 15
net.ipv4.tcp_tw_reuse = 1
net.ipv4.tcp_tw_recycle = 1
net.ipv4.tcp_timestamps = 1
net.ipv4.tcp_max_sny_backlog = 4096
net.core.somaxconn = 128
net.ipv4.tcp_retries2 8
""",
        "/etc/sysctl.d/90-old.conf": "net.ipv4.tcp_timestamps = 0\n",
        "/etc/sysctl.d/web-server": "net.core.netdev_max_backlog = 5000\n",
        "/usr/lib/tmpfiles.d/web-server.conf":
            "d /run/web-server 0755 root root -\n"
            "w /proc/sys/net/ipv4/tcp_keepalive_time - - - - 600\n",
    },
}


# Unit files


def service(command, after="network.target", **settings):
    """A unit file; `settings` are those of [Service]."""
    lines = "".join(f"{key}={value}\n" for key, value in settings.items())
    return (f"[Unit]\nAfter={after}\n\n[Service]\nExecStart={command}\n{lines}"
            "\n[Install]\nWantedBy=multi-user.target\n")


DEBIAN_UNITS = {
    "ssh.service": service("/usr/sbin/sshd -D", Type="notify", KillMode="process",
                           Restart="on-failure", RestartPreventExitStatus=255),
    "exim4.service": service("/usr/sbin/exim4 -bdf -q30m", Type="exec"),
    "systemd-networkd.service": service("/lib/systemd/systemd-networkd", Type="notify",
                                        Restart="on-failure", RestartSec=0),
}
# Enabled, as those above are.
UNITS = {
    "pure-client": {"crawler.service": service("/opt/crawler/crawl", Restart="always")},
    "keep-alive-server": {
        "nginx.service": service("/usr/sbin/nginx -g 'daemon off;'", Type="simple",
                                 KillMode="mixed", LimitNOFILE=65536)},
    "reverse-proxy": {
        "haproxy.service": service("/usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg",
                                   Type="notify", KillMode="mixed", Restart="always",
                                   LimitNOFILE=524288)},
    "database": {
        "postgresql@15-main.service": service(
            "/usr/bin/pg_ctlcluster --skip-systemctl-redirect 15 main start", Type="forking"),
        "prometheus-postgres-exporter.service": service(
            "/usr/bin/prometheus-postgres-exporter", Restart="on-failure")},
    "container-host": {
        "containerd.service": service("/usr/bin/containerd", Type="notify", KillMode="process",
                                      Restart="always", RestartSec=5, LimitNOFILE="infinity"),
        "docker.service": service("/usr/sbin/dockerd -H fd://", Type="notify", KillMode="process",
                                  Restart="always", RestartSec=2, LimitNOFILE="infinity",
                                  Sockets="docker.socket"),
        "docker.socket": "[Socket]\nListenStream=/run/docker.sock\nSocketMode=0660\n"
                         "\n[Install]\nWantedBy=sockets.target\n"},
    "dns-resolver": {"unbound.service": service("/usr/sbin/unbound -d -p", Type="notify",
                                                Restart="on-failure")},
    "sick-client": {
        "crawler.service": service("/opt/crawler/crawl", Restart="always"),
        "metrics.service": service("/opt/metrics/serve", Restart="always"),
        # Five attempts in half a second, and the port is not free for a minute.
        "legacy.service": service("/opt/legacy/serve --token=x", Restart="always",
                                  Environment="TOKEN=x")},
    "sick-server": {
        "apache2.service": service("/usr/sbin/apachectl start", Type="forking",
                                   Restart="on-abort", StartLimitIntervalSec=0,
                                   LimitNOFILE=2000000000),
        "report.socket": "[Socket]\nListenStream=40000\n\n[Install]\nWantedBy=sockets.target\n",
        "report.service": service("/opt/report/serve")},
}


def install_units(name):
    for unit, text in (DEBIAN_UNITS | UNITS.get(name, {})).items():
        template = unit.split("@")[0] + "@.service" if "@" in unit else unit
        path = f"/usr/lib/systemd/system/{template}"
        write(path, text)
        target = "sockets" if unit.endswith(".socket") else "multi-user"
        wants = f"/etc/systemd/system/{target}.target.wants"
        os.makedirs(wants, exist_ok=True)
        os.symlink(path, f"{wants}/{unit}")


def configure(name):
    """Mounts what the host has over what the machine has."""
    for directory in DIRECTORIES:
        if os.path.isdir(directory) and not os.path.ismount(directory):
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", directory], check=True)
    for path, text in (DEBIAN | CONFIGURATION.get(name, {})).items():
        if not os.path.ismount(os.path.dirname(path)):
            raise SystemExit(f"{os.path.dirname(path)} is not there: make these hosts on Debian")
        write(path, text)
    # Debian's has comments alone, and systemd reads it through a link.
    os.symlink("../sysctl.conf", "/etc/sysctl.d/99-sysctl.conf")
    for path in ("/etc/sysctl.conf", "/proc/cmdline"):
        stand_in = "/run/" + os.path.basename(path)
        write(stand_in, "\n")
        subprocess.run(["mount", "--bind", stand_in, path], check=True)


# Making one


def base():
    return f"sockwise-fixtures-{os.environ['SOCKWISE_FIXTURES']}"


def network(world):
    """eth0 here, and the same wire's other end with every peer's address in the world."""
    ip("link", "set", "lo", "up")
    ip("link", "add", "eth0", "type", "veth", "peer", "name", "wire", "netns", str(world))
    ip("addr", "add", f"{Host.address}/24", "dev", "eth0")
    ip("addr", "add", f"{Host.address6}/64", "dev", "eth0", "nodad")
    ip("link", "set", "eth0", "up")
    ip("route", "add", "default", "via", "10.0.0.1")


def in_world():
    """The second network namespace: a process that waits; its number outside is its name."""
    ready, ready_end = os.pipe()
    stay, stay_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(stay_end)
        check(libc.unshare(CLONE_NEWNET))
        os.write(ready_end, b"1")
        os.read(stay, 1)
        os._exit(0)
    os.read(ready, 1)
    return pid, stay_end


def world_up(world):
    addresses = ["10.0.0.1/24"] + [f"10.0.0.{n}/24" for n in (*range(20, 23), *range(30, 34))]
    addresses += [f"203.0.113.{n}/32" for n in range(1, 160)]
    addresses += [f"198.51.100.{n}/32" for n in range(1, 60)] + ["2001:db8::1/64"]
    subprocess.run(["nsenter", f"--net=/proc/{world}/ns/net", "ip", "-batch", "-"], check=True,
                   text=True, input="link set lo up\nlink set wire up\n" + "".join(
                       f"addr add {a} dev wire" + (" nodad\n" if ":" in a else "\n")
                       for a in addresses))


def inside(sockwise, name):
    """PID 1 of the new namespaces."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    os.makedirs("/run/systemd/system")
    configure(name)
    install_units(name)
    write("/proc/self/comm", "systemd")
    socket.sethostname(name)
    if CGROUP:
        write(f"{CGROUP}/{base()}/cgroup.procs", "0")
        check(libc.unshare(CLONE_NEWCGROUP))
        mount_groups()
    world, stay = in_world()
    network(world)
    world_up(world)
    time.sleep(0.2)
    sysctl(net__ipv4__tcp_rfc1337=1)
    HOSTS[name](Host(world))
    # The last FINs are acknowledged after 40 ms.
    time.sleep(0.3)
    target = f"{HERE}/{name}/host"
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    subprocess.run([sockwise, "facts", "--sample", "500ms", "--record", target], check=True,
                   stdout=subprocess.DEVNULL)
    tidy(target, name, os.stat(f"/proc/{world}/ns/net").st_ino)
    os.close(stay)


def mount_groups():
    """systemd's hierarchy as the host has it: version 2 alone, from its own top on."""
    with open("/proc/self/mountinfo") as file:
        mounts = [line.split() for line in file]
    for fields in reversed(mounts):
        if fields[fields.index("-") + 1] in ("cgroup", "cgroup2"):
            subprocess.run(["umount", "--lazy", fields[4]], check=True)
    os.makedirs(CGROUP, exist_ok=True)
    subprocess.run(["mount", "-t", "cgroup2", "cgroup2", CGROUP], check=True)


def tidy(target, name, world):
    release = f"{target}/proc/sys/kernel/osrelease"
    with open(release) as file:
        kernel = re.match(r"[0-9.]+", file.read()).group().rstrip(".") + "-amd64"
    write(release, kernel + "\n")
    for text in DEBIAN.values():
        for key, value in re.findall(r"^([a-z_.]+) = (.*)$", text, re.MULTILINE):
            write(f"{target}/proc/sys/{key.replace('.', '/')}", value + "\n")
    number = list(HOSTS).index(name) + 1
    write(f"{target}/proc/sys/kernel/random/boot_id", f"00000000-0000-4000-8000-{number:012d}\n")
    with open(f"{target}/recording.json") as file:
        recording = json.load(file)
    recording.update(kernel=kernel, recorded="2026-01-01T00:00:00Z")
    recording.pop("namespaces_gap", None)
    # The world is no namespace of the host.
    recording["namespaces"] = [n for n in recording["namespaces"] if n["inode"] != world]
    save(f"{target}/recording.json", recording)
    with open(f"{target}/sockets.json") as file:
        sockets = json.load(file)
    for entry in sockets["sockets"]:
        entry.pop("owners_gap", None)
    save(f"{target}/sockets.json", sockets)
    for folder, _, files in os.walk(target):
        os.chmod(folder, 0o755)
        for file in files:
            os.chmod(f"{folder}/{file}", 0o644)


def save(path, value):
    write(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--inside":
        inside(sys.argv[2], sys.argv[3])
        return
    sockwise = os.path.abspath(sys.argv[1])
    for name in sys.argv[2:] or HOSTS:
        os.environ["SOCKWISE_FIXTURES"] = str(os.getpid())
        try:
            subprocess.run(
                ["unshare", "--net", "--pid", "--uts", "--ipc", "--mount", "--fork",
                 "--kill-child", "--mount-proc", sys.executable, os.path.abspath(__file__),
                 "--inside", sockwise, name], check=True, cwd="/")
            print(name)
        finally:
            remove_groups()


def remove_groups():
    if not CGROUP:
        return
    time.sleep(0.2)
    for folder, _, _ in os.walk(f"{CGROUP}/{base()}", topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            print(f"left behind: {folder}", file=sys.stderr)


main()
