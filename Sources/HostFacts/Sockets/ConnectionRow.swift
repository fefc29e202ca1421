/// One TCP connection in eight bytes: what its group and its local port leave to be said.
struct ConnectionRow: Sendable {
  /// Group in the top 24 bits, so that rows sort by group, then by local port; then the port (16),
  /// what is left of the timer in 1/100 s (16), the state (4) and the flags (4).
  let bits: UInt64

  static let groupLimit = 1 << 24

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt64

    /// Bytes that the process has not read.
    static let unread = Flags(rawValue: 1)
    /// No inode.
    static let unaccepted = Flags(rawValue: 2)
    /// IP_BIND_ADDRESS_NO_PORT was seen set: no bind() took this port.
    static let bindAddressNoPort = Flags(rawValue: 4)
    /// Bound to the loopback interface.
    static let onLoopbackDevice = Flags(rawValue: 8)
  }

  init(group: Int, row: SocketRow) {
    var flags: Flags = []
    if row.receiveQueue > 0 { flags.insert(.unread) }
    if row.inode == 0 { flags.insert(.unaccepted) }
    if row.bindAddressNoPort == true { flags.insert(.bindAddressNoPort) }
    // LOOPBACK_IFINDEX: `lo` is the first interface of every network namespace.
    if row.interface == 1 { flags.insert(.onLoopbackDevice) }
    let remaining = UInt64(min(row.remaining / 10, 0xffff))
    bits =
      UInt64(truncatingIfNeeded: group) << 40 | UInt64(row.localPort) << 24 | remaining << 8
      | UInt64(row.state.rawValue) << 4 | flags.rawValue
  }

  var group: Int { Int(bits >> 40) }
  var localPort: UInt16 { UInt16(truncatingIfNeeded: bits >> 24) }
  /// Milliseconds, to 1/100 s; at most 655.35 s.
  var remaining: Int { Int((bits >> 8) & 0xffff) * 10 }
  var state: SocketState { SocketState(number: UInt8((bits >> 4) & 0xf)) ?? .close }
  var flags: Flags { Flags(rawValue: bits & 0xf) }
}
