internal import CEL

/// Socket totals: `/proc/net/sockstat` and `/proc/net/sockstat6`.
///
/// `inuse` and `tw` belong to the network namespace; `orphan`, `alloc` and `mem` to the host,
/// whatever namespace asks (net/ipv4/proc.c, sockstat_seq_show).
struct Sockstat: Sendable {
  /// By protocol and name, both as the file spells them: `TCP`, `inuse`.
  var ipv4: Reading<[String: [String: Int?]]>
  var ipv6: Reading<[String: [String: Int?]]>

  init(
    ipv4: Reading<[String: [String: Int?]]>, ipv6: Reading<[String: [String: Int?]]>
  ) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
  }

  /// Lines such as `TCP: inuse 27 orphan 1 tw 23 alloc 31 mem 3`.
  static func parse(_ text: String) -> [String: [String: Int?]] {
    var result: [String: [String: Int?]] = [:]
    for line in lines(text) {
      let parts = words(line)
      guard let head = parts.first, head.utf8.last == UInt8(ascii: ":") else { continue }
      var index = 1
      while index + 1 < parts.count {
        let value = Int(parts[index + 1])
        result[String(head.dropLast()), default: [:]][String(parts[index])] = .some(value)
        index += 2
      }
    }
    return result
  }

  static func read(_ root: HostRoot) -> Sockstat {
    Sockstat(
      ipv4: one(root, "/proc/net/sockstat"), ipv6: one(root, "/proc/net/sockstat6"))
  }

  static func unavailable(_ why: Unreadable) -> Sockstat {
    Sockstat(ipv4: .unavailable(why), ipv6: .unavailable(why))
  }

  private static func one(_ root: HostRoot, _ path: String) -> Reading<[String: [String: Int?]]> {
    root.text(path).flatMap { text, origin in .value(parse(text), origin) }
  }

  /// One number, such as `TCP` and `inuse`.
  subscript(_ protocol: String, _ name: String) -> Reading<Int> {
    (`protocol`.utf8.last == UInt8(ascii: "6") ? ipv6 : ipv4).flatMap { file, origin in
      guard let value = file[`protocol`]?[name] else {
        return .absent("this kernel reports no \(name) for \(`protocol`)")
      }
      return value.map { .value($0, origin) }
        ?? .unavailable(.init("\(name) of \(`protocol`) is no number"))
    }
  }

  static let tree = FactTree(
    "Sockstat", "Socket totals, as `ss -s` shows them.",
    [
      .init(["sockets", "used"], .int, "Sockets of every family in this namespace."),
      .init(["tcp", "inuse"], .int, "IPv4 TCP sockets of this namespace, without TIME_WAIT."),
      .init(["tcp", "orphan"], .int, "TCP sockets that no process holds, on the whole host."),
      .init(["tcp", "tw"], .int, "TCP sockets in TIME_WAIT in this namespace, both families."),
      .init(["tcp", "alloc"], .int, "TCP sockets allocated on the whole host."),
      .init(["tcp", "mem"], .int, "Pages of buffers of TCP sockets, on the whole host."),
      .init(["udp", "inuse"], .int, "IPv4 UDP sockets of this namespace."),
      .init(["udp", "mem"], .int, "Pages of buffers of UDP sockets, on the whole host."),
      .init(["raw", "inuse"], .int, "IPv4 raw sockets of this namespace."),
      .init(["tcp6", "inuse"], .int, "IPv6 TCP sockets of this namespace, without TIME_WAIT."),
      .init(["udp6", "inuse"], .int, "IPv6 UDP sockets of this namespace."),
      .init(["raw6", "inuse"], .int, "IPv6 raw sockets of this namespace."),
    ])

  /// The `sockstat` variable.
  var factValue: CEL.Value {
    Self.tree.value { leaf, _ in
      let `protocol` = leaf.path[0] == "sockets" ? "sockets" : leaf.path[0].uppercased()
      return self[`protocol`, leaf.path[1]].field
    }
  }
}
