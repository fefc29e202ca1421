import HostFacts

/// A row of `/proc/net/{tcp,udp}{,6}` read the slow and obvious way, to compare with.
enum PlainRow {
  /// The rows that it may be: a colon in what should be its number makes it ambiguous.
  static func readings(
    of line: ArraySlice<UInt8>, _ transport: SocketRow.Transport, isIPv6: Bool
  ) -> [SocketRow] {
    line.prefix(8).indices.filter { line[$0] == UInt8(ascii: ":") }.compactMap {
      parse(line[($0 + 1)...], transport, isIPv6: isIPv6)
    }
  }

  /// What follows the row's number.
  private static func parse(
    _ text: ArraySlice<UInt8>, _ transport: SocketRow.Transport, isIPv6: Bool
  ) -> SocketRow? {
    let fields = text.split(separator: UInt8(ascii: " ")).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard fields.count >= 9, let local = endpoint(fields[0], isIPv6: isIPv6),
      let remote = endpoint(fields[1], isIPv6: isIPv6), let code = UInt8(fields[2], radix: 16),
      let state = SocketState(rawValue: code), let queues = pair(fields[3]),
      let timer = pair(fields[4]), let uid = UInt32(fields[6]), let inode = UInt64(fields[8])
    else { return nil }
    var row = SocketRow(
      transport: transport, state: state, localAddress: local.address, localPort: local.port,
      remoteAddress: remote.address, remotePort: remote.port)
    row.sendQueue = queues.0
    row.receiveQueue = queues.1
    row.timer = UInt8(truncatingIfNeeded: timer.0)
    let (milliseconds, overflow) = timer.1.multipliedReportingOverflow(by: 10)
    row.remaining = overflow ? .max : milliseconds
    row.uid = uid
    row.inode = inode
    if transport == .udp {
      // The number at the end of the line, or of the inode's own field.
      let end = fields.count > 9 ? fields[fields.count - 1] : ""
      let digits = end.utf8.reversed().prefix { $0 >= 0x30 && $0 <= 0x39 }.reversed()
      row.drops = UInt64(String(decoding: Array(digits), as: UTF8.self))
    }
    return row
  }

  private static func pair(_ text: String) -> (UInt32, UInt32)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = UInt32(parts[0], radix: 16),
      let second = UInt32(parts[1], radix: 16)
    else { return nil }
    return (first, second)
  }

  private static func endpoint(_ text: String, isIPv6: Bool) -> (
    address: InetAddress, port: UInt16
  )? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
    let digits = Array(parts[0].utf8)
    guard digits.count == (isIPv6 ? 32 : 8) else { return nil }
    let words = stride(from: 0, to: digits.count, by: 8).map { start in
      UInt32(String(decoding: digits[start..<start + 8], as: UTF8.self), radix: 16)
        .map { UInt64(UInt32(bigEndian: $0)) } ?? 0
    }
    guard isIPv6 else { return (InetAddress(ipv4: UInt32(words[0])), port) }
    return (InetAddress(high: words[0] << 32 | words[1], low: words[2] << 32 | words[3]), port)
  }
}
