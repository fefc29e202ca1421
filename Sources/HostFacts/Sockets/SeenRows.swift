/// Which rows were counted already, of `/proc/net` most of all.
///
/// The kernel finds the place where a read(2) goes on by bucket, and at the end of the table by
/// index, over a table that has grown meanwhile (net/ipv4/tcp_ipv4.c, tcp_seek_last_pos and
/// tcp_get_idx). A last read that happens to be full cannot be told from one before the end, and
/// what follows it is the tail of the table again: as many rows as were added since. Tables of UDP
/// are walked by index at every read.
///
/// Eight bytes a row, at most half full. It keeps hashes, keyed by random numbers of this process:
/// among a million rows two are taken for one in 1 of 10^7 tables.
struct SeenRows: Sendable {
  /// 0 is empty.
  private var slots = [UInt64](repeating: 0, count: 1024)
  private var count = 0
  private let seed = (
    UInt64.random(in: .min ... .max) | 1, UInt64.random(in: .min ... .max) | 1
  )

  /// Whether the row is another one than all before.
  mutating func insert(_ row: SocketRow) -> Bool {
    guard let hash = hash(row) else { return true }
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      if slots[slot] == hash { return false }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = hash
    count += 1
    if count * 2 > slots.count { grow() }
    return true
  }

  private mutating func grow() {
    let hashes = slots
    slots = [UInt64](repeating: 0, count: hashes.count * 2)
    for hash in hashes where hash != 0 {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = hash
    }
  }

  /// Nil where rows that look the same may be two sockets. Not 0.
  private func hash(_ row: SocketRow) -> UInt64? {
    if row.isToldByItself {
      // SO_REUSEPORT lets many have one address. One's cookie may be another's inode: where sock_diag
      // refuses a transport, the rows of one have cookies and those of the other none.
      let kind: UInt64 = (row.transport == .udp ? 2 : 0) | (row.cookie == nil ? 4 : 0)
      return row.identity == 0 ? nil : fold(row.identity ^ seed.1, seed.0 &+ kind) | 1
    }
    // The interface that would make them different is not shown.
    if row.localAddress.isLinkLocalIPv6 { return nil }
    // Not the state, nor the inode that goes with it: the same connection may be in TIME_WAIT when
    // it comes again.
    let ports = UInt64(row.localPort) << 16 | UInt64(row.remotePort)
    let local = fold(row.localAddress.high ^ seed.0, row.localAddress.low ^ seed.1)
    let remote = fold(row.remoteAddress.high ^ seed.1 ^ local, row.remoteAddress.low ^ seed.0)
    return fold(remote ^ ports, seed.0 ^ local) | 1
  }

  private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

extension SocketRow {
  /// Whether its identity tells it from others, not its addresses: of what is bound alone, not of
  /// connections.
  var isToldByItself: Bool { transport == .udp || state == .listen || state == .boundInactive }
}
