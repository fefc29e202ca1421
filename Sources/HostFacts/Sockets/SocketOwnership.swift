/// A process that holds a socket.
struct SocketOwner: Hashable, Sendable {
  var pid: Int
  /// Its comm, at most 15 bytes.
  var process: Reading<String>
  var unit: Reading<String>
  var started: Reading<Double> = .unavailable(ownerNotLookedUp)

  static func == (left: SocketOwner, right: SocketOwner) -> Bool {
    left.pid == right.pid && left.process == right.process && left.unit == right.unit
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(pid)
  }
}

extension SocketOwner: FactObject {
  static let typeName = "SocketOwner"
  static let documentation = "A process that holds a socket."
  /// What it has in common with units that are meant to be several: `api@.service` of `api@1.service`,
  /// `web-.service` of `web-1.service`, `docker.scope` of `docker-4f6c.scope`.
  var unitTemplate: Reading<String> {
    unit.flatMap { name, origin in
      let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) ?? name.endIndex
      let (whole, type) = (name[..<dot], name[dot...])
      if let at = whole.utf8.firstIndex(of: UInt8(ascii: "@")) {
        return .value("\(whole[...at])\(type)", origin)
      }
      // Scopes are named by what makes them, such as a container's runtime, with an id.
      if type == ".scope", let dash = whole.utf8.lastIndex(of: UInt8(ascii: "-")) {
        return .value("\(whole[..<dash])\(type)", origin)
      }
      let digits = whole.utf8.reversed().prefix(while: isDigit).count
      guard digits > 0 else { return .absent("it is no instance of a template") }
      return .value("\(whole.dropLast(digits))\(type)", origin)
    }
  }

  static let fields: FactFields<SocketOwner> = [
    .init("pid", \.pid, "Process id as `/proc` of this process shows it."),
    .init(
      "process", \.process, "Name of the process, `/proc/PID/comm`; absent once it has ended.",
      optional: true),
    .init(
      "unit", \.unit, "systemd unit of its cgroup, such as `nginx.service`.", optional: true),
    .init(
      "unit_template", \.unitTemplate,
      "Where that is one of several, what they share: `api@.service` of `api@1.service`, `web-.service` of `web-1.service`, `docker.scope` of `docker-4f6c.scope`.",
      optional: true),
    .init(
      "started", \.started,
      "When the process began, in seconds after boot; absent once it has ended.", optional: true),
  ]
}

/// Who holds a socket; filled in after the socket tables are read.
struct SocketOwnership: Sendable {
  var owners: PartialList<SocketOwner>
  /// Name of the first owner.
  var process: Reading<String>
  /// Process id of the first owner.
  var pid: Reading<Int>
  var unit: Reading<String>
  /// Held by PID 1, which is systemd.
  var socketActivated: Reading<Bool>

  /// The state until somebody looks.
  static let notLookedUp = unavailable(ownerNotLookedUp)

  /// Nothing is known, for one reason.
  static func unavailable(_ why: Unreadable) -> SocketOwnership {
    SocketOwnership(
      owners: PartialList([], rest: why), process: .unavailable(why), pid: .unavailable(why),
      unit: .unavailable(why), socketActivated: .unavailable(why))
  }
}

let ownerNotLookedUp = Obstacle("owner not looked up")

/// A group of sockets whose owners and options can be looked up.
protocol OwnedSocket {
  /// Inodes of its members, ascending; of an MPTCP listener also that of the MPTCP socket.
  var inodes: [UInt64] { get }
  /// cgroup2 directory inodes of its members, ascending, without repeats; empty where not shown.
  var cgroupIDs: [UInt64] { get }
  var ownership: SocketOwnership { get set }
  /// SO_REUSEADDR; absent, as the other options, for the kernel's own sockets.
  var reuseAddress: Reading<Bool> { get set }
  /// SO_REUSEPORT.
  var reusePort: Reading<Bool> { get set }
  /// IPV6_V6ONLY; absent for IPv4.
  var v6Only: Reading<Bool> { get set }
  /// IP_BIND_ADDRESS_NO_PORT.
  var bindAddressNoPort: Reading<Bool> { get set }
  /// Whether anybody asks for its options: looking at them takes its descriptor for a moment.
  var isWorthOptions: Bool { get }
  /// Takes over what a recording tells of its accept queue.
  mutating func take(_ queue: RecordedQueue)
}

extension OwnedSocket {
  var isWorthOptions: Bool { true }
  mutating func take(_ queue: RecordedQueue) {}
}
