internal import CEL

/// A test inside a rule file: facts, and what the rule must say of them.
///
/// Facts are written as a tree that the schema types. A key may be a path, so that these are the
/// same:
///
///     facts: { sysctl: { net: { ipv4: { tcp_tw_reuse: 1 } } } }
///     facts: { sysctl.net.ipv4.tcp_tw_reuse: 1 }
///
/// What is not written is absent; a structure that is always there, such as `sysctl`, is there
/// with everything in it absent. A list that is not written is absent too: write `[]` for an
/// empty one. In place of any value:
///
///     { absent: why }                          has() is false; only for what may be absent
///     { unavailable: why }                     has() and reading it are unknown
///     { unavailable: why, grant: capability }
///
/// As the last element of a list `{ unavailable: why }` says that the list was read in part only.
/// Durations are `1.5s`. Sets of ports are `"80,443,8000-8009"` or `[80, 443, 8000-8009]`; a
/// range of ports is `32768 60999` as in the kernel, or `{ first: …, last: …, size: … }`.
public struct RuleTest: Sendable {
  /// What all outcomes of a rule come to.
  public enum Verdict: String, CaseIterable, Sendable {
    case finding, pass
    case notApplicable = "not_applicable"
    case unknown, error

    init(_ outcome: Outcome) {
      switch outcome {
      case .finding: self = .finding
      case .pass: self = .pass
      case .notApplicable: self = .notApplicable
      case .undecided(let undecided): self = undecided.kind == .error ? .error : .unknown
      }
    }
  }

  /// How outcomes are compared.
  public enum Expectation: Sendable {
    /// `expect: finding`: the first of finding, error, unknown, pass and not_applicable that
    /// occurs.
    case strongest(Verdict)
    /// `expect: [finding, pass]`: of each element, in order.
    case inOrder([Verdict])
    /// `expect: { finding: 2, pass: 1 }`: these, and no others.
    case counts([Verdict: Int])

    /// The outcomes that must occur.
    var verdicts: Set<Verdict> {
      switch self {
      case .strongest(let verdict): [verdict]
      case .inOrder(let verdicts): Set(verdicts)
      case .counts(let counts): Set(counts.filter { $0.value > 0 }.keys)
      }
    }
  }

  public var name: String
  /// Line of the rule file, from 1.
  public var line: Int
  /// What the test states; the rest is absent.
  var facts: [String: Field]
  public var expectation: Expectation
  /// Of the findings, in order; nil where the test does not say.
  public var messages: [String]?
  public var subjects: [String]?
  /// Of all findings where there is one, else of each in order.
  public var severities: [Severity]?
  public var confidences: [Confidence]?
}

/// What running one test came to.
public struct RuleTestResult: Sendable {
  public var rule: String
  public var test: String
  public var path: String
  public var line: Int
  /// What is not as expected, a clause each; empty where the test passes.
  public var differences: [String]

  public var passed: Bool { differences.isEmpty }
}
