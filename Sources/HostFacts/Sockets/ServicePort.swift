/// A port where a process waits for others, by a ``Listener`` or an unconnected ``UDPSocket`` on one
/// address or several.
///
/// Rules about ports that services need are about both, and a rule judges the elements of one list.
struct ServicePort: Sendable {
  var transport: String
  var address: InetAddress
  var port: Int
  var device: Reading<String>
  var uid: Int
  var isLoopback: Bool
  var ownership: SocketOwnership
  var inEphemeralRange: Reading<Bool>
  var reserved: Reading<Bool>
  var fixed: Reading<Bool>
  var likelyFixed: Reading<Bool>

  init(_ listener: Listener) {
    transport = listener.transport
    address = listener.address
    port = listener.port
    device = listener.device
    uid = listener.uid
    isLoopback = listener.isLoopback
    ownership = listener.ownership
    inEphemeralRange = listener.inEphemeralRange
    reserved = listener.reserved
    fixed = listener.fixed
    likelyFixed = listener.likelyFixed
  }

  init(_ socket: UDPSocket) {
    transport = socket.transport
    address = socket.address
    port = socket.port
    device = socket.device
    uid = socket.uid
    isLoopback = socket.isLoopback
    ownership = socket.ownership
    inEphemeralRange = socket.inEphemeralRange
    reserved = socket.reserved
    fixed = socket.fixed
    likelyFixed = socket.likelyFixed
  }
}

extension ServicePort {
  /// What one element of ``Sockets/servicePorts`` is about.
  private struct Place: Hashable {
    var transport: String
    var port: Int
    /// Nil for the kernel's own.
    var pid: Int?
  }

  /// Nil where the process is not known: the port may be two processes'.
  private var place: Place? {
    if case .unavailable = ownership.pid { return nil }
    return Place(transport: transport, port: port, pid: ownership.pid.value)
  }

  /// Takes in the same port of the same process on another address.
  private mutating func add(_ other: ServicePort) {
    isLoopback = isLoopback && other.isLoopback
    ownership.socketActivated = both(ownership.socketActivated, other.ownership.socketActivated)
    fixed = either(fixed, other.fixed)
    likelyFixed = either(likelyFixed, other.likelyFixed)
  }

  /// One element for each protocol, port and process, in the order of their first addresses.
  static func merged(_ all: [ServicePort]) -> [ServicePort] {
    var ports: [ServicePort] = []
    var numbers: [Place: Int] = [:]
    for port in all {
      if let place = port.place {
        if let number = numbers[place] {
          ports[number].add(port)
          continue
        }
        numbers[place] = ports.count
      }
      ports.append(port)
    }
    return ports
  }
}

/// Whether one of two holds, as `||` has it.
private func either(_ left: Reading<Bool>, _ right: Reading<Bool>) -> Reading<Bool> {
  left.value == true || right.value == false ? left : right
}

/// Whether two hold, as `&&` has it.
private func both(_ left: Reading<Bool>, _ right: Reading<Bool>) -> Reading<Bool> {
  left.value == false || right.value == true ? left : right
}

extension Sockets {
  /// Listeners, then unconnected UDP sockets; in part where either list is.
  var servicePorts: PartialList<ServicePort> {
    PartialList(
      ServicePort.merged(
        listeners.elements.map { ServicePort($0) }
          + boundUDP.elements.filter { !$0.connected }.map { ServicePort($0) }),
      rest: listeners.rest ?? boundUDP.rest)
  }
}

extension ServicePort: FactObject {
  static let typeName = "ServiceListener"
  static let documentation = """
    A port where a process waits for others: of TCP listeners, or of unconnected UDP sockets, on one
    address or several.
    """

  var addressText: String { address.description }

  static let fields: FactFields<ServicePort> = [
    .init("protocol", \.transport, "`tcp` or `udp`.", key: true),
    .init("address", \.addressText, "First of the local addresses.", key: true),
    .init("port", \.port, "Local port.", key: true),
    .init(
      "device", \.device, "Interface that it is bound to, SO_BINDTODEVICE. Only sock_diag tells.",
      optional: true, key: true),
    .init("uid", \.uid, "Effective user id at creation.", key: true),
    .init("loopback", \.isLoopback, "Every address is in 127.0.0.0/8 or ::1."),
    .init(
      "process", \.ownership.process,
      "Name of the first process that holds it; absent for the kernel's own sockets.",
      optional: true),
    .init("pid", \.ownership.pid, "Process id of that process.", optional: true),
    .init("unit", \.ownership.unit, "systemd unit that owns it.", optional: true),
    .init(
      "socket_activated", \.ownership.socketActivated,
      "Held by PID 1, which is systemd: while the service is down the port stays taken."),
    .init("in_ephemeral_range", \.inEphemeralRange, "As of Listener and UDPSocket."),
    .init("reserved", \.reserved, "As of Listener and UDPSocket."),
    .init("fixed", \.fixed, "As of Listener and UDPSocket."),
    .init("likely_fixed", \.likelyFixed, "As of Listener; never for UDP."),
  ]
}
