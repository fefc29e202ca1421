internal import CEL

/// A connection on a port that a socket unit wants to listen on, and cannot.
struct PortTaker: Sendable {
  /// What the unit names, as written.
  var wanted: String
  var address: String
  var port: Int
  /// As `ss` shows it.
  var state: String
  /// Absent where it has no other end.
  var remoteAddress: Reading<String>
  var remotePort: Reading<Int>
  var process: Reading<String>
  var pid: Reading<Int>
  var unit: Reading<String>
  /// Where the connection was read.
  var origin: Origin

  init(_ holder: PortHolder, wanted: ListenAddress, origin: Origin) {
    self.wanted = wanted.text
    address = holder.address.description
    port = Int(holder.port)
    state = holder.state.name(udp: false)
    let none = "it has no other end"
    remoteAddress =
      holder.remote.map { .value($0.address.description, origin) } ?? .absent(none)
    remotePort = holder.remote.map { .value(Int($0.port), origin) } ?? .absent(none)
    process = holder.ownership.process
    pid = holder.ownership.pid
    unit = holder.ownership.unit
    self.origin = origin
  }
}

extension PortTaker: FactObject {
  static let typeName = "PortTaker"
  static let documentation = """
    A connection beside which a socket unit cannot bind one of its addresses, systemd's SO_REUSEADDR \
    notwithstanding.
    """
  var factOrigin: Origin? { origin }

  static let fields: FactFields<PortTaker> = [
    .init("wanted", \.wanted, "The `ListenStream=` of the unit, as written."),
    .init("address", \.address, "Local address of the connection."),
    .init("port", \.port, "Its local port, which the unit wants."),
    .init("remote_address", \.remoteAddress, "Where it leads to.", optional: true),
    .init("remote_port", \.remotePort, "The port there.", optional: true),
    .init("state", \.state, "Its state: `ESTABLISHED`, `SYN_SENT` …"),
    .init("process", \.process, "Name of its process.", optional: true),
    .init("pid", \.pid, "Process id of that.", optional: true),
    .init("unit", \.unit, "systemd unit that owns it.", optional: true),
  ]
}

/// Looks for what keeps socket units from their ports.
struct PortTakers {
  /// By the name of the unit.
  private var wanted: [(unit: String, address: ListenAddress, socket: SocketUnit)] = []

  /// The TCP addresses of socket units that should listen, and do not.
  init(_ units: [Unit]) {
    for unit in units {
      guard unit.isEnabled, unit.isLoaded, unit.isActive.value == false,
        let socket = unit.socket.value, socket.privateNetwork.value == false,
        case .absent = socket.networkNamespacePath
      else { continue }
      for address in socket.listen where address.kind == .stream {
        if case .inet(_, 1...65535, _, _) = address.target {
          wanted.append((unit.name, address, socket))
        }
      }
    }
  }

  /// The ports that somebody may have.
  var ports: [UInt16] { Set(wanted.compactMap(\.address.inetPort)).sorted() }

  /// The connections on these ports: a second look at the tables of the calling thread's network
  /// namespace, for hardly any host has such a unit.
  static func rows(_ root: HostRoot, _ ports: [UInt16], deadline: Deadline) -> PortRows {
    var rows = PortRows(ports: Set(ports))
    let dump = SockDiag.connections(on: ports, into: &rows, deadline: deadline)
    if case .incomplete(let why) = dump.coverage { rows.gap = why }
    if SockDiag.refusal(dump) != nil {
      rows = PortRows(ports: Set(ports))
      rows.origin = .derived(
        ["tcp", "tcp6"].map { .file(SourceLocation(path: "/proc/net/\($0)")) })
      for name in ["tcp", "tcp6"] {
        var parser = ProcNetTable(
          .tcp, isIPv6: name == "tcp6", live: root.isLive, deadline: deadline)
        let outcome = root.stream("/proc/net/\(name)") { parser.consume($0, into: &rows) }
        rows.gap = rows.gap ?? outcome.unreadable
        if parser.finish().isCutShort { rows.gap = .init("not finished in the time given") }
      }
    }
    if ports.count > SockDiagRequest.mostPorts {
      rows.gap = .init("more than \(SockDiagRequest.mostPorts) ports of socket units are not open")
    }
    rows.nameDevices(nameOfInterface)
    rows.vrfs = .read(root)
    return rows
  }

  /// The unit with those that are in its way.
  func joined(
    to unit: Unit, _ rows: PortRows, _ holders: (BindRequest, WatchedPort) -> [PortHolder],
    bindV6Only: Reading<Int>
  ) -> Unit {
    var unit = unit
    for (name, address, socket) in wanted where name == unit.name {
      guard let request = address.bindRequest(socket),
        let watched = rows.byPort[request.address.port]
      else { continue }
      let found = holders(request, watched)
      let verdicts = address.conflict(request, found, bindV6Only, rows.vrfs).verdicts
      // Who listens there is told by others, and keeps the port for a reason.
      let pairs = zip(found, verdicts).filter { $0.0.state != .listen }
      if pairs.count < found.count,
        zip(found, verdicts).contains(where: { $0.state == .listen && $1 != .none })
      {
        continue
      }
      for (holder, verdict) in pairs where holder.isHeld && holder.state != .boundInactive {
        switch verdict {
        case .none: continue
        case .conflict:
          unit.takers.elements.append(
            PortTaker(holder, wanted: address, origin: rows.origin))
        case .undecided(let why): unit.takers.rest = why
        }
      }
      if let gap = rows.gap { unit.takers.rest = unit.takers.rest ?? gap }
      if watched.leftOut > 0 {
        unit.takers.rest =
          unit.takers.rest
          ?? .init("\(watched.leftOut) connections on the port were not looked at")
      }
    }
    return unit
  }
}

extension ListenAddress {
  fileprivate var inetPort: UInt16? {
    if case .inet(_, let port, _, _) = target { UInt16(exactly: port) } else { nil }
  }

  /// As systemd binds it: root, SO_REUSEADDR (socket_address_listen).
  fileprivate func bindRequest(_ socket: SocketUnit) -> BindRequest? {
    guard case .inet(let address, let port, let isAnyFamily, let scope) = target,
      let port = UInt16(exactly: port)
    else { return nil }
    var place = BindAddress(
      address.isIPv4 ? .ipv4 : .ipv6, address, port: port,
      device: socket.bindToDevice.value ?? scope)
    place.isAnyFamily = isAnyFamily
    var request = BindRequest(.tcp, place)
    request.reuseAddress = true
    request.reusePort = socket.reusePort.value == true
    request.user = 0
    switch socket.bindIPv6Only.value {
    case "both": request.v6Only = false
    case "ipv6-only": request.v6Only = true
    default: break
    }
    return request
  }

  /// Where the setting of IPV6_V6ONLY is not known, IPv4 is not taken for its own.
  fileprivate func conflict(
    _ request: BindRequest, _ holders: [PortHolder], _ bindV6Only: Reading<Int>, _ vrfs: VRFDevices
  ) -> BindConflict {
    let isSpecific = !request.address.address.isWildcard
    let v6Only = request.v6Only ?? (bindV6Only.value != 0)
    return BindConflict(
      socket: .init(
        transport: .tcp, family: request.address.family, address: request.address.address,
        device: request.address.device, reuseAddress: true, reusePort: request.reusePort,
        v6Only: request.address.family == .ipv6 && (isSpecific || v6Only), uid: 0),
      holders: holders, vrfs: vrfs)
  }
}
