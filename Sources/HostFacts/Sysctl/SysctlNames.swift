/// Which sysctls exist below `net.core`, `net.ipv4`, `net.ipv6`, `net.unix` and `net.netfilter`, below
/// `fs`, `kernel` and `vm`, and in which versions: tells a misspelt key, or one that is gone, from one
/// that is merely rare.
///
/// The table lists the names that the kernel's own sources register. Versions come from comparing
/// those sources: every release from 4.18 to 7.3 except 5.5, 5.13, 5.18, 6.15 and 6.16, and for
/// older names 4.10, 4.12 and 4.15; a key is added in the first release that has it. Remarks say
/// where that leaves a gap. Those below `fs`, `kernel` and `vm` are from 4.18 to 7.1 without 5.4, 5.5,
/// 5.13, 5.15, 5.18, 6.15 and 6.16, and of their versions only removals are told. Keys of modules outside
/// these prefixes, of `net.ipv4.vs` and of bridges
/// are not listed and not judged.
enum SysctlNames {
  /// What the table says of a key.
  enum Status: Hashable, Sendable {
    case exists
    /// The first version without it; nil: some version before 4.18.
    case removed(in: KernelVersion?)
    case notYet(added: KernelVersion)
    /// No kernel has it. Keys at most two changes away that this kernel has, the nearest first.
    case unknown(suggestions: [String])
    /// The table says nothing of keys there.
    case notJudged
  }

  /// Judges a key for a kernel.
  ///
  /// - Parameters:
  ///   - key: dotted; the interface in `net.ipv4.conf.eth0.100.rp_filter` may hold dots.
  ///   - version: the kernel's; nil when it is not known, which rules out `notYet`, and leaves
  ///     `removed` to keys that no supported kernel has.
  static func status(of key: String, on version: KernelVersion?) -> Status {
    guard let place = Place(of: key),
      let section = sections.first(where: { $0.name == place.section })
    else { return .notJudged }
    guard let name = section[place.name] else {
      let suggestions = suggestions(for: place, in: section, on: version)
      return section.isComplete || !suggestions.isEmpty
        ? .unknown(suggestions: suggestions) : .notJudged
    }
    return name.status(on: version)
  }

  /// The table: keys with the same beginning, `*` for an interface (in `nf_log`, for a protocol's
  /// number).
  static let sections = ipv4 + ipv6 + netfilter + host

  /// One line of the table.
  struct Name: Hashable, Sendable {
    /// Such as `net.ipv4.conf.*`.
    var section: String
    var name: String
    var added: KernelVersion?
    /// Where a version below `added` may have the key already: stable releases brought it there, or
    /// the sources compared leave a gap.
    var perhapsFrom: KernelVersion?
    var removed: Removal?
    /// The kernel option without which the key is missing, besides those of the whole section.
    var option: String?

    enum Removal: Hashable, Sendable {
      case before418
      case version(KernelVersion)
    }

    var key: String { "\(section).\(name)" }

    func status(on version: KernelVersion?) -> Status {
      switch removed {
      case .before418: return .removed(in: nil)
      case .version(let removed):
        if version.map({ $0 >= removed }) ?? (removed < KernelVersion(4, 18)) {
          return .removed(in: removed)
        }
      case nil: break
      }
      if let added, let version, version < min(added, perhapsFrom ?? added) {
        return .notYet(added: added)
      }
      return .exists
    }
  }
}

// MARK: - Where a key belongs

extension SysctlNames {
  /// A key taken apart: its section of the table, its last component, and what stands for `*`.
  struct Place: Hashable, Sendable {
    var section: String
    var name: String
    /// The key without `name`, as written: `net.ipv4.conf.eth0`.
    var prefix: String

    /// Nil for a key that can be in no section.
    init?(of key: String) {
      guard let dot = key.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
      prefix = String(key[..<dot])
      name = String(key[key.utf8.index(after: dot)...])
      section = prefix
      for interfaces in Self.interfaces
      where prefix.hasPrefix(interfaces) && prefix.utf8.count > interfaces.utf8.count {
        section = interfaces + "*"
      }
      // net.netfilter.nf_log.2: the last component is the number of a protocol family.
      if prefix == "net.netfilter.nf_log" {
        guard Int(name) != nil else { return nil }
        (section, name) = ("net.netfilter", "nf_log.*")
      }
    }

    /// What stands before the name of an interface.
    private static let interfaces = [
      "net.ipv4.conf.", "net.ipv4.neigh.", "net.ipv6.conf.", "net.ipv6.neigh.",
    ]
  }

  /// The directories of the host's that are taken for one another: `kernel.swappiness`.
  private static let neighbours: Set<String> = ["fs", "kernel", "vm"]

  /// Keys that a misspelt one may have meant: of the section, after one of that name beside it.
  private static func suggestions(
    for place: Place, in section: Section, on version: KernelVersion?
  ) -> [String] {
    let near = section.names(near: place.name).filter { $0.name.status(on: version) == .exists }
      .map { (distance: $0.distance, key: "\(place.prefix).\($0.name.name)") }
      .sorted { ($0.distance, $0.key) < ($1.distance, $1.key) }.map(\.key)
    guard neighbours.contains(section.name) else { return near }
    let others = sections.filter { neighbours.contains($0.name) }
    return others.compactMap { $0[place.name] }.filter { $0.status(on: version) == .exists }
      .map(\.key) + near
  }
}
