import ArgumentParser
import CEL
import HostFacts
import Reports
import Rules

/// Which findings do not count: `--waivers` and `--baseline`.
struct AcceptanceArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Accept the findings that this file of waivers lists, with a reason and a last day. Repeatable.",
      valueName: "FILE"))
  var waivers: [String] = []

  @Option(
    help: ArgumentHelp(
      "Count only what this file does not list; 'sockwise baseline' writes it.", valueName: "FILE"))
  var baseline: String?

  var choice: AcceptanceChoice { AcceptanceChoice(waivers: waivers, baseline: baseline) }
}

/// The files that tell which findings do not count.
struct AcceptanceChoice {
  var waivers: [String] = []
  var baseline: String?

  /// Whether no file is named.
  var isEmpty: Bool { waivers.isEmpty && baseline == nil }

  /// Reads the files; what is wrong with them is said on standard error.
  ///
  /// - Parameter others: waivers from elsewhere, such as `.sockwise.yaml`; those of `--waivers` come
  ///   first.
  func acceptance(for rules: RuleSet, and others: Waivers = Waivers()) -> Acceptance {
    let names = rules.ids
    let files = waivers.map { WaiverFile.read($0, rules: names) }
    var isWrong = files.flatMap(\.diagnostics).report()
    var known: Baseline?
    if let baseline {
      do throws(DocumentError) {
        known = try Baseline.read(try NamedFile.read(baseline), name: baseline)
      } catch {
        printError("sockwise: --baseline: \(error)")
        isWrong = true
      }
    }
    return Acceptance(
      waivers: Waivers(files.flatMap(\.waivers.entries) + others.entries), baseline: known,
      rules: names, today: Clock.today(), isWrong: isWrong)
  }
}

/// What marks findings as waived or known.
struct Acceptance {
  var waivers = Waivers()
  var baseline: Baseline?
  /// Ids of all rules: an inline comment may name one that is not evaluated.
  var rules: [String]
  var today: Day
  /// Whether a file of waivers or the baseline was refused.
  var isWrong = false

  /// The variable `waivers` of rules.
  func facts(namingPaths name: (String) -> String = { $0 }) -> Field {
    let facts = waivers.entries.map { waiver in
      var location = waiver.location
      location.path = name(location.path)
      return WaiverFact(
        rule: waiver.rule, subject: waiver.subject.text, reason: waiver.reason,
        expires: waiver.expires?.description,
        daysExpired: waiver.expires.map { max(0, today.days(since: $0)) } ?? 0,
        location: location)
    }
    return WaiverFact.variable(facts)
  }

  /// A finding as it is reported: a comment beside it comes before a waiver.
  func reported(
    _ finding: Finding, namespace: NamespaceName?, comments: inout InlineComments
  ) -> ReportedFinding {
    if let entry = comments.entry(for: finding) {
      return ReportedFinding(
        finding, state: .waived, namespace: namespace,
        waiver: .init(reason: entry.reason, isInSource: true, location: entry.location))
    }
    guard let waiver = waivers.waiver(for: finding, on: today) else {
      return ReportedFinding(finding, namespace: namespace)
    }
    return ReportedFinding(
      finding, state: .waived, namespace: namespace,
      waiver: .init(
        reason: waiver.reason, expires: waiver.expires?.description, location: waiver.location))
  }
}

extension Acceptance {
  /// Waivers that accept nothing, where their rule was judged: one line. Expired ones are findings.
  func notices(of result: EvaluationResult) -> [Notice] {
    let judged = Set(result.rules.filter(\.isWhole).map(\.rule))
    let unused = waivers.entries.filter { waiver in
      judged.contains(waiver.rule) && !waiver.hasExpired(on: today)
        && !result.findings.contains(where: waiver.covers)
    }
    guard !unused.isEmpty else { return [] }
    let places = unused.prefix(3).map { waiver in
      "'\(waiver.location.path)'" + (waiver.location.line.map { ":\($0)" } ?? "")
        + " (\(waiver.rule))"
    }
    let more = unused.count > 3 ? " and \(unused.count - 3) more" : ""
    let what = unused.count == 1 ? "1 waiver matches" : "\(unused.count) waivers match"
    return [
      Notice(.info, "\(what) no finding: \(places.joined(separator: ", "))\(more)")
    ]
  }
}
