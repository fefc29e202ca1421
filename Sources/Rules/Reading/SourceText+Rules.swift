internal import YAML

extension SourceText {
  /// A rule file may be this long, in bytes.
  static let sizeLimit = 1 << 20

  /// The text of a file of ours; throws the first thing that makes the bytes unusable as such.
  static func strict(path: String, bytes: [UInt8]) throws(RuleDiagnostic) -> SourceText {
    guard bytes.count <= sizeLimit else {
      throw RuleDiagnostic(path: path, message: "file is larger than 1 MiB, which no rule needs")
    }
    let source = SourceText(path: path, bytes: bytes)
    if let problem = source.problem { throw source.diagnostic(problem) }
    return source
  }

  /// A diagnostic at a range of offsets, with the line that it begins in.
  func diagnostic(
    _ severity: RuleDiagnostic.Severity, at range: Range<Int>, _ message: String,
    hint: String? = nil
  ) -> RuleDiagnostic {
    let (line, column) = position(of: range.lowerBound)
    let lineRange = self.line(around: range.lowerBound)
    let end = min(range.upperBound, lineRange.upperBound)
    return RuleDiagnostic(
      path: path, line: line, column: column, length: max(1, end - range.lowerBound),
      severity: severity, message: message, sourceLine: text(lineRange), hint: hint)
  }

  /// What is wrong with the YAML, with advice.
  func diagnostic(_ problem: YAMLProblem) -> RuleDiagnostic {
    diagnostic(.error, at: problem.range, problem.message, hint: hint(problem))
  }

  private func hint(_ problem: YAMLProblem) -> String? {
    switch problem.kind {
    case .notText(let hint): hint
    case .syntax: YAMLTraps.hint(forSyntaxErrorAt: problem.range.lowerBound, in: self)
    case .limit: nil
    case .secondDocument: "one document a file"
    case .duplicateKey(let line): "line \(line) has it already"
    case .keyIsNoName(let mapping): YAMLTraps.quoted(from: mapping, in: self)
    case .notPlain: YAMLTraps.quoted(from: problem.range.lowerBound, in: self)
    }
  }
}
