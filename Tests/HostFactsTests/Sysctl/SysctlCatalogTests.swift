import Glibc
import Testing

@testable import HostFacts

@Suite struct SysctlCatalogTests {
  @Test func keysAreUniqueAndSorted() {
    let keys = SysctlCatalog.entries.map(\.key)
    #expect(keys == Set(keys).sorted())
    #expect(keys.count >= 60)
  }

  @Test func entriesAreFoundByKey() {
    #expect(SysctlCatalog.entry(for: "net.ipv4.tcp_tw_reuse")?.kind == .integer)
    #expect(SysctlCatalog.entry(for: "net.ipv4.ip_local_port_range")?.kind == .portRange)
    #expect(SysctlCatalog.entry(for: "net.ipv4.ip_local_reserved_ports")?.kind == .portSet)
    #expect(SysctlCatalog.entry(for: "net.ipv4.tcp_mem")?.kind == .integers(count: 3))
    #expect(SysctlCatalog.entry(for: "net.ipv4.tcp_tw_resue") == nil)
  }

  @Test func everyEntryIsDocumentedWithItsSource() {
    for entry in SysctlCatalog.entries {
      #expect(entry.documentation.hasSuffix(")."), "\(entry.key)")
      #expect(!entry.documentation.contains("  "), "\(entry.key)")
    }
  }

  @Test func fieldPathsAreIdentifiers() throws {
    let entry = try #require(SysctlCatalog.entry(for: "fs.file-max"))
    #expect(entry.fieldPath == ["fs", "file_max"])
    #expect(Set(SysctlCatalog.entries.map(\.fieldPath)).count == SysctlCatalog.entries.count)
  }

  /// The values are those of the sources of these releases.
  @Test(arguments: [
    ("net.core.somaxconn", KernelVersion(5, 3), "128"),
    ("net.core.somaxconn", KernelVersion(5, 4), "4096"),
    ("net.ipv4.tcp_tw_reuse", KernelVersion(4, 15), "0"),
    ("net.ipv4.tcp_tw_reuse", KernelVersion(4, 18), "2"),
    ("net.netfilter.nf_conntrack_udp_timeout_stream", KernelVersion(4, 20), "180"),
    ("net.netfilter.nf_conntrack_udp_timeout_stream", KernelVersion(5, 0), "120"),
    ("net.core.rmem_max", KernelVersion(6, 17), nil),
    ("net.core.rmem_max", KernelVersion(6, 18), "4194304"),
    ("net.ipv4.tcp_mem", KernelVersion(6, 18), nil),
  ])
  func defaultsFollowTheVersion(key: String, version: KernelVersion, text: String?) throws {
    #expect(try #require(SysctlCatalog.entry(for: key)).defaultText(on: version) == text)
  }

  @Test func rangesFollowTheVersion() throws {
    let retries = try #require(SysctlCatalog.entry(for: "net.ipv4.tcp_retries2"))
    #expect(retries.allowedRange(on: KernelVersion(5, 12)) == nil)
    #expect(retries.allowedRange(on: KernelVersion(6, 1)) == 0...255)
  }

  @Test func defaultsAreAllowed() {
    for entry in SysctlCatalog.entries {
      for version in [KernelVersion(4, 18), KernelVersion(5, 10), KernelVersion(6, 18)] {
        guard let text = entry.defaultText(on: version), let value = Int(text),
          let range = entry.allowedRange(on: version)
        else { continue }
        #expect(range.contains(value), "\(entry.key)")
      }
    }
  }
}

// MARK: - Absence

