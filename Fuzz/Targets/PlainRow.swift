@testable import HostFacts

/// A row of `/proc/net/{tcp,udp}{,6}` read the slow and obvious way, to compare with.
struct PlainRow {
  private var rest: ArraySlice<UInt8>

  static func parse(
    _ line: ArraySlice<UInt8>, _ transport: SocketRow.Transport, isIPv6: Bool
  ) -> SocketRow? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    var row = PlainRow(rest: line[(colon + 1)...])
    return row.parse(transport, isIPv6: isIPv6)
  }

  /// What follows the row's number: columns up to RETRANS, words from there.
  private mutating func parse(_ transport: SocketRow.Transport, isIPv6: Bool) -> SocketRow? {
    guard let localAddress = address(after: " ", isIPv6: isIPv6),
      let localPort = number(after: ":", 4),
      let remoteAddress = address(after: " ", isIPv6: isIPv6),
      let remotePort = number(after: ":", 4), let code = number(after: " ", 2),
      let state = SocketState(rawValue: UInt8(code)), let sendQueue = number(after: " ", 8),
      let receiveQueue = number(after: ":", 8), let timer = number(after: " ", 2),
      let ticks = number(after: ":", 8), text(after: " ", 8) != nil, rest.first == space
    else { return nil }
    let words = rest.split(separator: space).map { String(decoding: $0, as: UTF8.self) }
    guard words.count >= 3, let uid = UInt32(words[0]), let inode = UInt64(words[2]) else {
      return nil
    }
    var row = SocketRow(
      transport: transport, state: state, localAddress: localAddress, localPort: UInt16(localPort),
      remoteAddress: remoteAddress, remotePort: UInt16(remotePort))
    row.sendQueue = sendQueue
    row.receiveQueue = receiveQueue
    row.timer = UInt8(timer)
    let (milliseconds, overflow) = ticks.multipliedReportingOverflow(by: 10)
    row.remaining = overflow ? .max : milliseconds
    row.uid = uid
    row.inode = inode
    if transport == .udp {
      let digits = (words.count > 3 ? words[words.count - 1] : "").utf8.reversed()
        .prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.reversed()
      row.drops = UInt64(String(decoding: Array(digits), as: UTF8.self))
    }
    return row
  }

  private mutating func text(after mark: Unicode.Scalar, _ count: Int) -> String? {
    guard rest.first == UInt8(ascii: mark), rest.count > count else { return nil }
    rest.removeFirst()
    defer { rest.removeFirst(count) }
    return String(decoding: rest.prefix(count), as: UTF8.self)
  }

  private mutating func number(after mark: Unicode.Scalar, _ digits: Int) -> UInt32? {
    text(after: mark, digits).flatMap { UInt32($0, radix: 16) }
  }

  private mutating func address(after mark: Unicode.Scalar, isIPv6: Bool) -> InetAddress? {
    guard let digits = text(after: mark, isIPv6 ? 32 : 8).map({ Array($0.utf8) }) else {
      return nil
    }
    let words = stride(from: 0, to: digits.count, by: 8).compactMap { start in
      UInt32(String(decoding: digits[start...].prefix(8), as: UTF8.self), radix: 16)
        .map { UInt64(UInt32(bigEndian: $0)) }
    }
    guard words.count == (isIPv6 ? 4 : 1) else { return nil }
    guard isIPv6 else { return InetAddress(ipv4: UInt32(words[0])) }
    return InetAddress(high: words[0] << 32 | words[1], low: words[2] << 32 | words[3])
  }
}

private let space = UInt8(ascii: " ")
