internal import CEL

/// Counters of the network stack since the namespace began: `/proc/net/netstat` and
/// `/proc/net/snmp`.
///
/// Both files come in pairs of lines with one prefix: names, then values. Which names, and in what
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
  /// Reads both files. `snmp` fills the lines that `netstat` does not have.
  static func read(_ root: HostRoot) -> NetstatReading {
    NetstatReading(
      netstat: one(root, "/proc/net/netstat"), snmp: one(root, "/proc/net/snmp"))
  }

  private static func one(_ root: HostRoot, _ path: String) -> Reading<Netstat> {
    root.text(path).flatMap { text, origin in
      .value(Netstat(counters: parse(text), origin: origin), origin)
    }
  }
}

/// The two files, each of which may be unreadable by itself.
struct NetstatReading: Sendable {
  var netstat: Reading<Netstat>
  var snmp: Reading<Netstat>

  init(netstat: Reading<Netstat>, snmp: Reading<Netstat>) {
    self.netstat = netstat
    self.snmp = snmp
  }

  /// One file holds a line or the other does: `Ip`, `Tcp` and `Udp` are in `snmp`.
  subscript(_ line: String, _ name: String) -> Reading<Int> {
    (NetstatCounter.linesOfSnmp.contains(line) ? snmp : netstat).flatMap { file, _ in
      file[line, name]
    }
  }

  static func unavailable(_ why: Unreadable) -> NetstatReading {
    .init(netstat: .unavailable(why), snmp: .unavailable(why))
  }

  /// The `netstat` variable.
  var factValue: CEL.Value {
    NetstatCounter.tree.value { leaf, _ in self[leaf.path[0], leaf.path[1]].field }
  }
}
