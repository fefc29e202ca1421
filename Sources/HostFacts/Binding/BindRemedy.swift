/// What would free the port, or make bind() succeed beside what is there. Each that says what the
/// server could do was held against the sockets that are there.
public enum BindRemedy: Hashable, Sendable {
  /// IPV6_V6ONLY: only IPv4 sockets are in the way of `[::]`.
  case setV6Only
  /// SO_REUSEADDR before bind(). `isCertain`: false where the old connections must have had it too,
  /// which cannot be seen.
  case setReuseAddress(isCertain: Bool)
  /// SO_REUSEPORT before bind().
  case setReusePort(isCertain: Bool)
  /// SO_REUSEPORT needs the user of the sockets that have the port.
  case runAs(UInt32)
  /// Stop what holds it. `lingers`: connections then go through TIME_WAIT, and hold the port as long.
  case stop(unit: String, lingers: Bool)
  case end(process: String, pid: Int, lingers: Bool)
  /// Stop whoever holds it: he cannot be seen.
  case endUnknown
  /// All processes were looked at, and none holds it.
  case stopKernel
  /// Orphans that still wait for their peers' answers.
  case waitForPeers
  /// systemd holds it: the server should take the socket from it.
  case useSocketUnit
  /// Only orphans are in the way; seconds until the last is gone.
  case wait(seconds: Double)
  /// The kernel gives the port to outgoing connections.
  case reservePort
  /// The ports that the kernel may pick are used up.
  case widenRange
  case addAddress
  case createDevice(String)
  case grantBindService
  case lowerFirstPort(to: Int)
  case useIPv4
}

extension BindAnswer.Judgement {
  var remedies: [BindRemedy] {
    var remedies: [BindRemedy] = []
    for refusal in refusals {
      switch refusal {
      case .noFamily: remedies.append(.useIPv4)
      case .noDevice(let name): remedies.append(.createDevice(name))
      case .notLocal: remedies.append(.addAddress)
      case .privileged:
        remedies += [.grantBindService, .lowerFirstPort(to: Int(facts.address.port))]
      case .inUse: remedies += remediesOfConflict
      case .noPort: remedies.append(.widenRange)
      case .multicast, .mappedOnV6Only, .refused: break
      }
    }
    if refusals.isEmpty, verdicts.contains(where: { $0 != .none }) {
      remedies += waiting(for: holders { $0 != .none })
    }
    return remedies
  }

  private var remediesOfConflict: [BindRemedy] {
    let blockers = holders { $0 == .conflict }
    var remedies: [BindRemedy] = []
    // Best is what only the server has to do.
    if socket.address == .anyIPv6, !socket.v6Only, verdict(where: { $0.v6Only = true }) != .no {
      remedies.append(.setV6Only)
    }
    if !socket.reuseAddress {
      let otherwise = verdict { $0.reuseAddress = true }
      if otherwise != .no { remedies.append(.setReuseAddress(isCertain: otherwise == .yes)) }
    }
    if !socket.reusePort {
      let otherwise = verdict { $0.reusePort = true }
      // One thing that may help is enough.
      if otherwise == .yes || otherwise == .unknown && remedies.isEmpty {
        remedies.append(.setReusePort(isCertain: otherwise == .yes))
      }
    }
    let users = Set(blockers.filter { !$0.isRemnant }.map(\.uid))
    if users.count == 1, let user = users.first, user != socket.uid {
      let otherwise = verdict {
        $0.reusePort = true
        $0.uid = user
      }
      if otherwise == .yes { remedies.append(.runAs(user)) }
    }
    remedies += waiting(for: blockers) + stopping(blockers)
    if isTakenByClients(blockers) { remedies.append(.reservePort) }
    return remedies
  }

  /// As far as conflicts are concerned.
  private func verdict(where change: (inout BindConflict.Socket) -> Void) -> BindAnswer.Verdict {
    let verdicts = BindAnswer.Judgement(facts, change).verdicts
    // What only the history of the port might allow is no remedy.
    if verdicts.contains(.conflict) || verdicts.contains(.undecided(BindConflict.hiddenHistory)) {
      return .no
    }
    return verdicts.allSatisfy { $0 == .none } ? .yes : .unknown
  }

  private func waiting(for holders: [PortHolder]) -> [BindRemedy] {
    let seconds = holders.compactMap(\.secondsLeft)
    guard seconds.count == holders.count, let longest = seconds.max() else { return [] }
    return [.wait(seconds: longest)]
  }

  /// In the order of the blockers, each once.
  private func stopping(_ blockers: [PortHolder]) -> [BindRemedy] {
    let lingering = blockers.filter(\.lingers)
    let units = Set(lingering.compactMap(\.unit))
    let processes = Set(lingering.compactMap(\.pid))
    let listeners = PortListeners(blockers)
    var remedies: [BindRemedy] = []
    for holder in blockers where holder.secondsLeft == nil {
      // What is not accepted yet ends with its listener.
      if !holder.isHeld, listeners.listener(of: holder) != nil { continue }
      let remedy: BindRemedy =
        if holder.isOfKernel {
          .stopKernel
        } else if holder.isSocketActivated {
          .useSocketUnit
        } else if let unit = holder.unit {
          .stop(unit: unit, lingers: units.contains(unit))
        } else if let pid = holder.pid {
          .end(
            process: holder.process ?? "the process", pid: pid,
            lingers: processes.contains(pid))
        } else {
          holder.isHeld ? .endUnknown : .waitForPeers
        }
      if !remedies.contains(remedy) { remedies.append(remedy) }
      // Who wants more of them than these takes another port.
      if remedies.count == 10 { break }
    }
    return remedies
  }

  /// Connections alone, on a port that connect() may have taken.
  private func isTakenByClients(_ blockers: [PortHolder]) -> Bool {
    guard socket.transport == .tcp, !blockers.contains(where: \.isExplicit),
      let range = facts.portRange.value, let reserved = facts.reservedPorts.value,
      let ports = EphemeralPorts(range: range, reserved: reserved)
    else { return false }
    return ports.usable.contains(facts.address.port)
  }
}

extension PortHolder {
  /// Whether it goes on to TIME_WAIT when its process ends: where the peer has not closed first.
  fileprivate var lingers: Bool {
    guard remote != nil else { return false }
    return switch state {
    case .established, .finWait1, .finWait2, .closing: true
    default: false
    }
  }
}
