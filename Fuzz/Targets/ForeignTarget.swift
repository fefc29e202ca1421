import CEL
import YAML

@testable import HostFacts

/// A file of another program, read as YAML (Ansible, Kubernetes, Compose), as a Dockerfile, as GRUB's
/// configuration and as a profile of TuneD; its lines as those of a shell, and as values of unit files.
enum ForeignTarget {
  static func run(_ bytes: [UInt8]) {
    yaml(bytes)
    dockerfile(bytes)
    grub(bytes)
    tunedProfile(bytes)
    template(bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    shell(text)
    for line in text.split(whereSeparator: \.isNewline).prefix(8) { value(String(line)) }
  }

  // MARK: Files

  private static func yaml(_ bytes: [UInt8]) {
    var file = ForeignFile(path: "x.yaml", bytes: bytes)
    if let why = file.readYAML() { require(!why.reason.isEmpty, "not read for no reason") }
    check(file)
    for allowance in file.allowances { inside(allowance.location, file.source) }
  }

  private static func dockerfile(_ bytes: [UInt8]) {
    var file = ForeignFile(path: "Dockerfile", bytes: bytes)
    file.readDockerfile()
    check(file)
  }

  private static func grub(_ bytes: [UInt8]) {
    var file = ForeignFile(path: "grub", bytes: bytes)
    file.readGrub()
    check(file)
  }

  /// Where its lines end is checked with the other texts of kernel parameters.
  private static func tunedProfile(_ bytes: [UInt8]) {
    var file = ForeignFile(path: "tuned.conf", bytes: bytes)
    file.readTunedProfile()
    for statement in file.statements { require(statement.key.mayExist, "\(statement.key)") }
  }

  private static func template(_ bytes: [UInt8]) {
    for path in ["x.conf", "x.conf.j2"] {
      guard let lines = TemplateLines(bytes, path: path) else { continue }
      let count = { (bytes: [UInt8]) in bytes.count { $0 == 0x0a } }
      require(count(lines.literal) == count(bytes), "lines are lost")
      require(lines.count <= count(bytes) + 1, "\(lines.count) of \(count(bytes)) lines")
    }
  }

  /// Places are in the file, and no assignment is there twice.
  private static func check(_ file: ForeignFile) {
    require(file.statements.count <= ForeignFile.mostStatements, "\(file.statements.count) of them")
    require(Set(file.statements).count == file.statements.count, "an assignment is there twice")
    for statement in file.statements {
      require(!statement.key.path.isEmpty, "an empty key")
      require(statement.value != nil, "no value")
      inside(statement.keyLocation, file.source)
      if let location = statement.valueLocation { inside(location, file.source) }
    }
  }

  private static func inside(_ location: SourceLocation, _ source: SourceText) {
    guard let line = location.line, let column = location.column,
      let range = source.range(ofLine: line)
    else { return require(false, "no such line: \(location)") }
    require(1...range.count + 1 ~= column, "\(location) of \(range.count)")
    guard let end = location.endColumn else { return }
    require(column...range.count + 1 ~= end, "\(location) of \(range.count)")
  }

  // MARK: Words

  /// Words stand one after the other, and are what they were where nothing was taken away.
  private static func shell(_ text: String) {
    let scalars = Array(text.unicodeScalars)
    for escape in ["\\", "`"] as [Unicode.Scalar] {
      for isList in [false, true] {
        let words = ShellWords(scalars, in: 0..<scalars.count, escape: escape, isList: isList).words
        var end = 0
        for word in words {
          require(word.range.lowerBound >= end && !word.range.isEmpty, "\(word) before \(end)")
          end = word.range.upperBound
          require(
            word.text.unicodeScalars.count <= word.range.count
              && (!word.isPlain || word.text.unicodeScalars.elementsEqual(scalars[word.range])),
            "\(word)")
        }
        require(end <= scalars.count, "\(end) of \(scalars.count)")
        for assignment in ShellCommands(words).assignments {
          for part in [assignment.key, assignment.value] {
            require(
              part.range.lowerBound >= 0 && part.range.upperBound <= scalars.count, "\(part)")
          }
        }
      }
    }
  }

  // MARK: Values of unit files

  private static func value(_ text: String) {
    for style in [.command, [.unquote], [.unquote, .escapes, .relaxed], [.keepBackslashes]]
      as [UnitWords.Style]
    {
      var words = UnitWords(text)
      var count = 0
      while case .word(let word) = words.next(style) {
        count += 1
        require(count <= text.utf8.count, "more words than bytes")
        require(word.utf8.count <= 4 * text.utf8.count, word)
      }
    }
    if case .microseconds(let count)? = TimeSpan(text) {
      require(TimeSpan("\(count)us") == .microseconds(count), "\(count) us")
    }
    if let size = UnitValue.size(text) { require(UnitValue.size("\(size)") == size, "\(size)") }
    if let number = UnitValue.unsigned(text) {
      require(UnitValue.unsigned("\(number)") == number, "\(number)")
    }
    _ = UnitValue.limit(text)
    _ = UnitValue.boolean(text)
  }
}
