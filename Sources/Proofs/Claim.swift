/// Something that rules and topics say of the kernel, and the experiment that shows it.
public struct Claim: Sendable {
  /// Kebab-case; never renamed.
  public let id: String
  /// What is claimed, in one sentence.
  public let title: String
  /// Runs in a network namespace of its own, as its root. What it throws means that the claim cannot
  /// be tried; whether it holds is in what the laboratory has seen.
  let experiment: @Sendable (Laboratory) throws -> Void

  init(_ id: String, _ title: String, _ experiment: @escaping @Sendable (Laboratory) throws -> Void)
  {
    self.id = id
    self.title = title
    self.experiment = experiment
  }

  /// All that there are, related ones beside each other.
  public static let all: [Claim] =
    sharedPorts + restarts + clientPorts + timeWaitReuse + timeWaits + others

  /// Tries it in the network namespace that this process is in, which must be a scratch one.
  func tried() -> Proof {
    let start = monotonicSeconds()
    let laboratory = Laboratory()
    var obstacle: String?
    do {
      // Over a busy loopback a FIN may be sent twice; what answers the second is a reset, and that
      // would end TIME_WAIT early (RFC 1337). Where it cannot be set, experiments that set anything
      // say so.
      try? laboratory.set("net.ipv4.tcp_rfc1337", "1")
      try experiment(laboratory)
    } catch {
      obstacle = "\(error)"
    }
    // What was already seen to differ is told, whatever came after it.
    let outcome: Proof.Outcome =
      laboratory.difference != nil ? .doesNotHold : obstacle == nil ? .holds : .cannotTry
    return Proof(
      id: id, title: title, outcome: outcome, observed: laboratory.observed,
      reason: laboratory.difference ?? obstacle, seconds: monotonicSeconds() - start)
  }
}
