internal import CEL

/// Commands of units that set kernel parameters: `ExecStartPre=/sbin/sysctl -w net.core.somaxconn=1024`.
struct UnitSysctlCommands {
  /// At most one more than is looked at.
  private(set) var statements: [SysctlStatement] = []
  /// How many variables of the environment write.
  private(set) var variables = 0
  /// Whether one reads `/etc/sysctl.conf`: `sysctl -p` and `sysctl --system`.
  private(set) var readsSysctlConf = false

  /// Looks at one command.
  /// - Parameters:
  ///   - program: as written, with or without directories.
  ///   - arguments: without the program's own name.
  ///   - location: of the line.
  ///   - setting: that names the command; one that starts the unit fails it.
  mutating func add(
    program: String, arguments: [String], location: SourceLocation, sourceText: String,
    setting: String = "ExecStart", ignoresFailure: Bool = false
  ) {
    guard let words = Self.sysctl(program, arguments) else { return }
    let ignoresFailure = ignoresFailure || SysctlOptions.ignoreMissing(words)
    let isOfStart = setting.utf8.starts(with: "ExecStart".utf8)
    for word in words.dropFirst() {
      if word == "--system" || word == "-p" || word == "--load" || word == "-f" {
        readsSysctlConf = true
      }
      // Options, and names of files after -p, have no "=" but for --pattern=….
      guard !word.utf8.starts(with: "-".utf8), let equals = word.utf8.firstIndex(of: 0x3d) else {
        continue
      }
      // systemd fills in ${NAME} anywhere in a word: systemd.service(5), "Command lines".
      if word.utf8.contains(UInt8(ascii: "$")), word.contains("${") {
        variables += 1
        continue
      }
      let key = SysctlKey(word[..<equals])
      guard !key.path.isEmpty, statements.count <= SysctlBoot.mostStatements else { continue }
      statements.append(
        SysctlStatement(
          writer: .unit, key: key, value: Array(word[equals...].utf8.dropFirst()).trimmingBlanks,
          ignoresFailure: ignoresFailure, keyLocation: location, valueLocation: nil,
          sourceText: sourceText, dependent: isOfStart && !ignoresFailure ? .unit : nil))
    }
  }

  /// The words of a command that is sysctl(8), or a shell with that alone; nil for others.
  static func sysctl(_ program: String, _ arguments: [String]) -> [String]? {
    var words = [program] + arguments
    // /bin/sh -c "sysctl -w …": only one plain command is understood.
    if shells.contains(name(program)), words.count > 2, words[1] == "-c" {
      words = plainWords(words[2])
    }
    guard let first = words.first, name(first) == "sysctl" else { return nil }
    return words
  }

  private static let shells = ["sh", "bash", "dash"]

  fileprivate static func mayWrite(_ program: String) -> Bool {
    let name = name(program)
    return name == "sysctl" || shells.contains(name)
  }

  private static func name(_ program: String) -> String { lastComponent(program) }

  /// The words of a shell command that has one command only; empty for others.
  private static func plainWords(_ text: String) -> [String] {
    let special: Set<UInt8> = Set("|&;<>$`\\(){}*?[]~#".utf8)
    guard !text.utf8.contains(where: special.contains) else { return [] }
    var words: [[UInt8]] = []
    var word: [UInt8]?
    var quote: UInt8?
    for byte in text.utf8 {
      if let open = quote {
        if byte == open { quote = nil } else { word?.append(byte) }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
        word = word ?? []
      } else if isBlank(byte) {
        if let done = word { words.append(done) }
        word = nil
      } else {
        if word == nil { word = [] }
        word?.append(byte)
      }
    }
    if let word { words.append(word) }
    return words.map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Options of sysctl(8).
enum SysctlOptions {
  /// Whether a key that the kernel lacks is no failure: `-e`, also among others as in `-qe`.
  static func ignoreMissing(_ arguments: some Sequence<String>) -> Bool {
    arguments.contains { option in
      option == "--ignore"
        // What follows p and r is their argument.
        || (option.hasPrefix("-") && !option.hasPrefix("--")
          && option.prefix { $0 != "p" && $0 != "r" }.contains("e"))
    }
  }
}

extension UnitSysctlCommands {
  /// Those of the units that are started at boot.
  init(_ units: [Unit]) {
    for unit in units where unit.loadState == .loaded && unit.isEnabled {
      for command in unit.commands
      where Self.mayWrite(command.program) && command.setting.hasPrefix("ExecStart") {
        add(
          program: command.program, arguments: Array(command.arguments.dropFirst()),
          location: command.location, sourceText: command.text, setting: command.setting,
          ignoresFailure: command.ignoresFailure)
      }
    }
  }
}
