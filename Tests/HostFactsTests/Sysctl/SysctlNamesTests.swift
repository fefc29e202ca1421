import CEL
import Glibc
import TestSupport
import Testing

@testable import HostFacts

@Suite struct SysctlNamesTests {
  static let names = SysctlNames.sections.flatMap(\.names)
  static let directories = ["core", "ipv4", "ipv6", "unix", "netfilter"]

  @Test(
    arguments: [
      ("net.ipv4.tcp_tw_reuse", KernelVersion(6, 1), .exists),
      ("net.ipv4.tcp_tw_reuse", nil, .exists),
      ("net.ipv4.conf.eth0.100.rp_filter", KernelVersion(6, 1), .exists),
      ("net.ipv6.neigh.default.gc_thresh1", KernelVersion(6, 1), .exists),
      ("net.netfilter.nf_log.2", KernelVersion(6, 1), .exists),
      ("net.ipv4.tcp_tw_recycle", KernelVersion(6, 1), .removed(in: KernelVersion(4, 12))),
      ("net.ipv4.tcp_tw_recycle", KernelVersion(4, 11), .exists),
      ("net.ipv4.tcp_tw_recycle", nil, .removed(in: KernelVersion(4, 12))),
      ("net.ipv4.tcp_rx_skb_cache", KernelVersion(5, 15), .exists),
      ("net.ipv4.tcp_rx_skb_cache", KernelVersion(5, 16), .removed(in: KernelVersion(5, 16))),
      ("net.ipv4.tcp_rx_skb_cache", nil, .exists),
      ("net.ipv4.netfilter.ip_conntrack_max", KernelVersion(6, 1), .removed(in: nil)),
      ("net.ipv4.tcp_tw_reuse_delay", KernelVersion(6, 13), .notYet(added: KernelVersion(6, 14))),
      ("net.ipv4.tcp_tw_reuse_delay", KernelVersion(6, 14), .exists),
      ("net.ipv4.tcp_tw_reuse_delay", nil, .exists),
      // Stable releases carry it before its version.
      ("net.ipv4.tcp_migrate_req", KernelVersion(5, 10), .exists),
      ("net.ipv4.tcp_migrate_req", KernelVersion(5, 9), .notYet(added: KernelVersion(5, 14))),
      ("vm.swappiness", KernelVersion(6, 1), .exists),
      ("vm.swapiness", KernelVersion(6, 1), .unknown(suggestions: ["vm.swappiness"])),
      ("fs.file_max", KernelVersion(6, 1), .unknown(suggestions: ["fs.file-max"])),
      ("kernel.max_map_count", nil, .unknown(suggestions: ["vm.max_map_count"])),
      (
        "kernel.panic_on_oom", nil,
        .unknown(suggestions: ["vm.panic_on_oom", "kernel.panic_on_oops"])
      ),
      ("fs.inotify.max_user_watch", nil, .unknown(suggestions: ["fs.inotify.max_user_watches"])),
      ("kernel.vendor_knob", KernelVersion(6, 1), .notJudged),
      ("kernel.sched_domain.cpu0.domain0.flags", KernelVersion(4, 18), .notJudged),
      ("kernel.sched_latency_ns", KernelVersion(5, 10), .exists),
      ("kernel.sched_latency_ns", KernelVersion(5, 14), .removed(in: KernelVersion(5, 13))),
      ("net.bridge.bridge-nf-call-iptables", KernelVersion(6, 1), .notJudged),
      ("net.ipv4.vs.conntrack", KernelVersion(6, 1), .notJudged),
      ("net.netfilter.nf_log.x", KernelVersion(6, 1), .notJudged),
      ("net", nil, .notJudged),
      ("", nil, .notJudged),
    ] as [(String, KernelVersion?, SysctlNames.Status)])
  func keysAreJudged(key: String, version: KernelVersion?, status: SysctlNames.Status) {
    #expect(SysctlNames.status(of: key, on: version) == status)
  }

