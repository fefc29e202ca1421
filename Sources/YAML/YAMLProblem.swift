/// Something wrong with a YAML file, and where.
public struct YAMLProblem: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Characters that no file of ours has; the hint says what to do.
    case notText(hint: String?)
    /// Not YAML, as libyaml says.
    case syntax
    /// YAML, and more of it than is read.
    case limit
    case secondDocument
    case duplicateKey(firstLine: Int)
    /// A key that is a list or a mapping; `mapping` is the offset of the mapping that has it.
    case keyIsNoName(mapping: Int)
    /// A tag, an anchor or an alias.
    case notPlain
  }

  public var kind: Kind
  /// Offsets in the text.
  public var range: Range<Int>
  public var message: String

  init(_ kind: Kind, _ range: Range<Int>, _ message: String) {
    self.kind = kind
    self.range = range
    self.message = message
  }

  /// Where libyaml gave up.
  init(_ failure: YAMLEvents.Failure, in source: SourceText) {
    let end = min(failure.offset + 1, source.line(around: failure.offset).upperBound)
    self.init(
      failure.isLimit ? .limit : .syntax, failure.offset..<max(failure.offset, end),
      "not valid YAML: \(failure.problem)")
  }
}
