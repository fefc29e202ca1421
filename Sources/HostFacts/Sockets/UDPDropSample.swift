internal import CEL

/// What the UDP sockets of a network namespace had dropped at one moment, for a later run that asks what
/// has grown.
public struct UDPDropSample: Hashable, Sendable {
  /// How many sockets are kept: whoever may open sockets may have very many lose a datagram.
  static let most = 5000

  /// Whether the numbers of the sockets are their cookies, else those of their inodes.
  public var hasCookies: Bool
  /// Datagrams, by the number of the socket; none for those that had dropped nothing.
  public var sockets: [String: Int]

  public init(hasCookies: Bool, sockets: [String: Int]) {
    self.hasCookies = hasCookies
    self.sockets = sockets
  }
}

extension UDPDropSample {
  /// Nil where that is not known of every socket, or where there are too many: one that is not kept
  /// would count as one that had dropped nothing.
  init?(_ sockets: Reading<Sockets>) {
    guard let list = sockets.value?.boundUDP, list.rest == nil else { return nil }
    let unnumbered = list.elements.count(where: \.cookies.isEmpty)
    guard unnumbered == 0 || unnumbered == list.elements.count,
      list.elements.allSatisfy({ $0.drops.value != nil })
    else { return nil }
    var kept: [String: Int] = [:]
    for socket in list.elements {
      for (member, drops) in socket.dropsByMember {
        if kept.count == Self.most { return nil }
        kept["\(member)"] = Int(clamping: drops)
      }
    }
    self.init(hasCookies: unnumbered == 0, sockets: kept)
  }

  /// How many more a group has dropped since then. What a socket dropped that was not there yet was
  /// dropped since.
  func growth(of socket: UDPSocket) -> Reading<Int> {
    guard case .value(_, let origin) = socket.drops else { return socket.drops }
    let since = Origin.derived([.dump("the last run"), origin])
    if socket.dropsByMember.isEmpty { return .value(0, since) }
    guard hasCookies != socket.cookies.isEmpty else {
      return .unavailable(.init("the last run read the sockets in another way"))
    }
    var growth = 0
    for (member, drops) in socket.dropsByMember {
      let later = Int(clamping: drops)
      // Whatever is written in the state.
      let earlier = max(0, sockets["\(member)"] ?? 0)
      if later > earlier { growth += min(later - earlier, Int(UInt32.max)) }
    }
    return .value(growth, since)
  }
}
