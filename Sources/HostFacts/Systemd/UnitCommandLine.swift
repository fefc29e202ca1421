internal import CEL

extension UnitCommand {
  /// What one `Exec…=` line gives.
  struct Line {
    var commands: [UnitCommand] = []
    /// What is wrong; the commands before it stay.
    var problem: String?
    /// Whether systemd reads the file no further and refuses the unit.
    var isFatal = false
  }

  /// Splits a line as config_parse_exec() does: prefixes, words, `;` between commands.
  static func parse(_ assignment: UnitAssignment, _ specifiers: UnitSpecifiers) -> Line {
    var line = Line()
    var words = UnitWords(assignment.value)
    var isNext = true
    while isNext {
      isNext = false
      let start = words.offset
      switch words.nextForgiving(.command) {
      case .end: return line
      case .invalid:
        line.problem = "a quote is not closed"
        return line
      case .word(";"):
        isNext = true
        continue
      case .word(let first):
        var prefix = Prefix()
        let rest = prefix.take(from: first)
        func fail(_ message: String) -> Line {
          line.problem = message
          line.isFatal = !prefix.ignoresFailure
          return line
        }
        guard let program = specifiers.expand(rest, in: .path) else {
          return fail("an unknown specifier in '\(rest)'")
        }
        if program.isEmpty { return fail("no program is named") }
        guard isSafe(program.utf8), program.utf8.last != UInt8(ascii: "/"),
          let path = path(ofProgram: program)
        else {
          return fail("'\(program)' is neither an absolute path nor the name of a program")
        }
        var arguments = prefix.namesItself ? [] : [program]
        while !words.rest.isEmpty {
          if words.take(";") {
            isNext = true
            break
          }
          if words.take("\\;") {
            arguments.append(";")
            continue
          }
          let word = words.nextForgiving(.command)
          if word == .end { break }
          guard case .word(let text) = word else { return fail("a quote is not closed") }
          guard let argument = specifiers.expand(text, in: .text) else {
            return fail("an unknown specifier in '\(text)'")
          }
          arguments.append(argument)
        }
        guard let name = arguments.first, !name.isEmpty else {
          return fail("the program has no name")
        }
        let written = assignment.value.utf8.dropFirst(start).prefix(words.offset - start)
        line.commands.append(
          UnitCommand(
            setting: assignment.name, text: trimmed(Substring(written)),
            program: path, arguments: arguments,
            ignoresFailure: prefix.ignoresFailure, location: assignment.location))
      }
    }
    return line
  }

  /// An absolute path without what is superfluous in it, or a bare name; nil for what is neither.
  private static func path(ofProgram program: String) -> String? {
    let slash = UInt8(ascii: "/")
    if program.utf8.first == slash { return UnitPath.simplified(program) }
    let isName =
      program != "." && program != ".." && !program.utf8.contains(slash)
      && program.utf8.count <= 255
    return isName ? program : nil
  }

  /// The characters before a program.
  private struct Prefix {
    var ignoresFailure = false
    var namesItself = false
    private var keepsVariables = false
    /// `+`, `!` or `!!`.
    private var privilege = 0

    /// Takes them, in any order, each once.
    mutating func take(from word: String) -> String {
      var rest = Substring(word)
      while let first = rest.first {
        switch first {
        case "-" where !ignoresFailure: ignoresFailure = true
        case "@" where !namesItself: namesItself = true
        case ":" where !keepsVariables: keepsVariables = true
        case "+" where privilege == 0: privilege = 3
        case "!" where privilege < 2: privilege += 1
        default: return String(rest)
        }
        rest.removeFirst()
      }
      return ""
    }
  }
}
