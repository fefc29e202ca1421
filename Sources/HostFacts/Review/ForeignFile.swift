internal import CEL
internal import YAML

/// A file of another program, and the kernel parameters found in it so far.
struct ForeignFile {
  let source: SourceText
  private(set) var statements: [SysctlStatement] = []
  private var known: Set<Assignment> = []
  /// What a kubelet lets pods set beyond what is safe.
  private(set) var allowances: [KubeletAllowance] = []
  private var knownAllowances: Set<KubeletAllowance> = []
  /// Patterns of that kind with which no kubelet starts.
  private(set) var refusedAllowances: [Text] = []
  /// How many keys or values a template engine or a variable writes.
  private(set) var templated = 0

  /// Parameters of one file that are kept, and those that it allows; no file has as many that are
  /// meant.
  static let mostStatements = 1000
  /// Whether there are more of them.
  private(set) var isCut = false

  /// An assignment and its place, at less cost than a statement: an anchor may bring one line into
  /// several places.
  private struct Assignment: Hashable {
    var writer: SysctlWriter
    var key: Text
    var value: Text
    var ignoresFailure: Bool
    var usesHostNetwork: Bool?
  }

  init(path: String, bytes: [UInt8]) {
    source = SourceText(foreign: path, bytes: bytes)
  }

  /// A piece of the file: what stands there, and where.
  struct Text: Hashable {
    var text: String
    var range: Range<Int>
  }

  /// Notes an assignment. One that is not written out is only counted.
  mutating func add(
    _ writer: SysctlWriter, key: Text, value: Text, ignoresFailure: Bool = false,
    usesHostNetwork: Bool? = nil, valueType: SysctlStatement.ScalarType? = nil,
    context: AnsibleContext = AnsibleContext()
  ) {
    let name = SysctlKey(key.text)
    let assignment = Assignment(
      writer: writer, key: key, value: value, ignoresFailure: ignoresFailure,
      usesHostNetwork: usesHostNetwork)
    guard !name.path.isEmpty, !isCut, known.insert(assignment).inserted else { return }
    let place = location(key.range)
    var statement = SysctlStatement(
      writer: writer, key: name, value: Array(value.text.utf8), ignoresFailure: ignoresFailure,
      keyLocation: place, valueLocation: location(value.range),
      sourceText: lineText(key.range.lowerBound), nearComment: comment(near: place.line ?? 1),
      usesHostNetwork: usesHostNetwork, valueType: valueType)
    statement.hosts = context.hosts
    statement.isConditional = context.isConditional
    add(statement)
  }

  mutating func addTemplated() { templated += 1 }

  mutating func allow(_ pattern: Text) {
    guard !pattern.text.isEmpty, !pattern.text.hasVariables, !isCut else { return }
    let allowance = KubeletAllowance(pattern.text, location: location(pattern.range))
    guard knownAllowances.insert(allowance).inserted else { return }
    guard allowance.isAccepted else {
      if refusedAllowances.count < Self.mostRefused { refusedAllowances.append(pattern) }
      return
    }
    isCut = allowances.count >= Self.mostStatements
    if !isCut { allowances.append(allowance) }
  }

  private static let mostRefused = 20

  /// What is said of patterns with which no kubelet starts.
  ///
  /// - Parameter path: what messages call the file.
  func noticesOfAllowances(shownAs path: String) -> [Host.Notice] {
    refusedAllowances.map { pattern in
      let (line, column) = source.position(of: pattern.range.lowerBound)
      return .init(
        .warning,
        "'\(path)':\(line):\(column): no kubelet starts with '\(pattern.text)' among "
          + "allowedUnsafeSysctls, so it allows nothing: it knows \(KubeletAllowance.groups) alone")
    }
  }

  /// Notes an assignment that is not there yet.
  mutating func add(_ statement: SysctlStatement) {
    isCut = isCut || statements.count >= Self.mostStatements
    if !isCut { statements.append(statement) }
  }

  /// Where a range lies; without its end where that is on another line.
  private func location(_ range: Range<Int>) -> SourceLocation {
    let (line, column) = source.position(of: range.lowerBound)
    let isOneLine = source.line(around: range.lowerBound).upperBound >= range.upperBound
    return SourceLocation(
      path: source.path, line: line, column: column,
      endColumn: isOneLine ? column + range.count : nil)
  }

  // MARK: Text around a place

  private static let longestText = 1024
  private static let longestComment = 512
  /// How far a comment is looked for in a line.
  private static let longestLine = 4096

  private func lineText(_ offset: Int) -> String {
    let line = source.line(around: offset)
    return trimmed(source.text(line.prefix(Self.longestText)))
  }

  /// What comments within three lines say, as for files of sysctl.d.
  private func comment(near line: Int) -> String? {
    var comments: [String] = []
    for number in max(1, line - 3)...(line + 3) {
      guard let range = source.range(ofLine: number) else { break }
      guard let mark = commentMark(in: range) else { continue }
      let text = source.text((mark + 1..<range.upperBound).prefix(Self.longestComment))
      comments.append(trimmed(text))
    }
    return comments.isEmpty ? nil : comments.joined(separator: "\n")
  }

  /// Where a comment begins: a "#" at the beginning of a line or after a blank.
  private func commentMark(in line: Range<Int>) -> Int? {
    line.prefix(Self.longestLine).first { index in
      guard source.scalars[index] == "#" else { return false }
      return index == line.lowerBound || [" ", "\t"].contains(source.scalars[index - 1])
    }
  }
}

// MARK: - YAML

extension ForeignFile {
  /// Reads its YAML documents; why that ended early, if it did.
  ///
  /// - Parameter path: what messages call it.
  mutating func readYAML(shownAs path: String? = nil) -> Unreadable? {
    var documents: [YAMLNode] = []
    let problem = ForeignYAML.read(source) { documents.append($0) }
    for document in documents {
      readAnsible(document)
      readKubernetes(document)
      readCompose(document)
    }
    return problem.map { problem in
      let (line, column) = source.position(of: problem.range.lowerBound)
      return Unreadable("'\(path ?? source.path)':\(line):\(column): \(problem.message)")
    }
  }

  /// A scalar as it is written, with the templates in it.
  func written(_ node: YAMLNode) -> Text? {
    guard let text = node.text else { return nil }
    if !TemplateMask.isTemplated(text) { return Text(text: text, range: node.range) }
    var spelling = Substring(source.text(node.range))
    if let quote = spelling.first, quote == "'" || quote == "\"", spelling.count > 1,
      spelling.last == quote
    {
      spelling = spelling.dropFirst().dropLast()
    }
    return Text(text: String(spelling), range: node.range)
  }

  /// A key as it is written, with the templates in it.
  func writtenKey(_ entry: YAMLEntry) -> Text {
    let isTemplated = TemplateMask.isTemplated(entry.key)
    return Text(
      text: isTemplated ? source.text(entry.keyRange) : entry.key, range: entry.keyRange)
  }
}

extension StringProtocol {
  /// Whether a template engine or a shell writes a part of it.
  var hasVariables: Bool {
    var previous: UInt8 = 0
    for byte in utf8 {
      let opens = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "%")
      if opens, previous == UInt8(ascii: "{") || previous == UInt8(ascii: "$") { return true }
      previous = byte
    }
    return false
  }
}
