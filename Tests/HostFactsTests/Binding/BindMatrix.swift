import CEL
import Glibc

@testable import HostFacts
@testable import TestSupport

/// Sockets on a port, and sockets that want it too: what the model says of each pair, and what bind()
/// and listen() do.
enum BindMatrix {
  static let otherUser: UInt32 = 1000

  /// An address as a server writes it.
  struct Place: Hashable, Sendable, CustomStringConvertible {
    var address: String
    var v6Only = false

    var isIPv6: Bool { address.contains(":") }
    var description: String { address + (v6Only ? " v6only" : "") }

    static let all = [
      Place(address: "0.0.0.0"), Place(address: "127.0.0.1"), Place(address: "::"),
      Place(address: "::", v6Only: true), Place(address: "::1"),
      Place(address: "::ffff:127.0.0.1"), Place(address: "::ffff:0.0.0.0"),
    ]

    /// Where a client reaches it: over IPv4 if it can.
    var clients: [String] {
      switch self {
      case Place(address: "::"): ["127.0.0.1", "::1"]
      case Place(address: "::", v6Only: true), Place(address: "::1"): ["::1"]
      default: ["127.0.0.1"]
      }
    }
  }

  struct Flags: Hashable, Sendable, CustomStringConvertible {
    var reuseAddress = false
    var reusePort = false
    var device: String?

    /// In this order a socket that comes and goes leaves nothing on the port by which the kernel
    /// would take a later one that it had refused (sk_reuseport_match).
    static let all = [false, true].flatMap { address in
      [false, true].map { Flags(reuseAddress: address, reusePort: $0) }
    }

    var description: String {
      let names =
        switch (reuseAddress, reusePort) {
        case (false, false): "neither"
        case (true, false): "SO_REUSEADDR"
        case (false, true): "SO_REUSEPORT"
        case (true, true): "both"
        }
      return names + (device.map { " %\($0)" } ?? "")
    }

    func options(_ place: Place) -> LabSocket.Options {
      var options = LabSocket.Options()
      options.reuseAddress = reuseAddress
      options.reusePort = reusePort
      if place.isIPv6 { options.v6Only = place.v6Only }
      options.device = device
      return options
    }
  }

  /// What is on the port.
  enum State: String, CaseIterable, Sendable {
    case bound, listening, established
    case establishedBesideListener = "established beside its listener"
    /// Of a server that bound as root and accepts as somebody else.
    case ofWorker = "established, of a worker"
    case ofWorkerBesideListener = "established, of a worker, beside its listener"
    case notAccepted = "not accepted"
    case timeWait = "TIME_WAIT"
    case timeWaitBesideListener = "TIME_WAIT beside its listener"
    case orphan = "FIN_WAIT2 of an orphan"
    case closeWait = "CLOSE_WAIT"
    case client = "client"
    case clientTimeWait = "TIME_WAIT of a client"
    case boundClient = "client that was bound"
    case udp = "UDP"
    case connectedUDP = "connected UDP"

    var transport: SocketRow.Transport { self == .udp || self == .connectedUDP ? .udp : .tcp }

    var places: [Place] {
      switch self {
      case .client, .clientTimeWait, .boundClient, .connectedUDP:
        [Place(address: "127.0.0.1"), Place(address: "::1")]
      case .orphan, .closeWait, .notAccepted, .ofWorker, .ofWorkerBesideListener:
        [Place(address: "0.0.0.0"), Place(address: "127.0.0.1"), Place(address: "::")]
      default: Place.all
      }
    }

    fileprivate var keepsListener: Bool {
      switch self {
      case .establishedBesideListener, .timeWaitBesideListener, .ofWorkerBesideListener: true
      default: false
      }
    }

    fileprivate var needsClient: Bool {
      switch self {
      case .bound, .listening, .udp, .client, .clientTimeWait, .boundClient, .connectedUDP: false
      default: true
      }
    }
  }

  struct Old: Sendable, CustomStringConvertible {
    var state: State
    var place: Place
    var flags: Flags
    /// The address that the client connects to.
    var via: String?
    var port: Int

    var description: String {
      "\(state.rawValue) \(place) \(flags)" + (via.map { " via \($0)" } ?? "")
    }
  }

