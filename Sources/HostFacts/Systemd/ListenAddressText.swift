internal import CEL
internal import Glibc

extension ListenAddress {
  /// Reads the value of `ListenStream=` and its like, specifiers replaced, as socket_address_parse()
  /// does; nil where systemd refuses it.
  init?(_ value: String, kind: Kind, text: String, location: SourceLocation) {
    guard let target = Self.target(value, kind) else { return nil }
    self.init(kind: kind, target: target, text: text, location: location)
  }

  private static func target(_ value: String, _ kind: Kind) -> Target? {
    switch kind {
    case .fifo, .special, .messageQueue, .usbFunction:
      guard let path = UnitPath.simplified(value), UnitPath.isNormalized(path) else { return nil }
      return .other(kind == .fifo ? UnitPath.withoutVarRun(path) : path)
    case .netlink: return netlink(value)
    case .stream, .datagram, .sequentialPacket:
      if value.hasPrefix("/") {
        let path = UnitPath.withoutVarRun(value)
        // A terminating NUL belongs to the 108 bytes of sun_path.
        return (2...107).contains(path.utf8.count) ? .unix(path) : nil
      }
      if value.hasPrefix("@") {
        return (2...107).contains(value.utf8.count) ? .unix(value) : nil
      }
      guard let target = value.hasPrefix("vsock:") ? vsock(value.dropFirst(6)) : inet(value)
      else { return nil }
      // SOCK_SEQPACKET is for AF_UNIX alone.
      return kind == .sequentialPacket ? nil : target
    }
  }

  private static func vsock(_ value: Substring) -> Target? {
    guard let colon = value.firstIndex(of: ":"),
      let port = UnitValue.unsigned(value[value.index(after: colon)...], upTo: UInt64(UInt32.max))
    else { return nil }
    let context = value[..<colon]
    if context.isEmpty { return .vsock(context: nil, port: UInt32(port)) }
    guard let number = UnitValue.unsigned(context, upTo: UInt64(UInt32.max)) else { return nil }
    // VMADDR_CID_ANY
    return .vsock(
      context: number == UInt64(UInt32.max) ? nil : UInt32(number), port: UInt32(port))
  }

  private static func inet(_ value: String) -> Target? {
    if let port = port(value) {
      return .inet(.anyIPv6, port: port, anyFamily: true, scope: nil)
    }
    // ERANGE: a number, and no port; systemd tries no further.
    guard !value.utf8.contains(UInt8(ascii: "#")) else { return nil }
    var rest = Substring(value)
    var scope: String?
    if let percent = rest.firstIndex(of: "%") {
      let name = String(rest[rest.index(after: percent)...])
      guard isInterface(name) else { return nil }
      scope = name
      rest = rest[..<percent]
    }
    guard let colon = rest.lastIndex(of: ":") else { return nil }
    let address = rest[..<colon]
    guard let port = port(rest[rest.index(after: colon)...]) else { return nil }
    if rest.hasPrefix("[") {
      guard address.hasSuffix("]"), let ipv6 = ipv6(address.dropFirst().dropLast()) else {
        return nil
      }
      return .inet(ipv6, port: port, anyFamily: false, scope: scope)
    }
    // An IPv6 address without brackets has no port, and IPv4 has no scope that would matter.
    guard let ipv4 = ipv4(address) else { return nil }
    return .inet(ipv4, port: port, anyFamily: false, scope: scope)
  }

  private static func port(_ text: some StringProtocol) -> Int? {
    UnitValue.unsigned(text, blanks: false, upTo: 65535).flatMap { $0 == 0 ? nil : Int($0) }
  }

  static func ipv4(_ text: some StringProtocol) -> InetAddress? {
    var address = in_addr()
    guard unsafe inet_pton(AF_INET, String(text), &address) == 1 else { return nil }
    return InetAddress(ipv4: UInt32(bigEndian: address.s_addr))
  }

  static func ipv6(_ text: some StringProtocol) -> InetAddress? {
    var bytes = [UInt8](repeating: 0, count: 16)
    guard unsafe inet_pton(AF_INET6, String(text), &bytes) == 1 else { return nil }
    let half = { (part: ArraySlice<UInt8>) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    return InetAddress(high: half(bytes[..<8]), low: half(bytes[8...]))
  }

  /// A name of an interface, or its number; 127 bytes at most, as alternative names have.
  static func isInterface(_ name: String, longest: Int = 127, numbers: Bool = true) -> Bool {
    guard !name.isEmpty, name.utf8.count <= longest, name != ".", name != "..",
      name != "all", name != "default"
    else { return false }
    if name.utf8.allSatisfy(isDigit) {
      return numbers && UnitValue.unsigned(name, upTo: UInt64(Int32.max)).map { $0 > 0 } == true
    }
    return name.utf8.allSatisfy { $0 > 32 && $0 < 127 && !":/%".utf8.contains($0) }
  }

  /// A family and a group.
  private static func netlink(_ value: String) -> Target? {
    var words = UnitWords(value)
    guard case .word(let family) = words.next([]) else { return nil }
    let rest = String(decoding: words.rest, as: UTF8.self)
    let group = rest.isEmpty ? 0 : UnitValue.unsigned(rest, upTo: UInt64(UInt32.max))
    guard let group else { return nil }
    if netlinkFamilies.values.contains(family) { return .other("\(family) \(group)") }
    guard let number = UnitValue.unsigned(family, upTo: UInt64(Int32.max)) else { return nil }
    return .other("\(netlinkFamilies[number] ?? "\(number)") \(group)")
  }

  /// netlink(7), as systemd names them.
  private static let netlinkFamilies: [UInt64: String] = [
    0: "route", 3: "firewall", 4: "inet-diag", 5: "nflog", 6: "xfrm", 7: "selinux", 8: "iscsi",
    9: "audit", 10: "fib-lookup", 11: "connector", 12: "netfilter", 13: "ip6-fw", 14: "dnrtmsg",
    15: "kobject-uevent", 16: "generic", 18: "scsitransport", 19: "ecryptfs", 20: "rdma",
  ]
}

/// Paths in settings.
enum UnitPath {
  /// Without `//`, `/./` and a slash at the end; nil where it is not absolute.
  static func simplified(_ path: String) -> String? {
    let slash = UInt8(ascii: "/")
    guard path.utf8.first == slash, !path.utf8.contains(0) else { return nil }
    var result: [UInt8] = []
    for part in path.utf8.split(separator: slash) where !part.elementsEqual(".".utf8) {
      guard part.count <= 255 else { return nil }
      result.append(slash)
      result += part
    }
    if result.isEmpty { return "/" }
    return result.count < 4096 ? String(decoding: result, as: UTF8.self) : nil
  }

  /// No `..`.
  static func isNormalized(_ path: String) -> Bool {
    !path.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
  }

  /// `/var/run/x` as `/run/x`.
  static func withoutVarRun(_ path: String) -> String {
    var rest = path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
      .filter { $0 != "." }[...]
    guard rest.popFirst() == "var", rest.popFirst() == "run", let next = rest.first else {
      return path
    }
    return "/run/" + path[next.startIndex...]
  }
}
