/// A port where something waits for others: a ``Listener`` or an unconnected ``UDPSocket``.
///
/// Rules about ports that services need are about both, and a rule judges the elements of one list.
public struct ServicePort: Sendable {
  public var transport: String
  public var address: InetAddress
  public var port: Int
  public var device: Reading<String>
  public var uid: Int
  public var ownership: SocketOwnership
  public var inEphemeralRange: Reading<Bool>
  public var reserved: Reading<Bool>
  public var fixed: Reading<Bool>
  public var likelyFixed: Reading<Bool>

  public init(_ listener: Listener) {
    transport = listener.transport
    address = listener.address
    port = listener.port
    device = listener.device
    uid = listener.uid
    ownership = listener.ownership
    inEphemeralRange = listener.inEphemeralRange
    reserved = listener.reserved
    fixed = listener.fixed
    likelyFixed = listener.likelyFixed
  }

  public init(_ socket: UDPSocket) {
    transport = socket.transport
    address = socket.address
    port = socket.port
    device = socket.device
    uid = socket.uid
    ownership = socket.ownership
    inEphemeralRange = socket.inEphemeralRange
    reserved = socket.reserved
    fixed = socket.fixed
    likelyFixed = socket.likelyFixed
  }
}

extension Sockets {
  /// Listeners, then unconnected UDP sockets; in part where either list is.
  public var servicePorts: PartialList<ServicePort> {
    PartialList(
      listeners.elements.map { ServicePort($0) }
        + boundUDP.elements.filter { !$0.connected }.map { ServicePort($0) },
      rest: listeners.rest ?? boundUDP.rest)
  }
}

extension ServicePort: FactObject {
  public static let typeName = "ServiceListener"
  public static let documentation = "A port of a TCP listener or of an unconnected UDP socket."

  var addressText: String { address.description }
  var isLoopback: Bool { address.isLoopback }

  public static var fields: [FactField<ServicePort>] {
    [
      .init("protocol", \.transport, "`tcp` or `udp`.", key: true),
      .init("address", \.addressText, "Local address; v4-mapped ones are IPv4.", key: true),
      .init("port", \.port, "Local port.", key: true),
      .init(
        "device", \.device, "Interface that it is bound to, SO_BINDTODEVICE. Only sock_diag tells.",
        optional: true, key: true),
      .init("uid", \.uid, "Effective user id at creation.", key: true),
      .init("loopback", \.isLoopback, "The address is in 127.0.0.0/8 or ::1."),
      .init(
        "process", \.ownership.process,
        "Name of the first process that holds it; absent for the kernel's own sockets.",
        optional: true),
      .init("pid", \.ownership.pid, "Process id of that process.", optional: true),
      .init("unit", \.ownership.unit, "systemd unit that owns it.", optional: true),
      .init("in_ephemeral_range", \.inEphemeralRange, "As of Listener and UDPSocket."),
      .init("reserved", \.reserved, "As of Listener and UDPSocket."),
      .init("fixed", \.fixed, "As of Listener and UDPSocket."),
      .init("likely_fixed", \.likelyFixed, "As of Listener; never for UDP."),
    ]
  }
}
