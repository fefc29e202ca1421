internal import Glibc

/// The devices of VRFs, and those that are in one, of a network namespace.
///
/// TCP sockets of such a device have tables of ports of their own unless net.ipv4.tcp_l3mdev_accept
/// is 1 (inet_sk_bound_l3mdev), and addresses of their own. What holds there is not modelled.
enum VRFDevices: Hashable, Sendable {
  case named(Set<String>)
  case unknown(Unreadable)

  /// Why it is not known what holds for a socket of a device; nil where the device is in no VRF. `lo`
  /// cannot be in one.
  func obstacle(_ device: String) -> Unreadable? {
    switch self {
    case _ where device == "lo": nil
    case .named(let names):
      names.contains(device)
        ? .init(
          "'\(device)' is in a VRF, whose sockets may have ports of their own"
            + " (net.ipv4.tcp_l3mdev_accept): that is not modelled")
        : nil
    case .unknown(let why): why
    }
  }

  /// The same of a socket that may be of any device.
  var obstacleOfAny: Unreadable? {
    switch self {
    case .named(let names): names.min().flatMap(obstacle(_:))
    case .unknown(let why): why
    }
  }

  /// Asks rtnetlink(7), in the calling thread's network namespace.
  static func read(_ root: HostRoot) -> VRFDevices {
    guard root.isLive else {
      return .unknown(.init("a recording does not tell which devices are in a VRF"))
    }
    var links = LinkKinds()
    guard let why = links.dump() else { return .named(links.names(ofKind: "vrf")) }
    // A sandbox that refuses netlink shows no devices of sockets either. Without the module there
    // is no VRF.
    if (try? root.status("/sys/module/vrf")) == nil { return .named([]) }
    return .unknown(why)
  }
}

/// Which kind of device each is, and what it belongs to.
struct LinkKinds {
  private var kinds: [(name: String, kind: String?, master: String?)] = []

  /// Those of a kind, and those that belong to one.
  func names(ofKind kind: String) -> Set<String> {
    Set(kinds.filter { $0.kind == kind || $0.master == kind }.map(\.name))
  }

  /// Why not all were told; nil where they were.
  mutating func dump() -> Unreadable? {
    var failure: Int32 = 0
    // NETLINK_ROUTE is 0.
    guard let socket = NetlinkSocket(protocol: 0, failure: &failure) else {
      return .init("rtnetlink: \(textOfErrno(failure))", grant: "AF_NETLINK sockets")
    }
    // struct nlmsghdr: length, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, sequence, port; then an
    // empty struct ifinfomsg.
    var request: [UInt8] = []
    for word: UInt32 in [32, 0x0301_0012, 1, 0, 0, 0, 0, 0] {
      unsafe withUnsafeBytes(of: word.littleEndian) { unsafe request.append(contentsOf: $0) }
    }
    let status = socket.send(request)
    if status != 0 { return .init("rtnetlink: \(textOfErrno(status))") }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      guard case .datagram(let count) = socket.receive(into: &buffer, timeout: 5_000_000) else {
        return .init("rtnetlink does not tell which devices are in a VRF")
      }
      if let isAll = parse(buffer.span.extracting(0..<count)) {
        return isAll ? nil : .init("rtnetlink does not tell which devices are in a VRF")
      }
    }
  }

  /// Takes the links of one datagram; whether all were told, and nil where more come.
  mutating func parse(_ datagram: Span<UInt8>) -> Bool? {
    // Safe: UInt8 has no padding that could be uninitialised.
    let bytes = unsafe datagram.bytes
    var start = 0
    while bytes.byteCount - start >= 16 {
      let length = Int(bytes.native32(start))
      guard length >= 16, length <= bytes.byteCount - start else { return false }
      switch bytes.native16(start + 4) {
      case 2: return false  // NLMSG_ERROR
      case 3: return true  // NLMSG_DONE
      case 16 where length >= 32: add(bytes, start + 32..<start + length)  // RTM_NEWLINK
      default: break
      }
      start = min(bytes.byteCount, start + (length + 3) & ~3)
    }
    return nil
  }

  private mutating func add(_ bytes: RawSpan, _ range: Range<Int>) {
    var link: (name: String, kind: String?, master: String?) = ("", nil, nil)
    Self.forEachAttribute(bytes, range) { type, value in
      switch type {
      case 3: link.name = Self.text(bytes, value)  // IFLA_IFNAME
      case 18:  // IFLA_LINKINFO
        Self.forEachAttribute(bytes, value) { type, value in
          if type == 1 { link.kind = Self.text(bytes, value) }  // IFLA_INFO_KIND
          if type == 4 { link.master = Self.text(bytes, value) }  // IFLA_INFO_SLAVE_KIND
        }
      default: break
      }
    }
    kinds.append(link)
  }

  /// `struct nlattr`, then the value; each begins at a multiple of four.
  private static func forEachAttribute(
    _ bytes: RawSpan, _ range: Range<Int>, _ body: (UInt16, Range<Int>) -> Void
  ) {
    var start = range.lowerBound
    while range.upperBound - start >= 4 {
      let length = Int(bytes.native16(start))
      guard length >= 4, length <= range.upperBound - start else { return }
      body(bytes.native16(start + 2) & 0x3fff, start + 4..<start + length)
      start += (length + 3) & ~3
    }
  }

  private static func text(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    String(decoding: range.map { bytes.byte($0) }.prefix { $0 != 0 }, as: UTF8.self)
  }
}
