internal import CLinuxShims

/// The replies of sock_diag(7) in a recorded host, one file a dump.
struct RecordedReplies: SockDiagSource {
  private let root: HostRoot
  private let refusals: [String: RecordedReason]
  private let deadline: Deadline
  /// Bytes of all files.
  private(set) var bytes = 0

  init(_ root: HostRoot, _ recording: Recording, deadline: Deadline) {
    self.root = root
    refusals = recording.file.socketTables?.refusals ?? [:]
    self.deadline = deadline
  }

  mutating func dump<Sink: SocketRowSink>(_ dump: SockDiagDump, into sink: inout Sink)
    -> SockDiag.Dump
  {
    // The kernel may have refused without a reply.
    if let why = refusals[(dump.part == .udp ? SocketRow.Transport.udp : .tcp).recordedName] {
      return .init(coverage: .incomplete(why.unreadable))
    }
    var result = SockDiag.Dump()
    /// What came of a message whose end is still to come.
    var carry: [UInt8] = []
    var end: SockDiagReply.Outcome?
    var goesOn = false
    let path = "/sock_diag/\(dump.fileName)"
    let reading = root.stream(path) { chunk in
      for index in chunk.indices { carry.append(chunk[index]) }
      if end != nil {
        goesOn = true
        return false
      }
      let whole = RecordedReply.wholeMessages(carry)
      if whole == 0 { return !deadline.hasPassed }
      let reply = dump.parse(carry.span.extracting(0..<whole), into: &sink)
      carry.removeFirst(whole)
      result.add(reply)
      if reply.outcome != .more { end = reply.outcome }
      goesOn = end != nil && !carry.isEmpty
      return !goesOn && !deadline.hasPassed
    }
    func damaged(_ why: Obstacle) -> SockDiag.Dump {
      var dump = result
      dump.coverage = .incomplete(why)
      dump.isDamaged = true
      return dump
    }
    switch reading {
    case .value(let count, _): bytes += count
    case .absent(let why): return damaged(.init(why))
    case .unavailable(let why): return damaged(why)
    }
    switch end {
    case .done where goesOn, .failed where goesOn:
      return damaged(.init("'\(path)' goes on after the kernel's last message"))
    case .done: result.end()
    case .failed(let number): result.coverage = .incomplete(SockDiag.obstacle(number))
    case .malformed(let why): return damaged(.init("'\(path)': \(why)"))
    case .more, nil:
      return damaged(
        .init(
          deadline.hasPassed
            ? "'\(path)': not finished in the time given"
            : "'\(path)' ends before the kernel's last message"))
    }
    return result
  }
}

/// Datagrams of sock_diag(7) as they are kept.
enum RecordedReply {
  /// No message is nearly as long.
  private static let longest = 1 << 16

  /// How many bytes from the start are whole messages, up to the last one of a dump; all of them where
  /// one has no length that a message can have.
  static func wholeMessages(_ bytes: [UInt8]) -> Int {
    // Safe: UInt8 has no padding that could be uninitialised.
    let raw = unsafe bytes.span.bytes
    var start = 0
    while raw.byteCount - start >= 4 {
      let length = Int(raw.native32(start))
      if length < 16 || length > longest { return raw.byteCount }
      // Messages begin at multiples of four.
      let next = start + (length + 3) & ~3
      if next > raw.byteCount { return start }
      let type = Int32(raw.native16(start + 4))
      start = next
      if type == NLMSG_DONE || type == NLMSG_ERROR { break }
    }
    return start
  }

  /// The attributes that become facts.
  ///
  /// With CAP_NET_ADMIN the kernel adds others, among them the keys of RFC 2385 signatures
  /// (INET_DIAG_MD5SIG, net/ipv4/tcp_diag.c): what is not needed is not kept.
  private static let kept: Set<Int> = [
    Int(INET_DIAG_SKV6ONLY), Int(INET_DIAG_CGROUP_ID), Int(INET_DIAG_SOCKOPT),
    Int(INET_DIAG_SKMEMINFO),
  ]

  /// The same messages, with zeros for what is not needed and other addresses where they are to be
  /// anonymous. What cannot be understood is dropped.
  static func cleaned(_ datagram: [UInt8], _ anonymizer: Anonymizer?) -> [UInt8] {
    var bytes = datagram
    var start = 0
    while bytes.count - start >= 16 {
      let length = Int(bytes.native32(start))
      guard length >= 16, length <= bytes.count - start else { break }
      let type = Int32(bytes.native16(start + 4))
      if type == TCPDIAG_GETSOCK || type == Int32(SOCK_DIAG_BY_FAMILY) {
        clean(&bytes, start + 16..<start + length, anonymizer)
      }
      start = min(bytes.count, start + (length + 3) & ~3)
    }
    bytes.removeSubrange(start...)
    return bytes
  }

  /// `struct inet_diag_msg`, laid out in ``SockDiagReply``, and its attributes.
  private static func clean(
    _ bytes: inout [UInt8], _ body: Range<Int>, _ anonymizer: Anonymizer?
  ) {
    guard body.count >= 72 else {
      for index in body { bytes[index] = 0 }
      return
    }
    if let anonymizer {
      // AF_INET has four bytes of each address, AF_INET6 all sixteen.
      let isIPv4 = bytes[body.lowerBound] == 2
      for address in [body.lowerBound + 8, body.lowerBound + 24] {
        anonymizer.replace(&bytes, address, isIPv4: isIPv4)
      }
    }
    var start = body.lowerBound + 72
    while body.upperBound - start >= 4 {
      let length = Int(bytes.native16(start))
      guard length >= 4, length <= body.upperBound - start else { break }
      if !kept.contains(Int(bytes.native16(start + 2)) & 0x3fff) {
        for index in start + 4..<start + length { bytes[index] = 0 }
      }
      start = min(body.upperBound, start + (length + 3) & ~3)
    }
    for index in start..<body.upperBound { bytes[index] = 0 }
  }
}

extension [UInt8] {
  // In this machine's byte order; the caller has checked the bounds.
  fileprivate func native16(_ index: Int) -> UInt16 { unsafe span.bytes.native16(index) }
  fileprivate func native32(_ index: Int) -> UInt32 { unsafe span.bytes.native32(index) }
}
