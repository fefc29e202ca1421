internal import CEL
internal import Glibc

/// Whether a server could bind and listen now, what stands in the way, and what would help.
public struct BindAnswer: Sendable {
  public enum Verdict: String, Sendable { case yes, no, unknown }

  /// Why a call fails.
  public enum Refusal: Hashable, Sendable {
    /// socket(): the kernel has no IPv6.
    case noFamily
    case noDevice(String)
    /// No interface has the address.
    case notLocal
    /// A port below the first unprivileged one, without CAP_NET_BIND_SERVICE.
    case privileged(first: Int)
    case inUse
    /// Each port that the kernel may pick is taken.
    case noPort(of: Int)
    /// TCP takes no multicast address of IPv6.
    case multicast
    /// A v4-mapped address on a socket with IPV6_V6ONLY.
    case mappedOnV6Only
    /// bind() objects to the address for another reason.
    case refused(Int32)
  }

  public let request: BindRequest
  /// Where it would be bound: a bare port with the family that it comes to.
  public let address: BindAddress
  public let user: UInt32
  /// IPV6_V6ONLY as it would be.
  public let v6Only: Bool
  /// In the order of the kernel's checks: the first is what bind() gives.
  public let refusals: [Refusal]
  /// What is in the way, if anything is.
  public let blockers: [PortHolder]
  /// What may be in the way.
  public let undecided: [PortHolder]
  /// Sockets on the same address that share the port with this one.
  public let beside: [PortHolder]
  /// Connections on the port that were not looked at.
  public let leftOut: Int
  /// Why it is not known; nothing where it is.
  public let missing: [Unreadable]
  public let remedies: [BindRemedy]

  public var bind: Verdict {
    refusals.isEmpty ? (missing.isEmpty ? .yes : .unknown) : .no
  }

  /// The kernel checks again in listen(), with the same result; nil where there is none.
  public var listen: Verdict? { request.listens ? bind : nil }
}

extension Host {
  /// The answer to what ``HostOptions/bind`` asked.
  public var bindAnswer: BindAnswer? { bind.map { BindAnswer($0) } }
}

extension BindAnswer {
  init(_ facts: BindFacts) {
    let judgement = Judgement(facts)
    request = facts.request
    address = facts.address
    user = facts.uid
    v6Only = judgement.socket.v6Only
    refusals = judgement.refusals
    leftOut = facts.leftOut
    missing = judgement.refusals.isEmpty ? judgement.missing : []
    blockers = judgement.holders { $0 == .conflict }
    undecided = judgement.holders { if case .undecided = $0 { true } else { false } }
    beside = judgement.beside
    remedies = judgement.remedies
  }

  /// One socket held against the facts.
  struct Judgement {
    let facts: BindFacts
    let socket: BindConflict.Socket
    let verdicts: [BindConflict.Verdict]

    /// - Parameter change: what the server would do otherwise.
    init(_ facts: BindFacts, _ change: (inout BindConflict.Socket) -> Void = { _ in }) {
      self.facts = facts
      let request = facts.request
      let isWildcard = facts.address.address == .anyIPv6
      var socket = BindConflict.Socket(
        transport: request.transport, family: facts.address.family,
        address: facts.address.address, device: facts.address.device,
        reuseAddress: request.reuseAddress, reusePort: request.reusePort,
        v6Only: request.v6Only ?? ((facts.bindV6Only.value ?? 0) != 0), uid: facts.uid)
      change(&socket)
      // Setting it is all the same for other addresses: bind() sets it itself.
      if !isWildcard && !facts.address.isMapped { socket.v6Only = facts.address.family == .ipv6 }
      self.socket = socket
      var verdicts = facts.conflict(socket).verdicts
      if isWildcard, let why = Self.hiddenV6Only(facts) {
        socket.v6Only.toggle()
        let others = facts.conflict(socket).verdicts
        verdicts = zip(verdicts, others).map { $0 == $1 ? $0 : .undecided(why) }
      }
      self.verdicts = verdicts
    }

    /// Why it is not known whether the socket has IPV6_V6ONLY.
    static func hiddenV6Only(_ facts: BindFacts) -> Unreadable? {
      guard facts.request.v6Only == nil, case .unavailable(let why) = facts.bindV6Only else {
        return nil
      }
      return why
    }

    func holders(_ isWanted: (BindConflict.Verdict) -> Bool) -> [PortHolder] {
      zip(facts.holders, verdicts).filter { isWanted($0.1) }.map(\.0)
    }

    /// Those that would be in the way if the server's socket did not want to share.
    var beside: [PortHolder] {
      var alone = socket
      (alone.reuseAddress, alone.reusePort) = (false, false)
      let without = facts.conflict(alone).verdicts
      return zip(zip(facts.holders, verdicts), without)
        .filter { $0.1 == .none && $1 == .conflict }.map(\.0.0)
    }

    /// In the order of __inet_bind(), and of __inet6_bind(), which looks at the port before the address,
    /// but for a multicast one of TCP.
    var refusals: [Refusal] {
      if facts.probe == .noFamily { return [.noFamily] }
      if facts.probe == .refused(ENODEV), let device = facts.address.device {
        return [.noDevice(device)]
      }
      var refusals: [Refusal] = []
      let isMulticast = facts.address.address.high >> 56 == 0xff
      var ofAddress: [Refusal] = []
      if facts.address.isMapped && socket.v6Only {
        ofAddress = [.mappedOnV6Only]
      } else if isMulticast && socket.transport == .tcp {
        ofAddress = [.multicast]
      } else if case .refused(let number) = facts.probe {
        ofAddress = [number == EADDRNOTAVAIL ? .notLocal : .refused(number)]
      }
      let isFirst = facts.address.family == .ipv4 || ofAddress == [.multicast]
      if isFirst { refusals += ofAddress }
      if case .success(let first) = firstUnprivilegedPort, facts.address.port < first,
        facts.address.port > 0,
        !facts.mayBindAnyPort
      {
        refusals.append(.privileged(first: first))
      }
      if !isFirst { refusals += ofAddress }
      if verdicts.contains(.conflict) { refusals.append(.inUse) }
      if case .fails(let count) = pick { refusals.append(.noPort(of: count)) }
      return refusals
    }

    /// 1024 on kernels before the key, 4.11; why it is not known.
    private var firstUnprivilegedPort: Result<Int, Unreadable> {
      switch facts.firstUnprivilegedPort {
      case .value(let first, _): .success(first)
      case .absent(let why) where facts.kernel.map { $0 >= KernelVersion(4, 11) } ?? false:
        .failure(.init("net.ipv4.ip_unprivileged_port_start: \(why)"))
      case .absent: .success(1024)
      case .unavailable(let why): .failure(why)
      }
    }

    /// Why a yes would not be certain.
    var missing: [Unreadable] {
      var missing: [Unreadable] = []
      if case .unknown(let why) = facts.probe { missing.append(why) }
      if !facts.mayBindAnyPort, facts.address.port > 0,
        case .failure(let why) = firstUnprivilegedPort
      {
        missing.append(why)
      }
      if facts.address.isMapped, let why = Self.hiddenV6Only(facts) { missing.append(why) }
      if facts.address.port > 0 { missing += facts.gaps }
      if case .unknown(let reasons) = pick { missing += reasons }
      for case .undecided(let why) in verdicts where !missing.contains(why) { missing.append(why) }
      return missing
    }
  }
}
