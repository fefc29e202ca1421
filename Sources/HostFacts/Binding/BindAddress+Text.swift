/// What is wrong with an address on the command line, as a sentence.
public struct BindAddressProblem: Error, Hashable, CustomStringConvertible, Sendable {
  public let description: String

  init(_ description: String) { self.description = description }
}

extension BindAddress {
  /// Reads `0.0.0.0:80`, `[::]:80`, `[::ffff:127.0.0.1]:80`, `127.0.0.53%lo:53`, `[fe80::1%eth0]:80`;
  /// and `80`, `:80`, `*:80`, which mean what systemd's `ListenStream=80` and most servers mean by
  /// it: a socket on `[::]` that serves IPv4 too.
  public init(parsing text: String) throws(BindAddressProblem) {
    guard text.utf8.count <= 256 else { throw .init("an address has at most 256 bytes") }
    if text.contains("://") || text.contains("/") {
      throw .init("write only ADDRESS:PORT, such as 0.0.0.0:80")
    }
    if let port = try Self.wholePort(text) {
      self.init(.ipv6, .anyIPv6, port: port)
      isAnyFamily = true
      return
    }
    guard text.hasPrefix("[") else {
      try self.init(withoutBrackets: text)
      return
    }
    guard let end = text.firstIndex(of: "]") else {
      throw .init("']' is missing behind the IPv6 address")
    }
    let inside = text[text.index(after: text.startIndex)..<end]
    var (name, device) = try Self.split(inside)
    var rest = text[text.index(after: end)...]
    if rest.first == "%" {
      // ss(8) writes the device behind the bracket.
      let (between, outer) = try Self.split(rest.prefix { $0 != ":" })
      guard device == nil, between.isEmpty else { throw .init("two devices are named") }
      device = outer
      rest = rest.drop { $0 != ":" }
    }
    guard rest.first == ":" else {
      throw .init("a port is missing; write [\(inside)]:80")
    }
    let port = try Self.port(rest.dropFirst())
    guard let address = ListenAddress.ipv6(name) else {
      if ListenAddress.ipv4(name) != nil {
        throw .init("brackets are for IPv6; write \(name):\(port)")
      }
      name = name.prefix(64)
      throw .init("'\(name)' is no IPv6 address")
    }
    if address.isLinkLocalIPv6 && device == nil {
      throw .init(
        "a link-local address needs its interface, bind() fails with EINVAL without; "
          + "write [\(name)%eth0]:\(port)")
    }
    self.init(.ipv6, address, port: port, device: device)
  }

  private init(withoutBrackets text: String) throws(BindAddressProblem) {
    guard let colon = text.lastIndex(of: ":") else {
      if ListenAddress.ipv4(text) != nil {
        throw .init("a port is missing; write \(text):80")
      }
      throw .init("'\(text)' is neither ADDRESS:PORT nor a port")
    }
    let (name, device) = try Self.split(text[..<colon])
    if name.contains(":") {
      let hasPort = ListenAddress.ipv6(name) != nil
      throw .init(
        "an IPv6 address needs brackets, so that its end is not taken for the port; write "
          + (hasPort ? "[\(name)]:\(text[text.index(after: colon)...])" : "[\(text)]:80"))
    }
    let port = try Self.port(text[text.index(after: colon)...])
    if name.isEmpty || name == "*" {
      self.init(.ipv6, .anyIPv6, port: port, device: device)
      isAnyFamily = true
      return
    }
    guard let address = ListenAddress.ipv4(name) else {
      if name.contains(where: \.isLetter) {
        throw .init(
          "'\(name)' is a name, and names are not looked up here; write an address"
            + (name == "localhost" ? ", 127.0.0.1:\(port) or [::1]:\(port)" : ""))
      }
      throw .init("'\(name)' is no IPv4 address")
    }
    self.init(.ipv4, address, port: port, device: device)
  }

  /// The port where there is nothing else; nil where there is.
  private static func wholePort(_ text: String) throws(BindAddressProblem) -> UInt16? {
    guard !text.isEmpty else { throw .init("an address and port are missing") }
    return text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? try port(text[...]) : nil
  }

  private static func port(_ text: Substring) throws(BindAddressProblem) -> UInt16 {
    guard !text.isEmpty else { throw .init("the port behind ':' is missing") }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .init("'\(text)' is no port; write its number, 0 to 65535")
    }
    guard let port = UInt16(text) else { throw .init("port \(text) is above 65535") }
    return port
  }

  /// What stands before `%`, and the device behind it.
  private static func split(_ text: Substring) throws(BindAddressProblem) -> (Substring, String?) {
    guard let percent = text.firstIndex(of: "%") else { return (text, nil) }
    let device = String(text[text.index(after: percent)...])
    // IFNAMSIZ with its NUL.
    guard ListenAddress.isInterface(device, longest: 15, numbers: false) else {
      throw .init("'\(device)' is no name of an interface")
    }
    return (text[..<percent], device)
  }
}
