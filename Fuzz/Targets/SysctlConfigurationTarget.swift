import CEL

@testable import HostFacts

/// The text of a file of sysctl.d, read as one of the programs reads it, and resolved; and as the other
/// texts that kernel parameters are set in.
enum SysctlConfigurationTarget {
  static func run(_ bytes: [UInt8]) {
    let lines = Lines(bytes)
    // One of the programs for each input: there are three times as many inputs then.
    checkRecorded(bytes)
    check(bytes, lines, SysctlDialect.allCases[bytes.count % SysctlDialect.allCases.count])
    // The kernel's command line is one line.
    if !bytes.contains(0x0a) {
      for statement in KernelCommandLine.statements(bytes) { lines.hold(statement.location) }
    }
    for statement in TmpfilesWrites.statements(bytes, path: "x") { lines.hold(statement.location) }
    for option in TunedProfile.options(String(decoding: bytes, as: UTF8.self), path: "x") {
      lines.hold(option.nameLocation)
      lines.hold(option.valueLocation)
      guard let statement = option.statement else { continue }
      require(!option.isTemplated && statement.key.mayExist, "\(statement.key)")
    }
  }

  /// What is left of a file in a recording is all that is left of that.
  private static func checkRecorded(_ bytes: [UInt8]) {
    for anonymizer in [nil, Anonymizer(key: (1, 2))] {
      let recorded = RecordedConfiguration(anonymizer: anonymizer)
      for path in ["/etc/sysctl.d/a.conf", "/etc/tmpfiles.d/a.conf"] {
        let kept = recorded(path, bytes)
        require(recorded(path, kept) == kept, "what is kept of \(path) is not kept of it")
      }
      for path in ["/etc/tuned/a/tuned.conf", "/proc/cmdline"] { _ = recorded(path, bytes) }
    }
  }

  private static func check(_ bytes: [UInt8], _ lines: Lines, _ dialect: SysctlDialect) {
    let text = SysctlFileText(bytes, path: "etc/sysctl.d/a.conf", dialect: dialect)
    for statement in text.statements {
      lines.hold(statement.keyLocation)
      if let location = statement.valueLocation { lines.hold(location) }
      require(!statement.key.path.isEmpty, "an empty key")
      let again = SysctlKey(statement.key.dotted)
      // What is not UTF-8 cannot be said with dots, nor can a name that would begin with one.
      if String(validating: statement.key.path, as: UTF8.self) != nil,
        !statement.key.path.contains(UInt8(ascii: "."))
      {
        require(again == statement.key, "\(statement.key) is \(again) again")
      }
    }
    for line in text.skipped { lines.hold(line.location) }
    // Read once more from a second file, it wins over itself or agrees.
    let files = ["a", "b"].map { SysctlFile(path: "etc/sysctl.d/\($0).conf", bytes: bytes) }
    let configuration = SysctlConfiguration(
      SysctlSources(files: files, sysctlConf: .never, dialect: dialect),
      kernels: [KernelVersion(6, 12)])
    require(
      configuration.assignments.elements.count == 2 * text.statements.count
        || configuration.assignments.rest != nil, "statements are missing")
    for key in configuration.keys.elements {
      require(key.winner.hasValue, "\(key.name) has no value")
      require(key.assignments.contains { $0.statement == key.winner.statement }, key.name)
    }
    for assignment in configuration.assignments.elements where !assignment.isPattern {
      guard let value = assignment.isInEffect.value else { continue }
      require(value != (assignment.overriddenBy.value != nil), "\(assignment.key) wins and loses")
    }
  }

  /// How many characters each line has.
  private struct Lines {
    private let lengths: [Int]

    init(_ bytes: [UInt8]) {
      lengths = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self).unicodeScalars.count }
    }

    /// Whether a place is in one of them.
    func hold(_ location: SourceLocation) {
      guard let line = location.line, let column = location.column, let end = location.endColumn,
        1...lengths.count ~= line
      else { return require(false, "no such line: \(location)") }
      let length = lengths[line - 1]
      require(column >= 1 && end >= column && end <= length + 1, "\(location) of \(length)")
    }
  }
}
