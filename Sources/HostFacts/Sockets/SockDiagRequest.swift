internal import CLinuxShims
internal import Glibc

/// A request for a dump or for one socket, as bytes.
struct SockDiagRequest {
  let transport: SocketRow.Transport
  private let type: UInt16
  private let body: [UInt8]
  /// Whether it is for all sockets, not for one.
  private var isDump = true

  private init(
    transport: SocketRow.Transport, type: UInt16, body: [UInt8], isDump: Bool = true
  ) {
    self.transport = transport
    self.type = type
    self.body = body
    self.isDump = isDump
  }

  /// TCP of both families in one walk: `struct inet_diag_req`, the older request, has no family.
  /// sock_diag(7) describes only the newer one, which does one family a walk.
  static func tcp(states: UInt32) -> SockDiagRequest {
    // Family, prefix lengths, extensions (1 each), id 48, states 4, dbs 4.
    SockDiagRequest(
      transport: .tcp, type: UInt16(TCPDIAG_GETSOCK),
      body: [UInt8](repeating: 0, count: 52) + states.nativeBytes + UInt32(0).nativeBytes)
  }

  /// Those on some local ports, at most ``mostPorts``: the kernel looks at each socket, and shows
  /// only these.
  static func tcp(states: UInt32, ports: [UInt16]) -> SockDiagRequest {
    let all = tcp(states: states)
    let filter = bytecode(ports.prefix(mostPorts))
    return SockDiagRequest(
      transport: .tcp, type: all.type,
      body: all.body + UInt16(4 + filter.count).nativeBytes
        + UInt16(INET_DIAG_REQ_BYTECODE).nativeBytes + filter)
  }

  static let mostPorts = 64

  /// A program for `inet_diag_bc_run()` (net/ipv4/inet_diag.c): for each port "at least" and "at most",
  /// then a jump to the end, which accepts; four bytes beyond the end refuse. Each operation is
  /// `struct inet_diag_bc_op`: a code, how far to go on where it holds (1 each) and where not (2); a
  /// port is in the second half of an operation of its own.
  private static func bytecode(_ ports: some Collection<UInt16>) -> [UInt8] {
    let block = 20
    var rest = ports.count * block
    var bytes: [UInt8] = []
    for port in ports {
      let isLast = rest == block
      let number = [0, 0] + port.nativeBytes
      bytes += [UInt8(INET_DIAG_BC_S_GE), 8]
      bytes += UInt16(isLast ? block + 4 : block).nativeBytes + number
      bytes += [UInt8(INET_DIAG_BC_S_LE), 8]
      bytes += UInt16(isLast ? block - 4 : block - 8).nativeBytes + number
      bytes += [UInt8(INET_DIAG_BC_JMP), 4] + UInt16(rest - 16).nativeBytes
      rest -= block
    }
    return bytes
  }

  /// UDP of one family, with INET_DIAG_SKMEMINFO for the drops.
  static func udp(_ family: UInt8) -> SockDiagRequest {
    let memory = UInt8(1) << UInt8(INET_DIAG_SKMEMINFO - 1)
    return SockDiagRequest(
      transport: .udp, type: UInt16(SOCK_DIAG_BY_FAMILY),
      body: v2(family, UInt8(IPPROTO_UDP), extensions: memory, states: .max))
  }

  /// MPTCP of one family. Its number, 262, does not fit the field and goes into an attribute; a
  /// kernel that does not know the attribute answers for TCP.
  static func multipath(_ family: UInt8, states: UInt32) -> SockDiagRequest {
    let attribute =
      UInt16(8).nativeBytes + UInt16(INET_DIAG_REQ_PROTOCOL).nativeBytes
      + UInt32(262).nativeBytes
    return SockDiagRequest(
      transport: .tcp, type: UInt16(SOCK_DIAG_BY_FAMILY),
      body: v2(family, UInt8(IPPROTO_TCP), extensions: 0, states: states) + attribute)
  }

  /// One TCP connection, with INET_DIAG_INFO for its times. The cookie tells it from a later one with
  /// the same addresses and ports.
  static func connection(_ row: SocketRow) -> SockDiagRequest {
    let isIPv4 = row.localAddress.isIPv4 && row.remoteAddress.isIPv4
    let information = UInt8(1) << UInt8(INET_DIAG_INFO - 1)
    var body = v2(
      UInt8(isIPv4 ? AF_INET : AF_INET6), UInt8(IPPROTO_TCP), extensions: information, states: .max)
    // `struct inet_diag_sockid`, in network order but for the interface and the cookie.
    var id = row.localPort.bigEndian.nativeBytes + row.remotePort.bigEndian.nativeBytes
    for address in [row.localAddress, row.remoteAddress] {
      id +=
        isIPv4
        ? UInt32(truncatingIfNeeded: address.low).bigEndian.nativeBytes
          + [UInt8](repeating: 0, count: 12)
        : address.high.bigEndian.nativeBytes + address.low.bigEndian.nativeBytes
    }
    let cookie = row.cookie ?? .max
    id += row.interface.nativeBytes
    id += UInt32(truncatingIfNeeded: cookie).nativeBytes
    id += UInt32(truncatingIfNeeded: cookie >> 32).nativeBytes
    body.replaceSubrange(body.count - id.count..<body.count, with: id)
    return SockDiagRequest(
      transport: .tcp, type: UInt16(SOCK_DIAG_BY_FAMILY), body: body, isDump: false)
  }

  /// `struct inet_diag_req_v2`: family, protocol, extensions, pad (1 each), states 4, id 48.
  private static func v2(
    _ family: UInt8, _ number: UInt8, extensions: UInt8, states: UInt32
  ) -> [UInt8] {
    [family, number, extensions, 0] + states.nativeBytes + [UInt8](repeating: 0, count: 48)
  }

  /// `struct nlmsghdr` and the body.
  func bytes(sequence: UInt32) -> [UInt8] {
    UInt32(16 + body.count).nativeBytes + type.nativeBytes
      + UInt16(isDump ? NLM_F_REQUEST | NLM_F_DUMP : NLM_F_REQUEST).nativeBytes
      + sequence.nativeBytes
      + UInt32(0).nativeBytes + body
  }
}

extension FixedWidthInteger {
  /// In this machine's byte order, as netlink wants it.
  var nativeBytes: [UInt8] {
    let isLittle = 1.littleEndian == 1
    return (0..<Self.bitWidth / 8).map { index in
      let shift = 8 * (isLittle ? index : Self.bitWidth / 8 - 1 - index)
      return UInt8(truncatingIfNeeded: self >> Self(shift))
    }
  }
}
