import CEL
import Glibc
import Testing

@testable import HostFacts

@Suite struct SysctlValueTests {
  @Test(arguments: [
    ("2\n", SysctlEntry.Kind.integer, SysctlValue.integer(2)),
    ("-1", .integer, .integer(-1)),
    ("9223372036854775807\n", .integer, .integer(.max)),
    ("32768\t60999\n", .portRange, .portRange(PortRange(first: 32768, last: 60999))),
    ("5 5", .portRange, .portRange(PortRange(first: 5, last: 5))),
    ("\n", .portSet, .portSet(IntegerSet())),
    ("8080,9000-9010,1\n", .portSet, .portSet(IntegerSet([1...1, 8080...8080, 9000...9010]))),
    ("4096\t131072\t33554432\n", .integers(count: 3), .integers([4096, 131072, 33_554_432])),
    ("cubic\n", .string, .string("cubic")),
  ]) func values(_ text: String, _ kind: SysctlEntry.Kind, _ expected: SysctlValue) {
    #expect(SysctlValue(text, kind: kind) == expected)
  }

  @Test(arguments: [
    ("", SysctlEntry.Kind.integer), ("x", .integer), ("1 2", .integer), ("1.5", .integer),
    ("9223372036854775808", .integer), ("\u{0}", .integer),
    ("1", .portRange), ("1 2 3", .portRange), ("60999 32768", .portRange), ("-1 5", .portRange),
    ("1 65536", .portRange),
    ("1,", .portSet), (",", .portSet), ("5-1", .portSet), ("1-2-3", .portSet), ("-", .portSet),
    ("65536", .portSet), ("a", .portSet),
    ("1 2", .integers(count: 3)), ("1 2 x", .integers(count: 3)),
  ]) func otherTextIsRefused(_ text: String, _ kind: SysctlEntry.Kind) {
    #expect(SysctlValue(text, kind: kind) == nil)
  }
}

@Suite struct ProcSysTests {
  let scratch = ScratchDirectory()

  func read(_ root: HostRoot, initial: Bool = true) -> ProcSys {
    .read(
      SysctlCatalog.entries, from: root, version: KernelVersion(6, 1),
      inInitialNamespace: initial)
  }

