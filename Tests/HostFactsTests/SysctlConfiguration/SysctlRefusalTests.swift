import Glibc
import TestSupport
import Testing

@testable import HostFacts

/// What the catalogue says of values, asked of the running kernel.
@Suite struct SysctlRefusalTests {
  static let texts = [
    "30", "0", "1", "2", "-1", "\"1\"", "'1'", "1 # comment", "1# comment", "1;", "1s", "0x1e",
    "010", "08", "+1", "1 2", "1,2", "1.5", "yes", "on", "", "256", "65535", "65536",
    "2147483647", "2147483648", "4294967295", "4294967296", "99999999999999999999999",
    "00000000000000000000001", "20000 30000", "20000\t30000", "20000-30000", "20000,30000",
    "30000 20000", "1000 30000", "0 30000", "20000 70000", "20000 30000 # x", "\"20000 30000\"",
    "20000 30000x", "8080,9000-9010", "8080, 9090", "8080 9090", "9010-9000", "8080,", ",8080",
    "8080 # x", "8080-", "x", "4096 131072 6291456", "4096,131072,6291456", "4096 131072 x",
    "4096 131072 6291456 # x", "cubic", "reno", "\"reno\"", "reno # x",
  ]

  /// Parameters of a network namespace that take all sorts of values, and that may be set to any.
  static let keys = [
    "net.core.somaxconn", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_timestamps",
    "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_syn_retries", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_migrate_req", "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_rmem", "net.ipv4.tcp_congestion_control",
    "net.ipv4.tcp_available_congestion_control", "net.ipv4.tcp_ecn", "net.ipv4.udp_rmem_min",
    "net.unix.max_dgram_qlen", "net.ipv4.ip_autobind_reuse", "net.ipv4.tcp_sack",
  ]

  /// Whatever is said to be refused is refused. The other way round not all is known: the kernel's
  /// answer may depend on other parameters, and the catalogue has no limits for some.
  @Test(.enabled(if: geteuid() == 0, "a network namespace of its own needs root"))
  func whatIsSaidToBeRefusedIs() async throws {
    let version = try #require(KernelRelease.read(HostRoot()).value?.version)
    let (claims, wrong, missed) = try await ScratchNamespace.run { namespace in
      var claims = 0
      var wrong: [String] = []
      var missed: [String] = []
      for key in Self.keys {
        guard let entry = SysctlCatalog.entry(for: key), let before = try? namespace.sysctl(key)
        else { continue }
        for text in Self.texts {
          let claim = SysctlRefusal(entry).reason(Array(text.utf8), [version])
          let isRefused = !Self.accepts(namespace, key, text)
          if let claim {
            claims += 1
            if !isRefused { wrong.append("\(key) = \(text): \(claim.text)") }
          } else if isRefused {
            missed.append("\(key) = \(text)")
          }
          _ = Self.accepts(namespace, key, before)
        }
      }
      return (claims, wrong, missed)
    }
    #expect(claims > 300)
    #expect(wrong == [])
    // Limits that the catalogue lacks, names that depend on modules, and a first port that is above
    // the last one of before.
    let unknown = missed.filter { text in
      text != "net.ipv4.ip_local_port_range = 65535"
        && !["tcp_rmem", "congestion_control", "tcp_fin_timeout", "tcp_keepalive_time", "qlen"]
          .contains { text.contains($0) }
    }
    #expect(unknown == [])
  }

  /// As systemd-sysctl writes: the value and a line feed.
  private static func accepts(_ namespace: ScratchNamespace, _ key: String, _ text: String) -> Bool
  {
    do {
      try namespace.setSysctl(key, text + "\n")
      return true
    } catch {
      return false
    }
  }

  @Test(arguments: [
    ("net.core.somaxconn", "\"4096\"", "its quotes are taken for part of the value"),
    ("net.core.somaxconn", "", "it is empty, and a number is needed"),
    ("net.core.somaxconn", "4k", "'4k' is not a number"),
    ("net.core.somaxconn", "-1", "-1 is not within 0 and 2147483647"),
    ("net.ipv4.ip_local_port_range", "20000-30000", "'20000-30000' is not a range of ports"),
    ("net.ipv4.ip_local_port_range", "30000 20000", "30000 is above 20000"),
    (
      "net.ipv4.ip_local_port_range", "1000 30000",
      "it begins below net.ipv4.ip_unprivileged_port_start, which is 1024"
    ),
    (
      "net.ipv4.ip_local_reserved_ports", "8080 # web",
      "the comment after it is taken for part of the value"
    ),
    (
      "net.ipv4.ip_local_reserved_ports", "8080, 9090",
      "'8080, 9090' has a blank; ports are parted by commas alone"
    ),
    ("net.ipv4.tcp_congestion_control", "'bbr'", "its quotes are taken for part of the value"),
    (
      "net.netfilter.nf_conntrack_count", "1",
      "'net.netfilter.nf_conntrack_count' can only be read"
    ),
  ]) func words(_ key: String, _ value: String, _ expected: String) throws {
    let entry = try #require(SysctlCatalog.entry(for: key))
    let reason = SysctlRefusal(entry).reason(Array(value.utf8), [KernelVersion(6, 12)])
    #expect(reason?.text == expected)
  }

