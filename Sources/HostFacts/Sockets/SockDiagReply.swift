internal import CLinuxShims
internal import Glibc

/// What the kernel sends in answer to a dump of sock_diag(7).
enum SockDiagReply {
  /// What a datagram said about the dump.
  enum Outcome: Hashable, Sendable {
    /// The dump goes on in the next datagram.
    case more
    case done
    /// The dump ended in this errno.
    case failed(Int32)
    /// Not what the kernel sends, and why; the messages before it counted.
    case malformed(String)
  }

  struct Result: Hashable, Sendable {
    var outcome: Outcome = .more
    var rows = 0
    /// Messages that are no socket of a known family and state.
    var malformedRows = 0
    /// NLM_F_DUMP_INTR: the tables changed so that rows may be missing or double.
    var isInterrupted = false
  }

  /// Adds the sockets of one datagram to `sink`. Messages with another sequence number are
  /// answers to somebody else's request, and skipped.
  static func parse<Sink: SocketRowSink>(
    _ datagram: Span<UInt8>, transport: SocketRow.Transport, sequence: UInt32, into sink: inout Sink
  ) -> Result {
    // Safe: UInt8 has no padding that could be uninitialised.
    let bytes = unsafe datagram.bytes
    var result = Result()
    var start = 0
    while start < bytes.byteCount {
      guard bytes.byteCount - start >= headerSize else {
        result.outcome = .malformed("a message is cut off in its header")
        return result
      }
      let header = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start, as: nlmsghdr.self)
      let length = Int(header.nlmsg_len)
      guard length >= headerSize, length <= bytes.byteCount - start else {
        result.outcome = .malformed("a message says that it has \(length) bytes")
        return result
      }
      let body = start + headerSize..<start + length
      // Messages begin at multiples of four.
      start = min(bytes.byteCount, start + (length + 3) & ~3)
      guard header.nlmsg_seq == sequence else { continue }
      if Int32(header.nlmsg_flags) & NLM_F_DUMP_INTR != 0 { result.isInterrupted = true }
      switch Int32(header.nlmsg_type) {
      case TCPDIAG_GETSOCK, Int32(SOCK_DIAG_BY_FAMILY):
        var row = SocketRow(
          transport: transport, state: .close, localAddress: .anyIPv6, localPort: 0,
          remoteAddress: .anyIPv6, remotePort: 0)
        guard fill(&row, bytes, body) else {
          result.malformedRows += 1
          continue
        }
        result.rows += 1
        sink.add(row)
      case NLMSG_ERROR, NLMSG_DONE:
        // A dump that fails on its way says so in NLMSG_DONE.
        let isDone = Int32(header.nlmsg_type) == NLMSG_DONE
        guard body.count >= 4 else {
          result.outcome = isDone ? .done : .malformed("an error without its number")
          return result
        }
        let code = Int32(bitPattern: bytes.native32(body.lowerBound))
        result.outcome = code == 0 ? .done : .failed(code == .min ? .max : abs(code))
        return result
      case NLMSG_OVERRUN:
        result.outcome = .malformed("the kernel reports lost messages")
        return result
      default: break
      }
    }
    return result
  }

  private static let headerSize = MemoryLayout<nlmsghdr>.size
  private static let rowSize = MemoryLayout<inet_diag_msg>.size

  /// False where it is no socket of a known family and state.
  @inline(__always)
  private static func fill(_ row: inout SocketRow, _ bytes: RawSpan, _ body: Range<Int>) -> Bool {
    guard body.count >= rowSize else { return false }
    let message = unsafe bytes.unsafeLoadUnaligned(
      fromByteOffset: body.lowerBound, as: inet_diag_msg.self)
    guard let state = SocketState(number: message.idiag_state),
      let local = address(message.id.idiag_src, of: message.idiag_family),
      let remote = address(message.id.idiag_dst, of: message.idiag_family)
    else { return false }
    // A closed TCP socket is in no table but that of bound ones.
    row.state = state == .close && row.transport == .tcp ? .boundInactive : state
    row.localAddress = local
    row.localPort = UInt16(bigEndian: message.id.idiag_sport)
    row.remoteAddress = remote
    row.remotePort = UInt16(bigEndian: message.id.idiag_dport)
    row.timer = message.idiag_timer
    row.interface = message.id.idiag_if
    row.cookie =
      UInt64(message.id.idiag_cookie.0) | UInt64(message.id.idiag_cookie.1) << 32
    row.remaining = message.idiag_expires
    row.receiveQueue = message.idiag_rqueue
    row.sendQueue = message.idiag_wqueue
    row.uid = message.idiag_uid
    row.inode = UInt64(message.idiag_inode)
    addAttributes(bytes, body.lowerBound + rowSize, body.upperBound, to: &row)
    return true
  }

  /// Nil for a family that has no such addresses.
  @inline(__always)
  private static func address(
    _ words: (UInt32, UInt32, UInt32, UInt32), of family: UInt8
  ) -> InetAddress? {
    switch Int32(family) {
    case AF_INET: InetAddress(ipv4: UInt32(bigEndian: words.0))
    case AF_INET6:
      InetAddress(
        high: UInt64(UInt32(bigEndian: words.0)) << 32 | UInt64(UInt32(bigEndian: words.1)),
        low: UInt64(UInt32(bigEndian: words.2)) << 32 | UInt64(UInt32(bigEndian: words.3)))
    default: nil
    }
  }

  /// `struct nlattr`, then the value; each begins at a multiple of four.
  @inline(__always)
  private static func addAttributes(
    _ bytes: RawSpan, _ start: Int, _ end: Int, to row: inout SocketRow
  ) {
    var start = start
    while end - start >= 4 {
      let attribute = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start, as: nlattr.self)
      let length = Int(attribute.nla_len)
      guard length >= 4, length <= end - start else { return }
      let value = start + 4
      switch Int(attribute.nla_type) & 0x3fff {
      case Int(INET_DIAG_SKV6ONLY) where length >= 4 + 1:
        row.v6Only = bytes.byte(value) != 0
      case Int(INET_DIAG_CGROUP_ID) where length >= 4 + 8:
        row.cgroupID = bytes.native64(value)
      case Int(INET_DIAG_SOCKOPT) where length >= 4 + 2:
        // `struct inet_diag_sockopt`: bind_address_no_port is the first bit of the second byte,
        // and C lays bit fields out from the other end on big-endian machines.
        let bit: UInt8 = 1.littleEndian == 1 ? 0x01 : 0x80
        row.bindAddressNoPort = bytes.byte(value + 1) & bit != 0
      case Int(INET_DIAG_SKMEMINFO) where length >= 4 + 36:
        // SK_MEMINFO_DROPS is the ninth number.
        row.drops = UInt64(bytes.native32(value + 32))
      case Int(INET_DIAG_INFO) where length >= 4 + 56:
        // tcpi_last_data_recv of `struct tcp_info`, which a peer's FIN does not renew; tcpi_last_ack_recv,
        // which it does, comes next.
        let sinceData = bytes.native32(value + 52)
        let hasClosed = row.state == .closeWait && row.inode != 0 && length >= 4 + 60
        row.sinceReceived = hasClosed ? min(sinceData, bytes.native32(value + 56)) : sinceData
      default: break
      }
      start = min(end, start + (length + 3) & ~3)
    }
  }
}

// Loads that check their bounds and take bytes as numbers, which any bytes are.
extension RawSpan {
  @inline(__always) func byte(_ index: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
  }

  @inline(__always) func native16(_ index: Int) -> UInt16 {
    unsafe unsafeLoadUnaligned(fromByteOffset: index, as: UInt16.self)
  }

  @inline(__always) func native32(_ index: Int) -> UInt32 {
    unsafe unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self)
  }

  @inline(__always) func native64(_ index: Int) -> UInt64 {
    unsafe unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
  }

  @inline(__always) func network16(_ index: Int) -> UInt16 { UInt16(bigEndian: native16(index)) }

  @inline(__always) func network32(_ index: Int) -> UInt32 { UInt32(bigEndian: native32(index)) }

  @inline(__always) func network64(_ index: Int) -> UInt64 { UInt64(bigEndian: native64(index)) }
}
