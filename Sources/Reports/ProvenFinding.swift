public import Proofs
import Rules

extension Report {
  /// The claims that the rules of its new findings name, each once, in the order of the findings:
  /// what is waived or known need not be proven.
  public var claimsOfFindings: [String] {
    var claims: [String] = []
    for reported in findings where reported.state == .new {
      if let claim = reported.finding.proof, !claims.contains(claim) { claims.append(claim) }
    }
    return claims
  }

  /// The report with what came of trying these claims here beside each finding that rests on one.
  public func proven(by proofs: [Proof]) -> Report {
    let results = Dictionary(proofs.map { ($0.id, $0) }) { first, _ in first }
    return settingProofs { $0.finding.proof.flatMap { results[$0] } }
  }
}

extension Proof {
  /// One sentence without its full stop, but for what was seen.
  var sentence: String {
    let outcome =
      switch self.outcome {
      case .holds: "holds"
      case .doesNotHold: "does not hold: this kernel did not do it" + words(reason)
      case .cannotTry: "cannot be tried here" + words(reason)
      }
    return "Tried here: \(title): \(outcome)"
  }

  private func words(_ reason: String?) -> String { reason.map { " (\($0))" } ?? "" }
}
