internal import CEL

/// What UDP sockets have dropped by the time of a second sample.
struct UDPDrops: Sendable {
  /// By ``SocketRow/identity``; none for those that have dropped nothing.
  private var byMember: [UInt64: UInt64] = [:]
  /// Whether members are known by their cookies.
  private let hasCookies: Bool
  private let origin: Origin

  /// Reads the UDP sockets of the calling thread's network namespace alone. Absent in a recording
  /// of before they were read twice.
  static func read(_ root: HostRoot, deadline: Deadline) -> Reading<UDPDrops> {
    var table = SocketTable(source: .sockDiag)
    var refusal: Obstacle?
    if let recording = root.recording {
      let tables = recording.file.socketTables
      refusal = (tables?.refusal ?? tables?.refusals["udp"])?.unreadable
      if refusal == nil {
        let path = "/sock_diag/\(SockDiagDump.udpIPv4.fileName)"
        guard (try? root.status(path)) != nil else {
          return .absent("the recording has no second sample of UDP sockets")
        }
        var replies = RecordedReplies(root, recording, deadline: deadline)
        refusal = SockDiag.readUDP(into: &table, from: &replies)
      }
    } else {
      refusal = SockDiag.readUDP(into: &table, deadline: deadline) { dump, reply in
        root.record(dump, reply)
      }
    }
    if refusal != nil {
      table = SocketTable(source: .proc)
      ProcNet.read(into: &table, live: root.isLive, deadline: deadline, [.udp]) { name, body in
        root.stream("/proc/net/\(name)", body)
      }
    }
    // What was read counts; a socket that was not is as one that is gone.
    if let why = table.problem(.udp), table.udp.groups.isEmpty { return .unavailable(why) }
    return .value(UDPDrops(table), table.origin(of: .udp))
  }

  private init(_ table: SocketTable) {
    hasCookies = table.source(of: .udp) == .sockDiag
    origin = table.origin(of: .udp)
    for group in table.udp.groups {
      byMember.merge(group.dropsByMember) { first, _ in first }
    }
  }

  /// How many more a group has dropped since it was read.
  func growth(of socket: UDPSocket) -> Reading<Int> {
    guard case .value = socket.drops else { return socket.drops }
    guard hasCookies != socket.cookies.isEmpty else {
      return .unavailable(.init("the two samples were read in different ways"))
    }
    var growth: UInt64 = 0
    for member in hasCookies ? socket.cookies : socket.inodes {
      guard let later = byMember[member] else { continue }
      let earlier = socket.dropsByMember[member] ?? 0
      // 32 bits in the kernel, and whatever is written in a recording.
      if later > earlier { growth += min(later - earlier, UInt64(UInt32.max)) }
    }
    return .value(Int(clamping: growth), origin)
  }
}

extension Sockets {
  /// With what a second sample tells of UDP sockets.
  func withDrops(_ second: Reading<UDPDrops>) -> Sockets {
    withGrowth { socket in
      switch second {
      case .value(let drops, _): drops.growth(of: socket)
      case .absent(let why): socket.growthNotKept(why)
      case .unavailable(let why): .unavailable(why)
      }
    }
  }

  /// With what UDP sockets have dropped since an earlier run; nil where that one did not keep it.
  func withDrops(since earlier: UDPDropSample?) -> Sockets {
    withGrowth { socket in
      earlier?.growth(of: socket)
        ?? socket.growthNotKept("the last run did not keep what UDP sockets had dropped")
    }
  }

  private func withGrowth(_ growth: (UDPSocket) -> Reading<Int>) -> Sockets {
    var sockets = self
    for index in sockets.boundUDP.elements.indices {
      sockets.boundUDP.elements[index].dropsGrowth = growth(sockets.boundUDP.elements[index])
    }
    return sockets
  }
}

extension UDPSocket {
  /// One that has dropped nothing is no reason to say that something is not known.
  fileprivate func growthNotKept(_ why: String) -> Reading<Int> {
    drops.value == 0 ? .absent(why) : .unavailable(.init(why))
  }
}
