package import JSON

/// What came of trying a claim on the running kernel.
public struct Proof: Hashable, Sendable {
  public enum Outcome: String, Hashable, Sendable, CaseIterable {
    case holds
    case doesNotHold = "does_not_hold"
    case cannotTry = "cannot_try"
  }

  public var id: String
  public var title: String
  public var outcome: Outcome
  /// What was seen, on one line; nil where it did not come to that.
  public var observed: String?
  /// What was otherwise than claimed, or why it cannot be tried and what would help.
  public var reason: String?
  public var seconds: Double

  public init(
    id: String, title: String, outcome: Outcome, observed: String? = nil, reason: String? = nil,
    seconds: Double = 0
  ) {
    self.id = id
    self.title = title
    self.outcome = outcome
    self.observed = observed
    self.reason = reason
    self.seconds = seconds
  }

  init(_ claim: Claim, cannotTry reason: String, seconds: Double = 0) {
    self.init(
      id: claim.id, title: claim.title, outcome: .cannotTry, reason: reason, seconds: seconds)
  }
}

extension Proof: JSONConvertible {
  package init(_ json: JSON) throws(JSONError) {
    let outcome: String = try json.member("outcome")
    guard let outcome = Outcome(rawValue: outcome) else {
      throw JSONError("'outcome' is none", at: json)
    }
    self.init(
      id: try json.member("id"), title: try json.member("title"), outcome: outcome,
      observed: try json.member("observed"), reason: try json.member("reason"),
      seconds: try json.member("seconds"))
  }

  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("id", id)
      writer.field("title", title)
      writer.field("outcome", outcome.rawValue)
      writer.field("observed", observed)
      writer.field("reason", reason)
      writer.key("seconds")
      // Milliseconds are as much as it is good for.
      writer.value((seconds * 1000).rounded() / 1000)
    }
  }
}
