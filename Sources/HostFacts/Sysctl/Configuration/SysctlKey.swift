/// The name of a kernel parameter as a program makes it of what is written: the path below
/// `/proc/sys`.
///
/// Bytes, because equal strings may differ in bytes and a file's name may be any bytes.
struct SysctlKey: Hashable, Sendable {
  /// Components parted by "/".
  let path: [UInt8]

  init(path: [UInt8]) { self.path = path }

  /// Reads a name as systemd does, which procps shares but for what follows: the first separator
  /// decides. After a dot, dots and slashes are swapped (`net.ipv4.conf.eth0/100.rp_filter`). Then
  /// empty components and "." are dropped.
  init(_ text: some StringProtocol) { self.init(written: Array(text.utf8)) }

  init(written bytes: [UInt8]) { self.init(path: Self.simplified(Self.swapped(bytes))) }

  /// That of the catalogue, whose names have neither slashes nor empty components.
  init(_ entry: SysctlEntry) {
    path = entry.key.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0 }
  }

  /// The name with dots: what a dot in a component becomes is a slash.
  var dotted: String {
    String(
      decoding: path.map { byte in
        switch byte {
        case UInt8(ascii: "/"): UInt8(ascii: ".")
        case UInt8(ascii: "."): UInt8(ascii: "/")
        default: byte
        }
      }, as: UTF8.self)
  }

  /// Whether it stands for all keys that match it, see glob(7). Braces alone make no pattern.
  var isPattern: Bool { path.contains(where: Self.isWildcard) }

  /// Whether its last component is a pattern.
  var endsInPattern: Bool {
    let last = path.lastIndex(of: UInt8(ascii: "/")).map { path[($0 + 1)...] } ?? path[...]
    return last.contains(where: Self.isWildcard)
  }

  private static func isWildcard(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
  }

  /// Whether a component is "..", which would lead out of `/proc/sys` or back inside.
  var hasParent: Bool {
    path.contains(UInt8(ascii: ".")) && components.contains { $0.elementsEqual([0x2e, 0x2e]) }
  }

  var components: [ArraySlice<UInt8>] {
    path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
  }

  static func swapped(_ bytes: [UInt8]) -> [UInt8] {
    let dot = UInt8(ascii: ".")
    let slash = UInt8(ascii: "/")
    guard bytes.first(where: { $0 == dot || $0 == slash }) == dot else { return bytes }
    return bytes.map { $0 == dot ? slash : $0 == slash ? dot : $0 }
  }

  private static func simplified(_ bytes: [UInt8]) -> [UInt8] {
    let parts = bytes.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual([0x2e]) }
    return Array(parts.joined(separator: [UInt8(ascii: "/")]))
  }
}

extension SysctlKey: CustomStringConvertible {
  var description: String { dotted }
}