  @Test func valuesWithTheirFile() {
    scratch.write("proc/sys/net/ipv4/tcp_tw_reuse", "2\n")
    scratch.write("proc/sys/net/ipv4/ip_local_port_range", "20000\t20199\n")
    scratch.write("proc/sys/net/ipv4/ip_local_reserved_ports", "20000-20009\n")
    let settings = read(HostRoot(scratch.path))
    #expect(
      settings.integer("net.ipv4.tcp_tw_reuse")
        == .value(2, .file(SourceLocation(path: "/proc/sys/net/ipv4/tcp_tw_reuse"))))
    #expect(settings.portRange("net.ipv4.ip_local_port_range").value?.size == 200)
    #expect(settings.portSet("net.ipv4.ip_local_reserved_ports").value?.count == 10)
    #expect(
      settings.integer("net.ipv4.ip_local_port_range")
        == .unavailable(.init("'net.ipv4.ip_local_port_range' is of another type")))
    #expect(
      settings.integer("net.ipv4.no_such") == .unavailable(.init("'net.ipv4.no_such' was not read"))
    )
  }

  @Test func whatIsNotThereSaysWhy() {
    scratch.write("proc/sys/net/ipv4/tcp_tw_reuse", "2\n")
    let root = HostRoot(scratch.path)
    #expect(
      read(root).integer("net.ipv4.tcp_tw_reuse_delay")
        == .absent("added in Linux 6.14; this kernel is 6.1"))
    #expect(
      read(root, initial: false).readings["net.ipv4.tcp_mem"]
        == .absent("a host-wide setting that only the initial network namespace shows"))
  }

  @Test func whatIsNotOfItsTypeIsUnavailable() {
    scratch.write("proc/sys/net/ipv4/tcp_tw_reuse", "on\n")
    scratch.write("proc/sys/net/ipv4/ip_local_port_range", String(repeating: "7", count: 100))
    scratch.write("proc/sys/net/ipv4/tcp_timestamps/x", "")
    let settings = read(HostRoot(scratch.path))
    #expect(
      settings.integer("net.ipv4.tcp_tw_reuse") == .unavailable(.init("'on' is not a number")))
    #expect(
      settings.portRange("net.ipv4.ip_local_port_range")
        == .unavailable(
          .init("'\(String(repeating: "7", count: 40))…' is not a range of ports")))
    #expect(
      settings.integer("net.ipv4.tcp_timestamps")
        == .unavailable(.init("'/proc/sys/net/ipv4/tcp_timestamps' is a directory")))
  }

  @Test func withoutProcEverythingIsUnavailable() {
    for reading in read(HostRoot(scratch.path)).readings.values {
      #expect(reading == .unavailable(.init("'/proc' is not mounted")))
    }
    scratch.write("proc/version", "Linux")
    for reading in read(HostRoot(scratch.path)).readings.values {
      #expect(reading == .unavailable(.init("'/proc/sys' is not there: hidden or not mounted")))
    }
  }

  /// By something empty that is mounted over it, or by `/proc` with `subset=pid`.
  @Test func aHiddenDirectoryIsNotAKernelWithoutTheKey() {
    let ipv4 = Unreadable("'/proc/sys/net/ipv4' is not there: hidden or not mounted")
    scratch.write("proc/sys/net/core/somaxconn", "4096\n")
    scratch.write("proc/sys/fs/file-max", "1000\n")
    for command in ["true", "mkdir '\(scratch.path)/proc/sys/net/ipv4'"] {
      runShell(command)
      let settings = read(HostRoot(scratch.path))
      #expect(settings.integer("net.core.somaxconn").value == 4096)
      #expect(settings.integer("fs.file-max").value == 1000)
      #expect(settings.portRange("net.ipv4.ip_local_port_range") == .unavailable(ipv4))
      // Whatever the version: nothing can be said.
      #expect(settings.integer("net.ipv4.tcp_tw_reuse_delay") == .unavailable(ipv4))
      #expect(settings.integer("net.netfilter.nf_conntrack_max") == .unavailable(ipv4))
    }
    scratch.write("proc/sys/net/ipv4/tcp_timestamps", "1\n")
    let settings = read(HostRoot(scratch.path))
    #expect(settings.readings["net.netfilter.nf_conntrack_max"] != .unavailable(ipv4))
    #expect(
      settings.integer("net.ipv4.tcp_tw_reuse") == .absent("the kernel has no such key"))
  }

  @Test func thisKernel() {
    let settings = read(HostRoot())
    #expect(settings.portRange("net.ipv4.ip_local_port_range").value != nil)
    #expect(settings.portSet("net.ipv4.ip_local_reserved_ports").value != nil)
    for key in ["net.core.somaxconn", "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_timestamps"] {
      #expect(settings.integer(key).value != nil, "\(key)")
    }
    // Root may read every key, so none is unavailable for another reason than its type.
    guard geteuid() == 0 else { return }
    for (key, reading) in settings.readings {
      if case .unavailable(let why) = reading { Issue.record("\(key): \(why.reason)") }
    }
  }

  @Test(.enabled(if: geteuid() == 0, "a network namespace of its own needs root"))
  func aLongListOfReservedPortsIsWhole() throws {
    let child = Child(
      python: """
        ports = ",".join(str(port) for port in range(1025, 65536, 2))
        open("/proc/sys/net/ipv4/ip_local_reserved_ports", "w").write(ports)
        ready()
        """, prefix: "unshare -n")
    let namespace = try NetworkNamespace.open(.process(child.pid))
    let source = HostSource(in: namespace) {
      ProcSys.read(
        ProcSys.ofNamespace, from: HostRoot(), version: nil, inInitialNamespace: false)
    }
    let settings = try #require(source.value(by: .after(.seconds(120))))
    #expect(settings.portSet("net.ipv4.ip_local_reserved_ports").value?.count == 32256)
  }

  @Test(arguments: [
    ("net.ipv4.tcp_tw_reuse", "/proc/sys/net/ipv4/tcp_tw_reuse"),
    ("net.ipv4.conf.eth0/100.forwarding", "/proc/sys/net/ipv4/conf/eth0.100/forwarding"),
    ("net/ipv4/conf/eth0.100/forwarding", "/proc/sys/net/ipv4/conf/eth0.100/forwarding"),
    ("plain", "/proc/sys/plain"),
  ]) func files(_ key: String, _ path: String) { #expect(ProcSys.path(of: key) == path) }

  @Test func everyKeyIsOneFact() {
    let keys = ProcSys.ofNamespace.count + ProcSys.ofHost.count
    #expect(keys == SysctlCatalog.entries.count)
    for entry in ProcSys.ofNamespace { #expect(entry.key.hasPrefix("net."), "\(entry.key)") }
  }
}

@Suite struct RawSysctlsTests {
  @Test func valuesAbsenceAndRefusal() {
    let scratch = ScratchDirectory()
    scratch.write("proc/sys/vendor/key", "1\t2\n")
    scratch.write("proc/sys/vendor/directory/x", "")
    let raw = RawSysctls.read(
      ["vendor.key", "vendor.none", "vendor.directory", "", "a..b", "../../etc/passwd"],
      from: HostRoot(scratch.path))
    #expect(raw.readings["vendor.key"]?.value == "1 2")
    #expect(raw.readings["vendor.none"] == .absent("the kernel has no 'vendor.none'"))
    for key in ["", "a..b", "../../etc/passwd"] {
      #expect(
        raw.readings[key] == .unavailable(.init("'\(key)' is not the name of a kernel parameter")))
    }
    guard case .map(let map) = raw.factValue else {
      Issue.record("no map")
      return
    }
    guard case .string("1 2")? = map[.string("vendor.key")]?.value else {
      Issue.record("no value")
      return
    }
    #expect(map[.string("vendor.none")] == nil)
    guard case .unknown? = map[.string("vendor.directory")]?.value else {
      Issue.record("not unknown")
      return
    }
  }
}
