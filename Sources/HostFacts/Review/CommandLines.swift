internal import YAML

// Command lines in files of other programs, and what they set.
extension ForeignFile {
  /// Notes what commands set. What a variable writes is only counted.
  ///
  /// - Parameter dependent: what fails where the command line does.
  mutating func add(
    _ writer: SysctlWriter, _ assignments: [ShellCommands.Assignment],
    ignoresFailure: Bool = false, dependent: SysctlStatement.Dependent? = nil,
    context: AnsibleContext = AnsibleContext()
  ) {
    for assignment in assignments {
      let parts = [assignment.key.text, assignment.value.text]
      if parts.contains(where: { $0.hasShellVariables || TemplateMask.isTemplated($0) }) {
        addTemplated()
        continue
      }
      let ignoresFailure = ignoresFailure || assignment.ignoresFailure
      add(
        writer, key: assignment.key, value: assignment.value, ignoresFailure: ignoresFailure,
        dependent: assignment.isDecisive && !ignoresFailure ? dependent : nil, context: context)
    }
  }

  /// What a command sets that is a list of its words, `[sysctl, -w, a=b]`, or a line of a shell.
  mutating func assignments(ofCommand nodes: YAMLNode?...) -> [ShellCommands.Assignment] {
    var words: [ShellWords.Word] = []
    let nodes = nodes.compactMap { $0 }.filter { $0.text != nil || !$0.elements.isEmpty }
    for node in nodes {
      if let (text, offsets) = textAndPlaces(node) {
        let found = ShellWords(text).words
        if nodes.count == 1 {
          return ShellCommands(found).assignments.map { $0.moved(offsets.range) }
        }
        words += found.map {
          .init(text: $0.text, range: node.range, isOperator: $0.isOperator, isPlain: false)
        }
      }
      for element in node.elements.prefix(Self.mostWords) {
        guard let (text, offsets) = textAndPlaces(element) else { continue }
        words.append(.init(text: text, range: element.range, offsets: offsets))
      }
    }
    return ShellCommands(words).assignments
  }

  private static let mostWords = 1000

  /// A scalar's text, its templates hidden, and where the characters stand. Nil for anything else, and
  /// where the file repeats long texts without end.
  mutating func textAndPlaces(_ node: YAMLNode) -> (text: String, places: ScalarOffsets)? {
    guard case .scalar(let scalar) = node.content, mayLookAt(scalar.value.utf8.count) else {
      return nil
    }
    return (scalar.value, ScalarOffsets(of: scalar, at: node.range, in: masked))
  }
}

extension String {
  /// Whether a shell or a template engine writes a part of it.
  fileprivate var hasShellVariables: Bool {
    utf8.contains(UInt8(ascii: "$")) || utf8.contains(UInt8(ascii: "`")) || hasVariables
  }
}