  /// The rule's remedies go by these words.
  @Test(arguments: [
    ("net.core.somaxconn", "", "empty"), ("net.core.somaxconn", "many", "form"),
    ("net.core.somaxconn", "\"1\"", "quotes"), ("net.ipv4.tcp_timestamps", "-1", "amount"),
    ("net.ipv4.ip_local_port_range", "2000 1500", "amount"),
    ("net.ipv4.ip_local_reserved_ports", "8080 # web", "comment"),
    ("net.ipv4.ip_local_reserved_ports", "8080, 9090", "form"),
    ("net.ipv4.tcp_congestion_control", "", "empty"),
    ("net.ipv4.tcp_congestion_control", "'bbr'", "quotes"),
    ("net.ipv4.tcp_congestion_control", "bbr # fast", "comment"),
    ("net.ipv4.tcp_congestion_control", "b/r", "form"),
    ("net.netfilter.nf_conntrack_count", "1", "read_only"),
    ("net.core.somaxconn", "4096", nil), ("vm.swappiness", "300", "amount"),
    ("vm.swappiness", "100", nil), ("vm.dirty_ratio", "101", "amount"),
    ("vm.dirty_ratio", "100", nil), ("vm.overcommit_memory", "3", "amount"),
    ("vm.overcommit_ratio", "1000", nil), ("vm.overcommit_ratio", "half", "form"),
    ("vm.max_map_count", "2147483648", "amount"), ("vm.vendor_knob", "x", nil),
    ("net.ipv4.tcp_congestion_control", "bbrr", "misspelt"),
    ("net.ipv4.tcp_congestion_control", "westwod", "misspelt"),
    ("net.ipv4.tcp_congestion_control", "bbr2", nil),
    ("net.ipv4.tcp_congestion_control", "mine", nil), ("net.core.default_qdisc", "fq", nil),
    ("net.core.default_qdisc", "fq-codel", "misspelt"), ("net.core.default_qdisc", "fx", nil),
  ]) func kinds(_ key: String, _ value: String, _ expected: String?) throws {
    let configuration = SysctlConfiguration(
      ofTreesIn: [SysctlFile(path: "a.conf", bytes: Array("\(key) = \(value)\n".utf8))])
    let assignment = try #require(configuration.assignments.elements.first)
    #expect(assignment.refusedKind.value == expected)
    #expect((assignment.refused.value == nil) == (expected == nil))
  }

  @Test func onlySomeKernels() throws {
    let entry = try #require(SysctlCatalog.entry(for: "net.ipv4.tcp_timestamps"))
    let kernels = [KernelVersion(5, 10), KernelVersion(6, 1), KernelVersion(6, 12)]
    #expect(
      SysctlRefusal(entry).reason(Array("300".utf8), kernels)?.text
        == "300 is not within 0 and 255 (on Linux 6.1, 6.12)")
    #expect(SysctlRefusal(entry).reason(Array("1 # on".utf8), kernels) == nil)
  }

  @Test func whatTheNewestTakesIsToldApart() throws {
    func isOfNewest(_ value: String, _ kernels: KernelVersion...) throws -> Bool? {
      let entry = try #require(SysctlLimits.entry(for: "vm.swappiness"))
      return SysctlRefusal(entry).reason(Array(value.utf8), kernels)?.isOfNewest
    }
    let (old, new) = (KernelVersion(5, 4), KernelVersion(6, 18))
    #expect(try isOfNewest("150", old, new) == false)
    #expect(try isOfNewest("150", old) == true)
    #expect(try isOfNewest("150", new) == nil)
    #expect(try isOfNewest("300", old, new) == true)
  }

  /// The catalogue's own limits go first, and no key has two.
  @Test func limitsAreOfKeysThatThereAre() {
    for entry in SysctlLimits.entries {
      #expect(SysctlCatalog.entry(for: entry.key) == nil, "\(entry.key)")
      #expect(SysctlNames.status(of: entry.key, on: nil) == .exists, "\(entry.key)")
    }
    #expect(Set(SysctlLimits.entries.map(\.key)).count == SysctlLimits.entries.count)
  }

  @Test func theRangeMayBeginWherePrivilegeEnds() throws {
    let text = "net.ipv4.ip_local_port_range=500 65535\nnet.ipv4.ip_unprivileged_port_start=500\n"
    let configuration = SysctlConfiguration(
      ofTreesIn: [SysctlFile(path: "a.conf", bytes: Array(text.utf8))])
    #expect(configuration.assignments.elements.first?.judgement.refused == nil)
  }
}

@Suite struct SysctlComparisonTests {
  @Test(arguments: [
    ("net.ipv4.tcp_rmem", "4096 131072  6291456", "4096\t131072\t6291456\n", true),
    ("net.ipv4.tcp_rmem", "4096 131072 6291457", "4096\t131072\t6291456\n", false),
    ("net.ipv4.tcp_rmem", "4096", "4096\t131072\t6291456\n", true),
    ("net.ipv4.ip_local_port_range", "1024 65535", "1024\t65535", true),
    ("net.ipv4.ip_local_reserved_ports", "1,2,3", "1-3\n", true),
    ("net.ipv4.ip_local_reserved_ports", "1,2,4", "1-3\n", false),
    ("net.core.somaxconn", "010", "8", true), ("net.core.somaxconn", "8 # x", "8", true),
    ("net.core.somaxconn", "80", "8", false),
    ("net.ipv4.tcp_congestion_control", "bbr", "cubic", false),
    ("vendor.text", "a  b", "a\tb", true), ("vendor.number", "0x10", "16", true),
    ("kernel.core_pattern", "|/bin/x %p", "|/bin/x %p\n", true),
    ("fs.file-max", "9223372036854775807", "9223372036854775807", true),
  ]) func sameness(_ key: String, _ configured: String, _ running: String, _ expected: Bool) {
    #expect(
      SysctlComparison.same(SysctlKey(key), configured: Array(configured.utf8), running: running)
        == expected)
  }
}