  /// All that there may be on a port, each on one of its own.
  static let olds: [Old] = {
    var olds: [Old] = []
    var port = 20_000
    for state in State.allCases {
      for place in state.places {
        for flags in Flags.all {
          let ways: [String?] = state.needsClient ? place.clients.map { $0 } : [nil]
          for via in ways {
            olds.append(Old(state: state, place: place, flags: flags, via: via, port: port))
            port += 1
          }
        }
      }
    }
    return olds
  }()

  /// The call that failed, and its errno.
  struct Failure: Sendable {
    var call: String
    var code: CInt
  }

  struct New: Hashable, Sendable, CustomStringConvertible {
    var place: Place
    var flags: Flags
    var uid: UInt32

    var description: String { "\(place) \(flags) as \(uid)" }

    static func all(_ uids: [UInt32]) -> [New] {
      Flags.all.flatMap { flags in
        Place.all.flatMap { place in
          uids.map { New(place: place, flags: flags, uid: $0) }
        }
      }
    }
  }
}

extension BindMatrix.Old {
  /// Makes the situation. `source` is a port that no other client has.
  func make(in net: ScratchNamespace, source: Int) throws {
    let options = flags.options(place)
    let endpoint = Endpoint(place.address, port)
    switch state {
    case .bound: try net.socket(ipv6: place.isIPv6, options).bind(endpoint)
    case .udp: _ = try net.bindUDP(endpoint, options)
    case .listening: _ = try net.listen(endpoint, options)
    case .connectedUDP, .client, .clientTimeWait, .boundClient:
      try makeClient(in: net, source: source)
    default:
      let listener = try net.listen(endpoint, options)
      let target = Endpoint(via ?? place.address, port)
      let from = Endpoint(target.address, source)
      if state == .notAccepted {
        let client = try net.socket(ipv6: target.isIPv6)
        try client.bind(from)
        try client.connect(target)
        return
      }
      let isOfWorker = state == .ofWorker || state == .ofWorkerBesideListener
      let connection = try asFileUser(isOfWorker ? BindMatrix.otherUser : geteuid()) {
        try net.connect(to: listener, at: target, from: from)
      }
      switch state {
      case .timeWait, .timeWaitBesideListener: try connection.close(first: .server)
      case .orphan:
        connection.server.close()
        try connection.client.waitForPeerClose()
      case .closeWait:
        connection.client.close()
        try connection.server.waitForPeerClose()
      default: break
      }
      if !state.keepsListener { listener.close() }
    }
  }

  /// A connection from the port.
  private func makeClient(in net: ScratchNamespace, source: Int) throws {
    // The only port that connect() may take.
    try net.setSysctl("net.ipv4.ip_local_port_range", "\(port) \(port)")
    defer { try? net.setSysctl("net.ipv4.ip_local_port_range", "50000 60999") }
    let server = Endpoint(place.address, source)
    let options = flags.options(BindMatrix.Place(address: place.address))
    if state == .connectedUDP {
      _ = try net.bindUDP(server)
      try net.socket(.udp, ipv6: place.isIPv6, options).connect(server)
      return
    }
    let listener = try net.listen(server)
    let client = try net.socket(ipv6: place.isIPv6, options)
    if state == .boundClient { try client.bind(Endpoint(place.address, port)) }
    try client.connect(server)
    let accepted = net.keep(try listener.accept())
    guard state == .clientTimeWait else { return }
    client.close()
    try accepted.waitForPeerClose()
    accepted.close()
  }
}

extension BindMatrix.New {
  /// What the kernel says: nil where both calls succeed. On a thread with its own descriptors.
  func attempt(_ transport: SocketRow.Transport, port: Int) throws -> BindMatrix.Failure? {
    let socket = try asFileUser(uid) {
      try LabSocket(
        transport == .tcp ? .tcp : .udp, ipv6: place.isIPv6, options: flags.options(place))
    }
    defer { socket.closeOnOwnThread() }
    do throws(SystemCallError) {
      try socket.bind(Endpoint(place.address, port))
      if transport == .tcp { try socket.listen() }
      return nil
    } catch {
      return BindMatrix.Failure(call: String(error.call.prefix { $0 != " " }), code: error.code)
    }
  }

  func request(_ transport: SocketRow.Transport, port: Int) throws -> BindRequest {
    let text = place.isIPv6 ? "[\(place.address)]:\(port)" : "\(place.address):\(port)"
    var request = BindRequest(transport, try BindAddress(parsing: text))
    request.address.device = flags.device
    request.reuseAddress = flags.reuseAddress
    request.reusePort = flags.reusePort
    request.v6Only = place.v6Only
    request.user = uid
    return request
  }
}