extension SysctlCatalogTests {
  @Test(
    arguments: [
      (
        "net.ipv4.tcp_tw_reuse_delay", KernelVersion(6, 1),
        "added in Linux 6.14; this kernel is 6.1"
      ),
      ("net.ipv4.tcp_tw_reuse_delay", KernelVersion(6, 18), "the kernel has no such key"),
      ("net.ipv4.tcp_tw_recycle", KernelVersion(6, 1), "removed in Linux 4.12"),
      ("net.ipv4.tcp_tw_recycle", nil, "removed in Linux 4.12"),
      (
        "net.netfilter.nf_conntrack_max", KernelVersion(6, 1),
        "the kernel has no such key (module nf_conntrack not loaded?)"
      ),
      (
        "net.ipv4.tcp_syncookies", KernelVersion(6, 1),
        "the kernel has no such key (built without CONFIG_SYN_COOKIES?)"
      ),
      (
        "net.ipv4.tcp_tw_timeout", KernelVersion(6, 1),
        "only kernels of some vendors have this key"
      ),
    ] as [(String, KernelVersion?, String)])
  func absenceIsExplained(key: String, version: KernelVersion?, reason: String) throws {
    #expect(try #require(SysctlCatalog.entry(for: key)).absence(on: version) == reason)
  }

  @Test(arguments: [
    (
      "net.ipv4.tcp_mem", KernelVersion(6, 1),
      "a host-wide setting that only the initial network namespace shows"
    ),
    (
      "net.core.optmem_max", KernelVersion(6, 1),
      "only the initial network namespace shows it before Linux 6.8"
    ),
    ("net.core.optmem_max", KernelVersion(6, 8), "the kernel has no such key"),
  ])
  func absenceFromOtherNamespacesIsExplained(
    key: String, version: KernelVersion, reason: String
  ) throws {
    let entry = try #require(SysctlCatalog.entry(for: key))
    #expect(entry.absence(on: version, initialNamespace: false) == reason)
    if reason.hasPrefix("only the initial") || reason.hasPrefix("a host-wide") {
      // Without knowing where it was looked for, no one cause is named.
      #expect(
        entry.absence(on: version, initialNamespace: nil)
          == "the kernel has no such key, or only its initial network namespace shows it")
    }
  }
}

// MARK: - The running kernel

extension SysctlCatalogTests {
  @Test(.enabled(if: geteuid() == 0, "a network namespace needs CAP_SYS_ADMIN"))
  func scopesAndDefaultsAreThoseOfAFreshNamespace() throws {
    let version = try #require(LiveSysctl.version)
    let entries = SysctlCatalog.entries.filter { $0.key.hasPrefix("net.") }
    let fresh = LiveSysctl.read(entries.map(\.key), fresh: true)
    try #require(!fresh.isEmpty, "unshare -n failed")
    let initial = LiveSysctl.read(entries.map(\.key))
    for entry in entries {
      guard initial[entry.key] != nil else { continue }
      let shown = fresh[entry.key] != nil
      switch entry.scope {
      case .initialNamespace: #expect(!shown, "\(entry.key)")
      case .networkNamespace, .sharedReadOnly:
        #expect(shown == (entry.inChildrenSince.map { $0 <= version } ?? true), "\(entry.key)")
      case .host: Issue.record("\(entry.key) is below net")
      }
      // A new namespace takes ip_forward from the initial one; shared values may have been tuned.
      guard entry.scope == .networkNamespace, entry.key != "net.ipv4.ip_forward",
        let text = entry.defaultText(on: version)
      else { continue }
      #expect(fresh[entry.key] == text, "\(entry.key)")
    }
  }

  @Test func valuesHaveTheirKind() {
    for (key, text) in LiveSysctl.read(SysctlCatalog.entries.map(\.key)) {
      let numbers = text.split { $0 == "\t" || $0 == " " }.map { Int($0) }
      switch SysctlCatalog.entry(for: key)?.kind {
      case .integer: #expect(numbers.count == 1 && numbers[0] != nil, "\(key): \(text)")
      case .portRange: #expect(numbers.count == 2 && !numbers.contains(nil), "\(key): \(text)")
      case .integers(let count):
        #expect(numbers.count == count && !numbers.contains(nil), "\(key): \(text)")
      case .portSet, .string: #expect(!text.contains("\n"), "\(key): \(text)")
      case nil: Issue.record("\(key) is not in the catalogue")
      }
    }
  }
}
