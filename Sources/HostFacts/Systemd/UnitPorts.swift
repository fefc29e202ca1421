internal import CEL

/// The ports of the audited namespace, by the unit that listens on them.
struct UnitPorts {
  private var byUnit: [String: [ServicePort]] = [:]
  private var listeners: [String: [Listener]] = [:]
  /// What systemd holds for socket units, by port.
  private var activated: [Int: [ServicePort]] = [:]
  private let origin: Origin

  init(_ sockets: Sockets, _ origin: Origin) {
    self.origin = origin
    for listener in sockets.listeners.elements {
      if let unit = listener.ownership.unit.value { listeners[unit, default: []].append(listener) }
    }
    let udp = sockets.boundUDP.elements.filter { !$0.connected }.map { ServicePort($0) }
    for port in sockets.listeners.elements.map({ ServicePort($0) }) + udp {
      let owners = port.ownership.owners.elements.compactMap(\.unit.value)
      for unit in Set(owners + [port.ownership.unit.value].compactMap { $0 }) {
        byUnit[unit, default: []].append(port)
      }
      if port.ownership.socketActivated.value == true {
        activated[port.port, default: []].append(port)
      }
    }
  }

  /// The unit with its ports; a socket unit on a port is active where systemd listens there.
  func joined(to unit: Unit) -> Unit {
    var unit = unit
    unit.restart = .absent("it is no service")
    guard let socket = unit.socket.value else {
      unit.listeners = .value(unit.names.flatMap { byUnit[$0] ?? [] }, origin)
      let tcp = unit.names.flatMap { listeners[$0] ?? [] }
      unit.restart =
        unit.service.value.flatMap { RestartForecast.of($0, tcp, from: origin) }
        ?? .absent("no TCP listener is known to be its")
      return unit
    }
    var ports: [ServicePort] = []
    for address in socket.listen {
      guard let number = address.port.value else { continue }
      ports += (activated[number] ?? []).filter(address.isBound)
    }
    unit.listeners = .value(ports, origin)
    if socket.listen.contains(where: { $0.port.value != nil }) {
      unit.isActive = .value(!ports.isEmpty, origin)
    }
    return unit
  }
}

extension ListenAddress {
  /// Whether a port of the running system is what systemd would make of it.
  fileprivate func isBound(by other: ServicePort) -> Bool {
    guard case .inet(let address, let port, let isAnyFamily, _) = target else { return false }
    let transport = kind == .datagram ? "udp" : "tcp"
    guard other.transport == transport, other.port == port else { return false }
    return other.address == address || (isAnyFamily && other.address == .anyIPv4)
  }
}
