internal import JSON
public import Proofs

/// What claims about the kernel came to: `sockwise prove`.
public struct ProofReport: Sendable {
  /// The release of the kernel on which they were tried.
  public var kernel: String
  public var proofs: [Proof]

  public init(kernel: String, proofs: [Proof]) {
    self.kernel = kernel
    self.proofs = proofs
  }

  /// `findings` where a claim does not hold.
  public var status: ExitStatus {
    proofs.contains { $0.outcome == .doesNotHold } ? .findings : .clean
  }

  /// `sockwise.proofs/1`.
  public var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", "sockwise.proofs/1")
      writer.field("kernel", kernel)
      writer.member("claims", proofs)
    }
    return writer.finish()
  }

  /// What does not hold comes first.
  public func text(_ options: RenderOptions) -> [UInt8] {
    var page = Page(width: options.width, style: options.style)
    page.prose(
      .init("Tried on Linux \(kernel), each claim in a network namespace of its own."))
    for (outcome, heading) in [
      (Proof.Outcome.doesNotHold, "Does not hold"), (.cannotTry, "Cannot be tried here"),
      (.holds, "Holds"),
    ] {
      let some = proofs.filter { $0.outcome == outcome }
      if some.isEmpty { continue }
      page.heading(heading)
      // Where nothing can be tried it is mostly for one reason: said once, and not for each.
      let reasons = Set(some.map(\.reason))
      let shared = some.count > 1 && reasons.count == 1 ? some[0].reason : nil
      if let shared { page.prose(indent: 2, .init(shared)) }
      for proof in some {
        page.prose(
          indent: 2, hanging: 4, .init(proof.id, .faint), .init(proof.title, gap: 2))
        if let reason = proof.reason, shared == nil {
          page.prose(indent: 4, .init(reason, .strong))
        }
        if let observed = proof.observed { page.prose(indent: 4, .init(observed)) }
      }
    }
    page.blank()
    page.prose(.init(summary))
    return Array(page.text.utf8)
  }

  private var summary: String {
    func count(_ outcome: Proof.Outcome) -> Int { proofs.count { $0.outcome == outcome } }
    let holding = count(.holds)
    let others = [
      (count(.doesNotHold), "not"), (count(.cannotTry), "cannot be tried here"),
    ].filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    return (holding == 1 ? "1 claim holds" : "\(holding) claims hold") + others
  }
}
