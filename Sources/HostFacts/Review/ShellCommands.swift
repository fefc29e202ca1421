/// Kernel parameters that a shell's command line sets: `sysctl -w`, and `echo` into a file of
/// `/proc/sys` or into one that `sysctl` reads.
struct ShellCommands {
  struct Assignment {
    var key: ForeignFile.Text
    var value: ForeignFile.Text
    var ignoresFailure = false
    /// Whether the command line ends in failure where this one does.
    var isDecisive = false

    func moved(_ place: (Range<Int>) -> Range<Int>) -> Assignment {
      var assignment = self
      assignment.key.range = place(key.range)
      assignment.value.range = place(value.range)
      return assignment
    }
  }

  private(set) var assignments: [Assignment] = []
  /// What `echo` before a pipe says.
  private var piped: ShellWords.Word?

  private static let depthLimit = 4

  init(_ words: [ShellWords.Word], depth: Int = 0) {
    let commands = words.split(whereSeparator: Self.endsCommand)
    for (command, isDecisive) in zip(commands, Self.decisive(commands, of: words)) {
      let before = assignments.count
      read(command, depth: depth)
      guard !isDecisive else { continue }
      for index in assignments.indices.dropFirst(before) { assignments[index].isDecisive = false }
    }
  }

  private static func endsCommand(_ word: ShellWords.Word) -> Bool {
    word.isOperator && !word.text.hasPrefix(">") && !word.text.hasPrefix("<")
  }

  /// Of each command whether all fails where it does: the last one, and those before it that `&&`
  /// joins to it, but for conditions and what follows `||`.
  private static func decisive(
    _ commands: [ArraySlice<ShellWords.Word>], of words: [ShellWords.Word]
  ) -> [Bool] {
    var result: [Bool] = []
    var next = words.endIndex
    for command in commands.reversed() {
      let joint = next == words.endIndex ? ";" : "&&"
      let isJoined = words[command.endIndex..<next].allSatisfy { $0.text == joint }
      let isCondition = command.first.map { conditions.contains($0.text) } ?? false
      let isAlternative = words[..<command.startIndex].last?.text == "||"
      result.append(
        isJoined && (result.last ?? true) && !isCondition && !isAlternative)
      next = command.startIndex
    }
    return result.reversed()
  }

  private static let conditions: Set<String> = ["if", "then", "do", "else", "!", "while", "until"]

  private mutating func read(_ command: ArraySlice<ShellWords.Word>, depth: Int) {
    var words = command.drop { word in
      !word.isOperator && (Self.prefixes.contains(word.text) || Self.isVariable(word.text))
    }
    // `--mount=…` of RUN.
    words = words.drop { !$0.isOperator && $0.text.hasPrefix("--") }
    guard let program = words.first?.text.split(separator: "/").last else { return }
    let arguments = words.dropFirst()
    let before = piped
    piped = nil
    switch program {
    case "sysctl": readSysctl(arguments)
    case "echo", "printf": readEcho(arguments)
    case "tee":
      guard let before else { return }
      for target in arguments where !target.isOperator { write(before, to: target) }
    case "sh", "bash", "dash", "ash":
      guard depth < Self.depthLimit,
        let option = arguments.firstIndex(where: {
          $0.text.hasPrefix("-") && $0.text.hasSuffix("c")
        }),
        let script = arguments[arguments.index(after: option)...].first
      else { return }
      let inner = ShellCommands(ShellWords(script.text).words, depth: depth + 1).assignments
      assignments += inner.map { assignment in assignment.moved(script.place) }
    default: break
    }
  }

  private static let prefixes: Set<String> = [
    "sudo", "exec", "then", "do", "else", "if", "!", "{", "env", "nohup", "time",
  ]

  /// Whether a word before a command sets a variable for it.
  private static func isVariable(_ word: String) -> Bool {
    guard let equals = word.firstIndex(of: "=") else { return false }
    return word[..<equals].utf8.allSatisfy { byte in
      isDigit(byte) || byte == UInt8(ascii: "_")
        || (byte | 0x20) >= UInt8(ascii: "a")
          && (byte | 0x20) <= UInt8(ascii: "z")
    }
  }

  private mutating func readSysctl(_ arguments: ArraySlice<ShellWords.Word>) {
    let words = arguments.prefix { !$0.isOperator }
    let ignoresFailure = SysctlOptions.ignoreMissing(words.map(\.text))
    for word in words where !word.text.hasPrefix("-") {
      // Ansible takes words such as `chdir=/tmp` from the end of a command; keys have a separator.
      guard var assignment = Self.assignment(word),
        SysctlKey(assignment.key.text).path.contains(0x2F)
      else { continue }
      assignment.ignoresFailure = ignoresFailure
      assignment.isDecisive = true
      assignments.append(assignment)
    }
  }

  private mutating func readEcho(_ arguments: ArraySlice<ShellWords.Word>) {
    let words = arguments.prefix { !$0.isOperator }.filter { !$0.text.hasPrefix("-") }
    guard let first = words.first, let last = words.last else { return }
    var said = first
    said.text = words.map(\.text).joined(separator: " ")
    said.range = first.range.lowerBound..<last.range.upperBound
    said.isPlain = first.isPlain && words.count == 1
    if words.count > 1 { said.offsets = nil }
    let rest = arguments.drop { !$0.isOperator }
    guard let redirection = rest.first, redirection.text.hasPrefix(">") else {
      piped = said
      return
    }
    if let target = rest.dropFirst().first { write(said, to: target) }
  }

  private mutating func write(_ said: ShellWords.Word, to target: ShellWords.Word) {
    let path = target.text
    let proc = "/proc/sys/"
    if path.hasPrefix(proc), path.utf8.count > proc.utf8.count {
      assignments.append(
        Assignment(
          key: .init(text: String(path.dropFirst(proc.count)), range: target.range),
          value: .init(text: trimmed(said.text), range: said.range)))
    } else if path == "/etc/sysctl.conf"
      || (path.hasPrefix("/etc/sysctl.d/") && path.hasSuffix(".conf"))
    {
      if let assignment = Self.assignment(said) { assignments.append(assignment) }
    }
  }

  /// A word "key=value" in its two parts.
  private static func assignment(_ word: ShellWords.Word) -> Assignment? {
    guard let equals = word.text.firstIndex(of: "=") else { return nil }
    let key = trimmed(word.text[..<equals])
    let value = trimmed(word.text[word.text.index(after: equals)...])
    guard !key.isEmpty else { return nil }
    let middle = word.text[..<equals].unicodeScalars.count
    let end = word.text.unicodeScalars.count
    return Assignment(
      key: .init(text: key, range: word.place(0..<middle)),
      value: .init(text: value, range: word.place(middle + 1..<end)))
  }
}
