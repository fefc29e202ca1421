import TestSupport

/// The generated part of sockwise(1): every command and option, as the program itself tells them
/// with `--experimental-dump-help` (serialisation version 0 of swift-argument-parser).
struct CommandManual {
  /// A command and those above it, without the program.
  private struct Command {
    var names: [String]
    var json: ParsedJSON

    var subcommands: [Command] {
      (json["subcommands"]?.elements ?? []).compactMap { json in
        json["commandName"]?.string.map { Command(names: names + [$0], json: json) }
      }
    }

    /// Options and arguments; what every command has is told once, of the program.
    var arguments: [ParsedJSON] {
      (json["arguments"]?.elements ?? []).filter { argument in
        argument["shouldDisplay"] == .bool(true)
          && (names.isEmpty || !["help", "version"].contains(argument["valueName"]?.string))
      }
    }

    var positionals: [ParsedJSON] { arguments.filter { $0["kind"]?.string == "positional" } }
    var options: [ParsedJSON] { arguments.filter { $0["kind"]?.string != "positional" } }
  }

  private let program: Command

  /// - Parameter dump: what `sockwise --experimental-dump-help` prints.
  init(dump: String) throws {
    program = Command(names: [], json: try ParsedJSON(Array(dump.utf8))["command"] ?? .null)
  }

  /// Commands that have no commands below them, in order.
  private var leaves: [Command] {
    func leaves(_ command: Command) -> [Command] {
      command.subcommands.isEmpty ? [command] : command.subcommands.flatMap(leaves)
    }
    return leaves(program)
  }

  func synopsis() -> [String] {
    leaves.flatMap { command in
      [".Nm", ".Cm \(Self.spelled(command.names))"]
        + (command.options.isEmpty ? [] : [".Op Ar option ..."])
        + command.positionals.map { Self.positional($0, isOptional: ".Op Ar ", else: ".Ar ") }
    }
  }

  /// Options of the program.
  func options() -> [String] { list(program.options) }

  /// A subsection for each command.
  func commands() -> [String] {
    leaves.flatMap { command -> [String] in
      var lines = [".Ss \(command.names.joined(separator: " "))"]
      lines += paragraphs(command.json["abstract"]?.string ?? "")
      if let discussion = command.json["discussion"]?.string {
        lines += [".Pp"] + paragraphs(discussion)
      }
      for group in groups(command.options) {
        if let title = group.title { lines += [".Pp", "\(title):"] }
        lines += list(group.options)
      }
      if !command.positionals.isEmpty { lines += list(command.positionals) }
      return lines
    }
  }

  /// Words of a command line that the program would not take for an option or command.
  func unknownWords(in line: [String]) -> [String] {
    guard let command = leaves.first(where: { line.starts(with: $0.names) }) else { return line }
    let options = command.options.flatMap { $0["names"]?.elements ?? [] }.compactMap { name in
      name["name"]?.string.map { (name["kind"]?.string == "long" ? "--" : "-") + $0 }
    }
    return line.filter { $0.hasPrefix("-") && !options.contains($0) }
  }

  // MARK: Parts

  /// Options by title, in order of appearance; what has none comes last.
  private func groups(_ options: [ParsedJSON]) -> [(title: String?, options: [ParsedJSON])] {
    var groups: [(title: String?, options: [ParsedJSON])] = []
    for option in options {
      let title = option["sectionTitle"]?.string
      if let index = groups.firstIndex(where: { $0.title == title }) {
        groups[index].options.append(option)
      } else {
        groups.append((title, [option]))
      }
    }
    let named = groups.filter { $0.title != nil }
    let others = groups.filter { $0.title == nil }
    return named + others.map { (named.isEmpty ? nil : "Others", $0.options) }
  }

  private func list(_ arguments: [ParsedJSON]) -> [String] {
    guard !arguments.isEmpty else { return [] }
    return [".Bl -tag -width Ds"] + arguments.flatMap(entry) + [".El"]
  }

  private func entry(_ argument: ParsedJSON) -> [String] {
    let value = argument["valueName"]?.string ?? ""
    var lines: [String]
    if argument["kind"]?.string == "positional" {
      lines = [Self.positional(argument, isOptional: ".It Ar ", else: ".It Ar ")]
    } else {
      let names = (argument["names"]?.elements ?? []).compactMap { name in
        name["name"]?.string.map { name["kind"]?.string == "long" ? "-\($0)" : $0 }
      }
      let flags = names.map { "Fl \(Roff.literal($0))" }.joined(separator: " , ")
      let takesValue = argument["kind"]?.string == "option"
      lines = [".It \(flags)" + (takesValue ? " Ar \(Roff.argument(value))" : "")]
    }
    lines += Roff.prose(Self.quotesAsCode(argument["abstract"]?.string ?? ""))
    // Where the name of the value lists its values, they need not be told again.
    let values = (argument["allValues"]?.elements ?? []).compactMap(\.string)
    if !values.isEmpty {
      lines += Roff.prose("One of \(values.map { "`\($0)`" }.joined(separator: ", ")).")
    }
    if let standard = argument["defaultValue"]?.string {
      lines += Roff.prose("Default: `\(standard)`.")
    }
    return lines
  }

  private static func positional(
    _ argument: ParsedJSON, isOptional optional: String, else required: String
  ) -> String {
    let name = argument["valueName"]?.string ?? ""
    let repeats = argument["isRepeating"] == .bool(true) ? " ..." : ""
    return (argument["isOptional"] == .bool(true) ? optional : required)
      + Roff.argument(name) + repeats
  }

  private static func spelled(_ names: [String]) -> String {
    names.map { Roff.argument($0) }.joined(separator: " ")
  }

  private func paragraphs(_ text: String) -> [String] {
    let paragraphs = text.split(separator: "\n\n").map { Roff.prose(Self.quotesAsCode($0)) }
    return Array(paragraphs.joined(separator: [".Pp"]))
  }

  /// Names that help texts put in quotes, which mdoc(7) marks up instead.
  private static func quotesAsCode(_ text: some StringProtocol) -> String {
    String(text).replacing(/(^|[ (])'([^' ][^']*)'/) { "\($0.1)`\($0.2)`" }
  }
}
