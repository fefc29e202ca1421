internal import CEL

/// What a recording keeps of a unit file: the settings that facts are made of, on the lines where they
/// stand. `Environment=` and its like are not among them, nor are comments; of commands only those
/// that set kernel parameters keep their arguments. All of these may hold secrets.
struct UnitExcerpt {
  /// Its text; nil where a line is too long for systemd to read on.
  private(set) var text: String?
  private var lines: [[UInt8]] = []
  /// To ask which settings facts are made of.
  private let settings: UnitSettings

  private static let sections = ["Unit", "Service", "Socket"]

  init?(of bytes: [UInt8]) {
    guard let name = UnitName("unit.service") else { return nil }
    settings = UnitSettings(UnitSpecifiers(name: name, path: nil))
    let file = UnitFile(path: "", bytes)
    var source = UnitLines(bytes)
    for entry in file.lines {
      guard let line = source.next() else { break }
      let written = source.sources(of: line)
      switch entry {
      case .section: keep(written)
      // One as good as the other.
      case .nonsense: replace(written, from: line.text.first == UInt8(ascii: "=") ? "=" : "-")
      case .assignment(let assignment): add(assignment, written)
      }
    }
    if let failure = file.failure {
      guard let line = source.next(), !source.isTooLong else { return }
      // A noncharacter, which systemd refuses as it does what is no UTF-8.
      let isHeader = failure.message.contains("section header")
      replace(source.sources(of: line), from: isHeader ? "[" : "\u{fffe}")
    }
    // An empty file would be a mask.
    if lines.isEmpty { set(1, Array("#".utf8)) }
    text = lines.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
  }

  private typealias Source = [(number: Int, text: ArraySlice<UInt8>)]

  private mutating func add(_ assignment: UnitAssignment, _ written: Source) {
    let name = assignment.name
    guard let section = assignment.section else { return replace(written, from: "\(name)=") }
    guard section == "Install" || Self.sections.contains(section) else { return }
    let isKnown = UnitSettingNames.find(name, in: section).isKnown
    if section == "Install" && isKnown { return keep(written) }
    if isUsed(name, in: section) {
      guard name.hasPrefix("Exec"), !assignment.value.isEmpty else { return keep(written) }
      return replace(written, from: "\(name)=\(withoutArguments(assignment))")
    }
    if isKnown { return }
    // Where it does not belong its value is told of too, but for commands.
    let isInstall = UnitSettingNames.sections(of: name).contains("Install")
    if name.hasPrefix("Exec") { return replace(written, from: "\(name)=") }
    if isInstall || Self.sections.contains(where: { isUsed(name, in: $0) }) { return keep(written) }
    replace(written, from: "\(name)=")
  }

  private func isUsed(_ name: String, in section: String) -> Bool {
    var trial = settings
    let place = SourceLocation(path: "")
    return trial.apply(
      UnitAssignment(
        section: section, name: name, value: "", nameLocation: place, location: place))
      != .passedOver
  }

  /// The programs of a command line, which may be several between semicolons, and whether the last is
  /// none.
  private func withoutArguments(_ assignment: UnitAssignment) -> String {
    let line = UnitCommand.parse(assignment, settings.specifiers)
    var programs = line.commands.map { command in
      if let words = UnitSysctlCommands.sysctl(
        command.program, Array(command.arguments.dropFirst()))
      {
        return (command.ignoresFailure ? "-" : "") + Self.excerpt(ofSysctl: words)
      }
      let written = words(command.text).first ?? ""
      // `PASSWORD=x program` runs nothing, and says what it should not.
      if written.contains("=") { return command.ignoresFailure ? "-name" : "name" }
      let isQuoted = written.contains { "\"'\\".contains($0) }
      if isQuoted { return "\(command.ignoresFailure ? "-" : "")\"\(command.program)\"" }
      // The mark `@` is followed by the name that the program gets.
      return written.prefix { "-@:+!".contains($0) }.contains("@")
        ? "\(written) name" : "\(written)"
    }
    // A quote that is not closed systemd passes over, a directory it does not.
    if line.problem != nil { programs.append(line.isFatal ? "/" : "\"") }
    return programs.joined(separator: " ; ")
  }

  /// sysctl(8) with its options, and the parameters that it sets to numbers and short words.
  private static func excerpt(ofSysctl words: [String]) -> String {
    let kept = words.dropFirst().compactMap { word -> String? in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { return word.hasPrefix("-") ? word : nil }
      let isShort = parts[1].utf8.count <= 16 || parts[1].utf8.allSatisfy { $0 < 0x3a }
      let isPlain = word.utf8.allSatisfy { $0 > 0x1f && !"\"'\\%|;".utf8.contains($0) }
      guard isShort, isPlain, !SysctlKey(parts[0]).isSecret else { return nil }
      return word.contains(" ") ? "\"\(word)\"" : word
    }
    return (["/sbin/sysctl"] + kept).joined(separator: " ")
  }

  // MARK: Lines

  private mutating func keep(_ written: Source) {
    guard let first = written.first else { return }
    for (number, text) in written {
      // What stands between continued lines is a comment, and an empty line would end them.
      if number > first.number { fill(upTo: number - 1, with: "#") }
      set(number, Array(text))
    }
  }

  /// Puts a text where a line begins.
  private mutating func replace(_ written: Source, from text: String) {
    guard let first = written.first else { return }
    set(first.number, Array(first.text.prefix(while: isUnitBlank)) + text.utf8)
  }

  private mutating func set(_ number: Int, _ text: [UInt8]) {
    fill(upTo: number, with: "")
    lines[number - 1] = text
  }

  private mutating func fill(upTo number: Int, with text: String) {
    while lines.count < number { lines.append(Array(text.utf8)) }
  }
}
