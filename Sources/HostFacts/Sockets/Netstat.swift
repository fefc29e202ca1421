internal import CEL

/// Counters of the network stack since the namespace began: `/proc/net/netstat`, `/proc/net/snmp`,
/// `/proc/net/snmp6` and `/proc/net/stat/nf_conntrack`.
///
/// The first two come in pairs of lines with one prefix: names, then values. Which names, and in what
/// order, differs from kernel to kernel, so only the names count.
struct Netstat: Sendable {
  /// By protocol line and name, such as `TcpExt` and `TWRecycled`.
  /// Nil where its value is no number.
  let counters: [String: [String: Int64?]]
  let origin: Origin

  /// Reads `/proc/net/netstat` or `/proc/net/snmp`; lines without a partner are skipped.
  static func parse(_ text: String) -> [String: [String: Int64?]] {
    var counters: [String: [String: Int64?]] = [:]
    var pending: (prefix: Substring, names: [Substring])?
    for line in lines(text) {
      guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else {
        pending = nil
        continue
      }
      let prefix = line[..<colon]
      let rest = words(line[line.utf8.index(after: colon)...])
      guard let names = pending, names.prefix == prefix else {
        pending = (prefix, rest)
        continue
      }
      pending = nil
      for (name, text) in zip(names.names, rest) {
        // MaxConn is -1, so counters are signed.
        counters[String(prefix), default: [:]][String(name)] = .some(Int64(text))
      }
    }
    return counters
  }

  /// The reading of each declared counter.
  subscript(_ line: String, _ name: String) -> Reading<Int> {
    guard let names = counters[line] else { return .absent("the kernel reports no \(line) line") }
    guard let value = names[name] else {
      return .absent("this kernel does not count \(line).\(name)")
    }
    return value.map { .value(Int($0), origin) }
      ?? .unavailable(.init("the value of \(line).\(name) is no number"))
  }
}

extension Netstat {
  /// Reads the files. `snmp` fills the lines that `netstat` does not have.
  static func read(_ root: HostRoot) -> NetstatReading {
    NetstatReading(
      netstat: one(root, "/proc/net/netstat"), snmp: one(root, "/proc/net/snmp"),
      snmp6: snmp6(root), conntrack: conntrack(root))
  }

  private static func snmp6(_ root: HostRoot) -> Reading<Netstat> {
    root.text("/proc/net/snmp6").flatMap { text, origin in
      .value(
        Netstat(counters: [NetstatCounter.udp6: parseUDP6(text)], origin: origin), origin)
    }
  }

  /// The lines of `/proc/net/snmp6` that begin with `Udp6`: a name and a value each.
  static func parseUDP6(_ text: String) -> [String: Int64?] {
    var counters: [String: Int64?] = [:]
    for line in lines(text) where line.hasPrefix(NetstatCounter.udp6) {
      let fields = words(line.dropFirst(NetstatCounter.udp6.count))
      guard fields.count == 2 else { continue }
      counters.updateValue(Int64(fields[1]), forKey: String(fields[0]))
    }
    return counters
  }

  private static func conntrack(_ root: HostRoot) -> Reading<Netstat> {
    root.text("/proc/net/stat/nf_conntrack").flatMap { text, origin in
      .value(
        Netstat(counters: [NetstatCounter.conntrack: parseConntrack(text)], origin: origin), origin)
    }
  }

  /// Sums of the columns of `/proc/net/stat/nf_conntrack`: a line of names, then a line of
  /// hexadecimal numbers for each processor (net/netfilter/nf_conntrack_standalone.c, ct_cpu_seq_show).
  static func parseConntrack(_ text: String) -> [String: Int64?] {
    let rows = lines(text).map { words($0) }
    guard let names = rows.first else { return [:] }
    var sums: [String: Int64?] = [:]
    for row in rows.dropFirst() {
      for (name, text) in zip(names, row) {
        let (sum, number) = (sums[String(name)] ?? 0, UInt32(text, radix: 16))
        // Optional in a dictionary: nil is a value that is no number.
        sums.updateValue(
          sum.flatMap { sum in number.map { sum + Int64($0) } }, forKey: String(name))
      }
    }
    return sums
  }

  private static func one(_ root: HostRoot, _ path: String) -> Reading<Netstat> {
    root.text(path).flatMap { text, origin in
      .value(Netstat(counters: parse(text), origin: origin), origin)
    }
  }
}

/// The files, each of which may be unreadable by itself.
struct NetstatReading: Sendable {
  var netstat: Reading<Netstat>
  var snmp: Reading<Netstat>
  /// Absent where IPv6 is off.
  var snmp6: Reading<Netstat>
  /// Absent where connection tracking is not loaded.
  var conntrack: Reading<Netstat>

  /// One file holds a line: `Ip`, `Tcp` and `Udp` are in `snmp`.
  subscript(_ line: String, _ name: String) -> Reading<Int> {
    let file =
      switch line {
      case NetstatCounter.conntrack: conntrack
      case NetstatCounter.udp6: snmp6
      case _ where NetstatCounter.linesOfSnmp.contains(line): snmp
      default: netstat
      }
    return file.flatMap { file, _ in file[line, name] }
  }

  static func unavailable(_ why: Unreadable) -> NetstatReading {
    .init(
      netstat: .unavailable(why), snmp: .unavailable(why), snmp6: .unavailable(why),
      conntrack: .unavailable(why))
  }

  /// The `netstat` variable.
  var factValue: CEL.Value {
    NetstatCounter.tree.value { leaf, _ in self[leaf.path[0], leaf.path[1]].field }
  }
}
