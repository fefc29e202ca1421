internal import CEL

/// What tells an element from the others of its list.
struct Identity: Hashable, Sendable {
  struct Part: Hashable, Sendable {
    var name: String
    /// Nil where it is absent or cannot be read.
    var value: String?
  }

  var parts: [Part] = []

  func value(_ name: String) -> String? {
    parts.first { $0.name == name }.flatMap(\.value)
  }

  private func has(_ name: String) -> Bool { parts.contains { $0.name == name } }

  /// The subject of an element, such as `listener:tcp:0.0.0.0:8080`.
  ///
  /// - `kind:protocol:address:port` where the identity has these, with `%device` after the
  ///   address, as in `ss`;
  /// - `kind:local_address>address:port` where it has a local address;
  /// - `file:path:` and the other values where it has a path: it is about what the file says;
  /// - else `kind:` and the values, joined by colons.
  ///
  /// Other parts, such as the uid, tell elements apart without being shown. IPv6 addresses stand
  /// in brackets.
  func subject(kind: String) -> String {
    if let path = value("path") {
      let others = parts.filter { $0.name != "path" }.compactMap(\.value)
      return (["file", path] + others).joined(separator: ":")
    }
    guard has("address"), has("port") else {
      return ([kind] + parts.map { $0.value ?? "?" }).joined(separator: ":")
    }
    let device = value("device").map { "%\($0)" } ?? ""
    let end = Self.bracketed(value("address")) + ":" + (value("port") ?? "?")
    if has("local_address") {
      return "\(kind):\(Self.bracketed(value("local_address")))\(device)>\(end)"
    }
    let address = Self.bracketed(value("address")) + device + ":" + (value("port") ?? "?")
    return ([kind, value("protocol")].compactMap { $0 } + [address]).joined(separator: ":")
  }

  private static func bracketed(_ address: String?) -> String {
    guard let address else { return "?" }
    return address.utf8.contains(0x3A) ? "[\(address)]" : address
  }
}

extension Rule.Element {
  /// The kind of a subject: the last word of the type's name, `listener` of `Listener` and
  /// `socket` of `UDPSocket`; of elements that are no structures, their name in the rule.
  var kind: String {
    guard case .object(let type) = type else { return name }
    let start = type.lastIndex { $0.isUppercase } ?? type.startIndex
    return type[start...].lowercased()
  }
}