  @Test(arguments: [
    ("net.ipv4.tcp_tw_resue", ["net.ipv4.tcp_tw_reuse"]),
    ("net.core.somaxcon", ["net.core.somaxconn"]),
    (
      "net.ipv4.conf.eth0.rpfilter",
      ["net.ipv4.conf.eth0.rp_filter", "net.ipv4.conf.eth0.arp_filter"]
    ),
    ("net.ipv4.tcp_memm", ["net.ipv4.tcp_mem", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]),
    ("net.ipv6.ip_local_port_range", []),
    ("net.ipv4.", []),
  ])
  func misspeltKeysAreRecognised(key: String, suggestions: [String]) {
    #expect(
      SysctlNames.status(of: key, on: KernelVersion(6, 18)) == .unknown(suggestions: suggestions))
  }

  /// What is ruled out before the changes are counted is not near.
  @Test(arguments: [
    "tcp_mem", "tcp_me", "cp_mem", "tpc_mem", "tcpmem", "tcp__mem", "xcp_mex", "ip_forwrad", "a",
    "",
    "tcp_m\u{e9}m", "udp_rmem_min", "tcp_\u{1F600}mem",
  ])
  func nothingNearIsPassedOver(text: String) throws {
    for section in SysctlNames.sections {
      let limit = text.unicodeScalars.count < 5 ? 1 : 2
      let near = section.names.filter { EditDistance(from: text, limit: limit).to($0.name) != nil }
      #expect(section.names(near: text).map(\.name) == near)
    }
  }

  @Test func suggestionsExistOnTheKernel() {
    let key = "net.ipv4.tcp_tw_recycl"
    #expect(SysctlNames.status(of: key, on: KernelVersion(6, 1)) == .unknown(suggestions: []))
    #expect(
      SysctlNames.status(of: key, on: KernelVersion(4, 9))
        == .unknown(suggestions: ["net.ipv4.tcp_tw_recycle"]))
  }

  @Test func namesAreUnique() {
    let keys = Self.names.map(\.key)
    #expect(Set(keys).count == keys.count)
    #expect(keys.count > 480)
  }

  /// They are found by halving.
  @Test func namesAreInOrder() {
    for section in SysctlNames.sections {
      let names = section.names.map(\.name)
      #expect(names == names.sorted(), "\(section.name)")
      for name in section.names { #expect(section[name.name] == name) }
    }
  }

  @Test func everyMarkIsRead() {
    let section = SysctlNames.Section(
      "net.core", "a +6.9 ~6.1 -7.0 ?RPS  # why +1.1\n\nb -?\n")
    #expect(
      section.names == [
        .init(
          section: "net.core", name: "a", added: KernelVersion(6, 9),
          perhapsFrom: KernelVersion(6, 1), removed: .version(KernelVersion(7, 0)), option: "RPS"),
        .init(section: "net.core", name: "b", removed: .before418),
      ])
  }

  @Test func versionsAreInOrder() {
    for name in Self.names {
      if let added = name.added {
        #expect(added > KernelVersion(4, 18), "\(name.key)")
        if let from = name.perhapsFrom { #expect(from < added, "\(name.key)") }
        if case .version(let removed) = name.removed { #expect(removed > added, "\(name.key)") }
      } else {
        #expect(name.perhapsFrom == nil, "\(name.key)")
      }
    }
  }

  @Test func theCatalogueAgrees() {
    for entry in SysctlCatalog.entries where entry.condition != .vendor {
      guard entry.key.hasPrefix("net.") else { continue }
      let name = Self.names.first { $0.key == entry.key }
      #expect(name != nil, "\(entry.key)")
      #expect(name?.added == entry.added, "\(entry.key)")
      #expect(name?.removed == entry.removed.map { .version($0) }, "\(entry.key)")
    }
  }
}

// MARK: - The running kernel

extension SysctlNamesTests {
  @Test func everyKeyOfThisKernelIsKnown() throws {
    let version = try #require(LiveSysctl.version)
    var keys = LiveSysctl.keys(below: Self.directories)
    if geteuid() == 0 { keys.formUnion(LiveSysctl.keys(below: Self.directories, fresh: true)) }
    try #require(!keys.isEmpty, "no /proc/sys/net here")
    for key in keys.sorted() where !key.hasPrefix("net.ipv4.vs.") {
      #expect(SysctlNames.status(of: key, on: version) == .exists, "\(key)")
    }
  }

  /// Of what a kernel has outside `net`, the table may lack a name, but takes none for a mistake.
  @Test func noKeyOfThisKernelIsTakenForAnother() throws {
    let paths = try Subprocess(
      program: "/usr/bin/find",
      arguments: ["/proc/sys/fs", "/proc/sys/kernel", "/proc/sys/vm", "-type", "f"]
    ).run().output.split(separator: "\n")
    try #require(paths.count > 100)
    let wrong = paths.map { SysctlKey($0.dropFirst("/proc/sys/".count)).dotted }.filter { key in
      if case .unknown = SysctlNames.status(of: key, on: nil) { true } else { false }
    }
    #expect(wrong == [])
  }

  /// What needs no option must be there; IPv6, Netfilter and Unix sockets may be modules, and only
  /// the initial namespace shows everything.
  @Test(.enabled(if: LiveSysctl.isInInitialNamespace, "not in the initial network namespace"))
  func everyKnownKeyIsInThisKernel() throws {
    let version = try #require(LiveSysctl.version)
    let keys = LiveSysctl.keys(below: Self.directories)
    let known = Set(
      keys.compactMap { SysctlNames.Place(of: $0).map { "\($0.section).\($0.name)" } })
    for name in Self.names where name.option == nil && name.status(on: version) == .exists {
      guard name.section.hasPrefix("net.core") || name.section.hasPrefix("net.ipv4") else {
        continue
      }
      // Not known to be there: only that stable releases may have it.
      if let added = name.added, version < added { continue }
      #expect(known.contains(name.key), "\(name.key)")
    }
  }
}
