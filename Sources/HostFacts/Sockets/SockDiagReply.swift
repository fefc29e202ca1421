internal import CLinuxShims

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
  ///
  /// `state` replaces the state that the rows show: the dump of bound sockets calls them closed.
  static func parse<Sink: SocketRowSink>(
    _ datagram: Span<UInt8>, transport: SocketRow.Transport, sequence: UInt32,
    state: SocketState? = nil, into sink: inout Sink
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
      let length = Int(bytes.native32(start))
      guard length >= headerSize, length <= bytes.byteCount - start else {
        result.outcome = .malformed("a message says that it has \(length) bytes")
        return result
      }
      let message = start..<start + length
      // Messages begin at multiples of four.
      start = min(bytes.byteCount, start + (length + 3) & ~3)
      guard bytes.native32(message.lowerBound + 8) == sequence else { continue }
      if Int32(bytes.native16(message.lowerBound + 6)) & NLM_F_DUMP_INTR != 0 {
        result.isInterrupted = true
      }
      let body = message.dropFirst(headerSize)
      switch Int32(bytes.native16(message.lowerBound + 4)) {
      case NLMSG_NOOP: break
      case NLMSG_ERROR, NLMSG_DONE:
        // A dump that fails on its way says so in NLMSG_DONE.
        let isDone = Int32(bytes.native16(message.lowerBound + 4)) == NLMSG_DONE
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
      case TCPDIAG_GETSOCK, Int32(SOCK_DIAG_BY_FAMILY):
        guard var row = row(bytes, body, transport) else {
          result.malformedRows += 1
          continue
        }
        if let state { row.state = state }
        result.rows += 1
        sink.add(row)
      default: break
      }
    }
    return result
  }

  /// `struct nlmsghdr`: length 4, type 2, flags 2, sequence 4, port 4.
  private static let headerSize = 16
  /// `struct inet_diag_msg`: family, state, timer, retransmissions (1 each), ports 2 x 2, addresses
  /// 2 x 16, interface 4, cookie 8, expires 4, queues 2 x 4, uid 4, inode 4.
  private static let rowSize = 72

  private static func row(
    _ bytes: RawSpan, _ body: Range<Int>, _ transport: SocketRow.Transport
  ) -> SocketRow? {
    guard body.count >= rowSize, let state = SocketState(rawValue: bytes.byte(body.lowerBound + 1))
    else { return nil }
    let start = body.lowerBound
    let local: InetAddress
    let remote: InetAddress
    switch Int32(bytes.byte(start)) {
    // AF_INET and AF_INET6.
    case 2:
      local = InetAddress(ipv4: bytes.network32(start + 8))
      remote = InetAddress(ipv4: bytes.network32(start + 24))
    case 10:
      local = InetAddress(high: bytes.network64(start + 8), low: bytes.network64(start + 16))
      remote = InetAddress(high: bytes.network64(start + 24), low: bytes.network64(start + 32))
    default: return nil
    }
    var row = SocketRow(
      transport: transport, state: state, localAddress: local,
      localPort: bytes.network16(start + 4), remoteAddress: remote,
      remotePort: bytes.network16(start + 6))
    row.timer = bytes.byte(start + 2)
    row.interface = bytes.native32(start + 40)
    row.cookie = UInt64(bytes.native32(start + 44)) | UInt64(bytes.native32(start + 48)) << 32
    row.remaining = bytes.native32(start + 52)
    row.receiveQueue = bytes.native32(start + 56)
    row.sendQueue = bytes.native32(start + 60)
    row.uid = bytes.native32(start + 64)
    row.inode = UInt64(bytes.native32(start + 68))
    addAttributes(bytes, body.dropFirst(rowSize), to: &row)
    return row
  }

  /// `struct nlattr`: length 2, type 2, then the value; each begins at a multiple of four.
  private static func addAttributes(_ bytes: RawSpan, _ range: Range<Int>, to row: inout SocketRow)
  {
    var start = range.lowerBound
    while range.upperBound - start >= 4 {
      let length = Int(bytes.native16(start))
      guard length >= 4, length <= range.upperBound - start else { return }
      let value = start + 4..<start + length
      switch Int(bytes.native16(start + 2)) & 0x3fff {
      case Int(INET_DIAG_SKV6ONLY) where value.count >= 1:
        row.v6Only = bytes.byte(value.lowerBound) != 0
      case Int(INET_DIAG_CGROUP_ID) where value.count >= 8:
        row.cgroupID = bytes.native64(value.lowerBound)
      case Int(INET_DIAG_SOCKOPT) where value.count >= 2:
        // `struct inet_diag_sockopt`: bind_address_no_port is the first bit of the second byte,
        // and C lays bit fields out from the other end on big-endian machines.
        let bit: UInt8 = 1.littleEndian == 1 ? 0x01 : 0x80
        row.bindAddressNoPort = bytes.byte(value.lowerBound + 1) & bit != 0
      case Int(INET_DIAG_SKMEMINFO) where value.count >= 36:
        // SK_MEMINFO_DROPS is the ninth number.
        row.drops = UInt64(bytes.native32(value.lowerBound + 32))
      default: break
      }
      start = min(range.upperBound, start + (length + 3) & ~3)
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
