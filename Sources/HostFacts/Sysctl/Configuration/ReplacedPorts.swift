internal import CEL

/// Ports that one file reserves, and that are not reserved because another file wins: a write to
/// `net.ipv4.ip_local_reserved_ports` replaces the whole list (proc_do_large_bitmap, kernel/sysctl.c).
struct ReplacedPorts: Sendable {
  /// The line that loses, the last one of its file.
  var location: SourceLocation
  var path: String
  var line: Int
  /// Those of its ports that the list that wins lacks.
  var ports: IntegerSet

  static let key = SysctlKey("net.ipv4.ip_local_reserved_ports")
  static let rangeKey = SysctlKey("net.ipv4.ip_local_port_range")
  /// Where nothing else is configured (net/ipv4/af_inet.c, inet_init_net).
  static let defaultRange: ClosedRange<Int64> = 32768...60999
}

extension ConfiguredSysctl {
  /// The lists of other files that the one that wins replaces; none where that is empty, which
  /// nobody writes but to have no port reserved.
  var replacedPorts: [ReplacedPorts] {
    guard key == ReplacedPorts.key, let kept = winner.reservedPorts, !kept.ranges.isEmpty else {
      return []
    }
    var lasts: [String: SysctlAssignment] = [:]
    for assignment in assignments where assignment.hasValue && assignment.path != path {
      lasts[assignment.path] = assignment
    }
    let ephemeralRange = ephemeralRange
    return lasts.values.compactMap { assignment in
      // Nobody picks others.
      guard
        let lost = assignment.reservedPorts?.subtracting(kept).within(ephemeralRange),
        !lost.ranges.isEmpty
      else { return nil }
      return ReplacedPorts(
        location: assignment.statement.location, path: assignment.path, line: assignment.line,
        ports: lost)
    }.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// What all files together would reserve, as it is written.
  var mergedPorts: Reading<String> {
    let replaced = replacedPorts
    guard !replaced.isEmpty, let kept = winner.reservedPorts else {
      return .absent("no list of reserved ports is replaced")
    }
    let all = IntegerSet(kept.ranges + replaced.flatMap(\.ports.ranges))
    return .value(all.portList, .file(winner.statement.location))
  }
}

extension ConfiguredSysctl {
  /// The range that a value of `net.ipv4.ip_local_port_range` is; nil for what is none.
  var portRange: ClosedRange<Int64>? {
    let bounds = words(value).compactMap { Int64($0) }
    return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]...bounds[1] : nil
  }
}

extension SysctlAssignment {
  /// The ports that it gives; nil for what the kernel refuses.
  fileprivate var reservedPorts: IntegerSet? {
    statement.value.flatMap { SysctlRefusal.ports($0.trimmingBlanks) }.map { ranges in
      IntegerSet(ranges.map { Int64($0.lowerBound)...Int64($0.upperBound) })
    }
  }
}

extension IntegerSet {
  /// Those that another set lacks.
  fileprivate func subtracting(_ other: IntegerSet) -> IntegerSet {
    var rest: [ClosedRange<Int64>] = []
    var others = other.ranges[...]
    for range in ranges {
      var first = range.lowerBound
      // Both are in order and have no end in common with themselves.
      while let next = others.first, next.upperBound < first { others.removeFirst() }
      var index = others.startIndex
      while index < others.endIndex, others[index].lowerBound <= range.upperBound {
        if first < others[index].lowerBound { rest.append(first...others[index].lowerBound - 1) }
        first = max(first, others[index].upperBound + 1)
        index += 1
      }
      if first <= range.upperBound { rest.append(first...range.upperBound) }
    }
    return IntegerSet(rest)
  }

  fileprivate func within(_ range: ClosedRange<Int64>) -> IntegerSet {
    IntegerSet(ranges.filter { $0.overlaps(range) }.map { $0.clamped(to: range) })
  }

  /// As `ip_local_reserved_ports` has it: `8080,9000-9010`.
  fileprivate var portList: String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}

extension ReplacedPorts: FactObject {
  static let typeName = "ReplacedPorts"
  static let documentation = """
    Ports that a file reserves in vain: another file's list replaces its own.
    """
  var factOrigin: Origin? { .file(location) }

  static let fields: FactFields<ReplacedPorts> = [
    .init("path", \.path, "The file that loses."),
    .init("line", \.line, "Its line, from 1."),
    .init(
      "ports", \.list,
      "The ports of the range of ephemeral ports that the list that wins lacks, such as"
        + " `33000,40000-40010`."),
  ]

  var list: String { ports.portList }
}
