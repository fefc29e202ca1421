import CEL
import HostFacts
import Reports
import Rules

/// Reads bare files, evaluates rules on them, and makes the report.
struct ReviewRun {
  let rules: RuleSet
  let selection: Selection
  let options: ReviewOptions
  let acceptance: Acceptance

  struct Result {
    var report: Report
    /// Whether a file, or a part of one, could not be read.
    var hasGaps: Bool
    /// Whether there were files to read, and none of them could be.
    var readNothing: Bool
    /// Paths that were named and are not there.
    var missing: [String]
  }

  func result() -> Result {
    let started = Clock.utcNow()
    let begin = Clock.monotonic()
    let review = Review.read(options)
    let paths = review.paths
    let facts = review.facts(waivers: acceptance.facts(namingPaths: paths.nameInRepository))
    let places = facts.places.map {
      FactPlace(
        name: $0.name, hasSysctls: $0.hasSysctls, hasUnits: $0.hasUnits, facts: $0.facts)
    }
    var result = rules.evaluate(
      in: facts.whole, selection: selection, places: places, isLive: false)
    result.forget(where: { $0.reason == Review.notSet || $0.reason == Review.notOfFiles })
    var comments = InlineComments(rules: acceptance.rules) { review.comments(inFile: $0) }
    let findings = result.findings.map {
      acceptance.reported($0.namingPaths(review.shown), namespace: nil, comments: &comments)
    }
    comments.look(into: review.commentedFiles)
    let left =
      facts.leftOut == 0
      ? []
      : [
        Notice(
          .warning,
          "not read: what \(facts.leftOut.counted("more host")) of the repository, or files that "
            + "stand alone, set together")
      ]
    let notices =
      review.allNotices + left + result.notices.map { Notice(.info, $0) }
      + comments.notices(of: result) + acceptance.notices(of: result)
    var report = Report(
      tool: .sockwise,
      host: Report.Host(
        name: "reviewed files",
        kernel: review.kernels.map(\.description).joined(separator: ", ")),
      mode: .review, started: started, durationSeconds: Clock.monotonic() - begin,
      findings: findings, undecided: result.undecided.map { ReportedUndecided($0) },
      notices: notices, rules: result.rules, passed: result.passed,
      notApplicable: result.notApplicable, descriptions: rules.rules.map(RuleDescription.init))
    report.nameInRepository = { paths.nameInRepository($0) }
    return Result(
      report: acceptance.baseline.map(report.comparing) ?? report,
      hasGaps: !review.unread.isEmpty || facts.leftOut > 0,
      readNothing: review.files.isEmpty && !review.unread.isEmpty, missing: review.missing)
  }
}

extension Review {
  /// How many reasons and names are told of one by one.
  private static let mostNames = 20

  fileprivate var allNotices: [Notice] {
    var all = [Notice(.info, scope)] + notices.map(Notice.init)
    all += kernels.compactMap(\.remark).map { Notice(.info, $0) }
    all += unread.prefix(Self.mostNames).map { Notice(.warning, "not read: \($0.reason)") }
    if unread.count > Self.mostNames {
      all.append(
        Notice(.warning, "not read: \(unread.count - Self.mostNames) more files or parts of files"))
    }
    return all
  }

  /// What was reviewed.
  private var scope: String {
    if files.isEmpty && !unread.isEmpty {
      return
        "nothing was reviewed: of \(fileCount.counted("file")) none that could be read sets a kernel "
        + "parameter or is a unit of systemd"
    }
    if files.isEmpty {
      return
        "nothing to review: none of \(fileCount.counted("file")) sets a kernel parameter or is "
        + "a unit of systemd; 'sockwise review --help' says what is looked for"
    }
    let names = files.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    let more = files.count > 3 ? " and \(files.count - 3) more" : ""
    return "reviewed \(files.count) of \(fileCount.counted("file")): \(names)\(more)"
  }
}
